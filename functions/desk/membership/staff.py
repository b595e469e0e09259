"""The accounts of the station's staff, managed by an administrator."""

from functions.app import App
from functions.desk import lists
from functions.desk.confirm import Question
from functions.desk.session import Session, view
from functions.errors import Problem, Refused
from functions.people.accounts import ROLES, Accounts
from functions.people.second_factor import SecondFactors
from functions.web import submission
from functions.web.http import Request, Response, see_other


def show(
    request: Request, app: App, session: Session, status: int = 200, **outcome: str
) -> Response:
    """Everybody who may sign in, and what became of a change: a notice, or a new password."""
    data = {"notice": "", "password": "", "name": ""} | outcome
    data["typed"] = request.value("name") if data["notice"] or session.resumed else ""
    everybody = Accounts(app.store, app.clock).everybody()
    enrolled = SecondFactors(app.store, app.vault, app.clock).everybody()
    return view(app, session, "staff.html", status, accounts=everybody, enrolled=enrolled, **data)


def act(request: Request, app: App, session: Session) -> Response:
    """Add an account, give it a new password or another role, or disable it."""
    name, role = request.value("name").strip(), request.value("role")
    password, accounts = "", Accounts(app.store, app.clock)
    try:
        match request.value("do"):
            case "add":
                if not name or role not in ROLES:
                    return show(request, app, session, 422, notice="name")
                new = {"name": name, "role": role}
                once = submission.drawn_once(request, app, "added", new)
                password = accounts.add(name, role, session.who, once)
            case "reset":
                password = accounts.reset(name, session.who)
            case "role" if role in ROLES:
                accounts.give_role(name, role, session.who)
            case "disable":
                accounts.disable(name, session.who)
            case _:
                raise Problem(400, "unknown_step")
    except Refused as refused:
        return show(request, app, session, 422, notice=refused.code, name=name)
    _record(request, app, session, name)
    if name == session.who and not password:
        return see_other("/desk/")  # This session has ended.
    # Not a redirect: the password is shown this once and kept nowhere.
    return show(request, app, session, password=password, name=name)


def _record(request: Request, app: App, session: Session, name: str) -> None:
    do, role = request.value("do"), request.value("role")
    role = role if do in ("add", "role") else ""
    app.audit.record(DONE[do], session.who, sender=request.sender, account=name, role=role)


def ask(request: Request, app: App) -> Question | None:
    """Somebody who is at work loses access at once, or may do more or less than before; what is in
    the hands of who leaves is for others to do."""
    do, name = request.value("do"), request.value("name").strip()
    heads = Accounts(app.store, app.clock).everybody()
    works = name in [head.data.get("name") for head in heads if head.state == "active"]
    code = f"{do}_{request.value('role')}" if do == "role" else do
    if not works or code not in ASKED:
        return None
    count = len(lists.in_hand(app, name)) if code == "disable" else 0
    return Question("disable_busy" if count else code, {"name": name, "count": count})


ASKED = ("reset", "disable", *(f"role_{role}" for role in ROLES))
DONE = {
    "add": "account_added",
    "reset": "account_reset",
    "role": "account_role",
    "disable": "account_disabled",
}
"""What the audit calls it."""
