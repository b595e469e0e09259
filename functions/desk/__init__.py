"""``/desk/``: the station's desk, one function for everything that staff do."""

from functions.accounts import ADMINISTRATOR
from functions.desk import board, find, messages, order, people, report, sheets, staff, teams
from functions.desk.session import SIGN_IN, Desk, door, enter, leave, signed_in
from functions.http import Routes, entry

_PAGES: dict[str, tuple[Desk | None, Desk | None]] = {
    "/desk/": (board.show, None),
    "/desk/dispatch/": (board.monthly, board.dispatch),
    "/desk/find/": (find.show, None),
    "/desk/order/": (order.show, order.act),
    "/desk/wish/": (order.blank, order.file),
    "/desk/people/": (people.show, None),
    "/desk/person/": (people.record, people.act),
    "/desk/teams/": (teams.show, teams.act),
    "/desk/messages/": (messages.show, messages.again),
    "/desk/report/": (report.show, None),
    "/desk/sheets/": (sheets.show, sheets.take),
    "/desk/sheets/orders.xlsx": (None, sheets.orders),
    "/desk/sheets/ratings.xlsx": (None, sheets.ratings),
    "/desk/sheets/volunteers.xlsx": (None, sheets.volunteers),
    "/desk/sheets/report.xlsx": (None, sheets.report),
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
