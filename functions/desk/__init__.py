"""``/desk/``: the station's desk, one function for everything that staff do."""

from functions.desk import (
    board,
    order,
    report,
    roster,
    search,
    staff,
    teams,
    undelivered,
    workbooks,
)
from functions.desk.session import SIGN_IN, Desk, door, enter, leave, signed_in
from functions.people.accounts import ADMINISTRATOR
from functions.web.http import Routes, entry

_PAGES: dict[str, tuple[Desk | None, Desk | None]] = {
    "/desk/": (board.show, None),
    "/desk/dispatch/": (board.monthly, board.dispatch),
    "/desk/find/": (search.show, None),
    "/desk/order/": (order.show, order.act),
    "/desk/wish/": (order.blank, order.file),
    "/desk/people/": (roster.show, None),
    "/desk/person/": (roster.record, roster.act),
    "/desk/teams/": (teams.show, teams.act),
    "/desk/messages/": (undelivered.show, undelivered.again),
    "/desk/report/": (report.show, None),
    "/desk/sheets/": (workbooks.show, workbooks.take),
    "/desk/sheets/orders.xlsx": (None, workbooks.orders_xlsx),
    "/desk/sheets/ratings.xlsx": (None, workbooks.ratings_xlsx),
    "/desk/sheets/volunteers.xlsx": (None, workbooks.volunteers_xlsx),
    "/desk/sheets/report.xlsx": (None, workbooks.report_xlsx),
    "/desk/sign-out/": (None, leave),
}
"""Each page of the desk: what shows it and what takes its form."""

ROUTES: Routes = {
    SIGN_IN: {"GET": door, "POST": enter},
    **{
        path: {
            method: signed_in(action)
            for method, action in zip(("GET", "POST"), actions, strict=True)
            if action
        }
        for path, actions in _PAGES.items()
    },
    "/desk/clock/": {"POST": signed_in(board.confirm, ADMINISTRATOR)},
    "/desk/staff/": {
        "GET": signed_in(staff.show, ADMINISTRATOR),
        "POST": signed_in(staff.act, ADMINISTRATOR),
    },
}
handler = entry(ROUTES)
