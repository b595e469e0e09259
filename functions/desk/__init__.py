"""``/desk/``: the station's desk, one function for everything that staff do."""

from collections.abc import Mapping

from functions.desk import (
    audit_page,
    board,
    bulk,
    drafts_page,
    held,
    order_page,
    report,
    search,
    session,
)
from functions.desk.confirm import asking, handing_over, proving
from functions.desk.entrance import signing_in
from functions.desk.entrance.signing_in import SIGN_IN
from functions.desk.membership import roster, staff, teams
from functions.desk.session import CHOOSE, SIGN_OUT, DeskAction, signed_in
from functions.desk.tables import importing, workbooks
from functions.web.http import Routes, entry

SHEETS = "/desk/sheets/"
Pages = Mapping[str, Mapping[str, DeskAction]]
"""Paths, and for each the action of every method, for somebody who is signed in."""
_PAGES: Pages = {
    "/desk/": {"GET": board.show},
    "/desk/triage/": {
        "GET": bulk.TRIAGE.show,
        "POST": asking(bulk.TRIAGE.ask, bulk.TRIAGE.act, bulk.TRIAGE.show),
    },
    "/desk/dispatch/": {
        "GET": bulk.DISPATCH.show,
        "POST": asking(bulk.DISPATCH.ask, bulk.DISPATCH.act, bulk.DISPATCH.show),
    },
    held.PATH: {"GET": held.show, "POST": asking(held.ask, held.act, held.show)},
    "/desk/find/": {"GET": search.show},
    "/desk/order/": {
        "GET": order_page.show,
        "POST": asking(
            order_page.ask, proving(order_page.act, "/desk/order/", handing_over), order_page.show
        ),
    },
    "/desk/slip/": {"GET": order_page.sheet},
    "/desk/rating-slip/": {"GET": order_page.slip},
    "/desk/wish/": {"GET": order_page.blank, "POST": order_page.file},
    "/desk/people/": {
        "GET": roster.show,
        "POST": asking(roster.ask_approval, roster.approve, roster.show),
    },
    "/desk/person/": {
        "GET": roster.record,
        "POST": asking(
            roster.ask, proving(roster.act, "/desk/person/", handing_over), roster.record
        ),
    },
    "/desk/teams/": {
        "GET": teams.show,
        "POST": asking(teams.ask, proving(teams.act, "/desk/teams/"), teams.show),
    },
    "/desk/messages/": {
        "GET": board.messages,
        "POST": asking(board.ask_again, board.send_again, board.messages),
    },
    "/desk/report/": {"GET": report.show},
    "/desk/report/text/": {"GET": report.show, "POST": report.keep},
    "/desk/report/paper/": {"GET": report.paper},
    "/desk/sheets/report.docx": {"POST": report.docx},
    "/desk/sheets/": {"GET": workbooks.show, "POST": importing.receive},
    "/desk/sheets/template.xlsx": {"GET": workbooks.template_xlsx},
    "/desk/import/": {"GET": importing.show, "POST": importing.act},
    "/desk/sheets/orders.xlsx": {"POST": proving(workbooks.orders_xlsx, SHEETS)},
    "/desk/sheets/ratings.xlsx": {"POST": proving(workbooks.ratings_xlsx, SHEETS)},
    "/desk/sheets/volunteers.xlsx": {"POST": proving(workbooks.volunteers_xlsx, SHEETS)},
    "/desk/sheets/report.xlsx": {"POST": report.xlsx},
    drafts_page.PATH: {"GET": drafts_page.show},
    drafts_page.PAGE: {"GET": drafts_page.preview},
    drafts_page.PICTURE: {"GET": drafts_page.picture},
    SIGN_OUT: {"GET": session.leaving, "POST": session.sign_out},
}
_ADMINISTRATORS_PAGES: Pages = {
    "/desk/audit/": {"GET": audit_page.show},
    "/desk/clock/": {"POST": asking(board.ask_day, board.confirm, board.show)},
    "/desk/staff/": {
        "GET": staff.show,
        "POST": asking(staff.ask, proving(staff.act, "/desk/staff/"), staff.show),
    },
}


def routes(more: Pages = {}) -> Routes:  # noqa: B006 - It is only read.
    """All pages of the desk, with those that only one machine has."""
    guarded: Routes = {
        path: {method: signed_in(action, only) for method, action in actions.items()}
        for pages, only in ((_PAGES, False), (more, False), (_ADMINISTRATORS_PAGES, True))
        for path, actions in pages.items()
    }
    return {
        SIGN_IN: {"GET": signing_in.form, "POST": signing_in.sign_in(guarded)},
        CHOOSE: {
            "GET": signed_in(session.password_form),
            "POST": signed_in(session.choose_password(guarded)),
        },
        **guarded,
    }


ROUTES: Routes = routes()
handler = entry(ROUTES)
