"""``/desk/``: the station's desk, one function for everything that staff do."""

from functions.desk import (
    board,
    bulk,
    held,
    importing,
    order,
    report,
    roster,
    search,
    session,
    staff,
    teams,
    workbooks,
)
from functions.desk.confirm import asking
from functions.desk.session import SIGN_IN, DeskAction, signed_in
from functions.web.http import Routes, entry

_PAGES: dict[str, dict[str, DeskAction]] = {
    "/desk/": {"GET": board.show},
    "/desk/triage/": {"GET": bulk.TRIAGE.show, "POST": bulk.TRIAGE.act},
    "/desk/dispatch/": {"GET": bulk.DISPATCH.show, "POST": bulk.DISPATCH.act},
    held.PATH: {"GET": held.show, "POST": asking(held.ask, held.act)},
    "/desk/find/": {"GET": search.show},
    "/desk/order/": {"GET": order.show, "POST": asking(order.ask, order.act)},
    "/desk/slip/": {"GET": order.sheet},
    "/desk/wish/": {"GET": order.blank, "POST": order.file},
    "/desk/people/": {"GET": roster.show, "POST": asking(roster.ask_approval, roster.approve)},
    "/desk/person/": {"GET": roster.record, "POST": asking(roster.ask, roster.act)},
    "/desk/teams/": {"GET": teams.show, "POST": asking(teams.ask, teams.act)},
    "/desk/messages/": {"GET": board.messages, "POST": asking(board.ask_again, board.send_again)},
    "/desk/report/": {"GET": report.show},
    "/desk/report/text/": {"POST": report.keep},
    "/desk/report/paper/": {"GET": report.paper},
    "/desk/sheets/report.docx": {"POST": report.docx},
    "/desk/sheets/": {"GET": workbooks.show, "POST": importing.receive},
    "/desk/sheets/template.xlsx": {"GET": workbooks.template_xlsx},
    "/desk/import/": {"GET": importing.show, "POST": importing.act},
    "/desk/sheets/orders.xlsx": {"POST": workbooks.orders_xlsx},
    "/desk/sheets/ratings.xlsx": {"POST": workbooks.ratings_xlsx},
    "/desk/sheets/volunteers.xlsx": {"POST": workbooks.volunteers_xlsx},
    "/desk/sheets/report.xlsx": {"POST": report.xlsx},
    "/desk/sign-out/": {"POST": session.sign_out},
}
_ADMINISTRATORS_PAGES: dict[str, dict[str, DeskAction]] = {
    "/desk/clock/": {"POST": board.confirm},
    "/desk/staff/": {"GET": staff.show, "POST": asking(staff.ask, staff.act)},
}

_GUARDED: Routes = {
    path: {method: signed_in(action, only) for method, action in actions.items()}
    for pages, only in ((_PAGES, False), (_ADMINISTRATORS_PAGES, True))
    for path, actions in pages.items()
}
ROUTES: Routes = {
    SIGN_IN: {"GET": session.sign_in_form, "POST": session.sign_in(_GUARDED)},
    **_GUARDED,
}
handler = entry(ROUTES)
