"""The form to sign in, and what follows it.

Another site must not sign somebody in as its own account either, to see what they then type. So the
form belongs to the browser that it was drawn for: it holds a stamp of a cookie. That is asked for
where the browser does not say by itself where a post comes from (see :mod:`.session`).
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from hmac import compare_digest
from urllib.parse import urlsplit

from functions.app import App
from functions.context import logs
from functions.context.attempts import Attempts
from functions.desk.entrance import codes, kept, sign_ins, ticket
from functions.desk.entrance.ticket import DOOR, POLICY
from functions.errors import Conflict, Problem, Wrong
from functions.forms.normal import seen
from functions.people.accounts import Account, Accounts
from functions.storage.failures import unwritten
from functions.web import cookies, pages
from functions.web.http import (
    RETRY,
    Action,
    LambdaEvent,
    Request,
    Response,
    Routes,
    request_of,
    see_other,
)

DEVICE = "wudan_device"
STAYS = timedelta(days=180)
"""The cookie of a device on which somebody signed in, and for how long it lasts. It opens nothing:
wrong passwords that others sent for that account do not hold up who has it (OWASP's device
cookies). It has a mark for each account that signed in there, because colleagues share a PC; of
others it says nothing, or a clerk could collect devices to guess passwords.
All pages get it, so that no order is rated where staff work
(:func:`functions.web.links.works_on`)."""
SHARED = 10
"""Of how many accounts a device has marks: the last to sign in."""
SIGN_IN, BOARD = "/desk/sign-in/", "/desk/"


def refuse_foreign(request: Request, app: App) -> None:
    """Refuse, as a ``Problem``, a post that a page of another site caused."""
    if request.method == "POST" and is_foreign(request.headers, app.bundle.site["url"]):
        app.audit.record_stranger("forged")
        raise Problem(403, "foreign")


def is_foreign(headers: Mapping[str, str], url: str) -> bool:
    """Whether the browser says that a page of another site caused this request.

    ``headers`` have names in lower case. ``url`` is the site's own, because proxies such as
    CloudFront put another name into ``Host``.
    """
    if site := headers.get("sec-fetch-site"):
        return site not in ("same-origin", "none")  # None: it was typed, or a bookmark.
    hosts = (headers.get("host"), urlsplit(url).netloc)
    return "origin" in headers and headers["origin"].partition("://")[2] not in hosts


def form(
    request: Request, app: App, code: str = "", status: int = 200, sealed: str = "", name: str = ""
) -> Response:
    """The form to sign in, with the sentence of ``code``, what is ``sealed`` until then, and a name
    if it is known already."""
    sentence = app.bundle.words["desk"]["sign_in"][code] if code else ""
    door = cookies.read(request, DOOR) or app.vault.fresh()
    data = {"name": name, "said": sentence, "wrong": status != 403, "kept": sealed}
    data |= {"door": app.vault.desk.stamp(DOOR, door)}
    body = pages.render(app.bundle, "desk/sign-in.html", **data)
    cookie = cookies.write(request, DOOR, door, ticket.LASTS, ticket.PATH)
    return Response(body, status, POLICY, (cookie,))


def ask(request: Request, app: App) -> Response:
    """The form to sign in, at the address of the page that was asked for, which it keeps."""
    sealed = kept.seal(app, request)
    known = kept.opened(app, sealed)
    code = "typed" if known and known.who else "first"
    return form(request, app, code, 403, sealed, known.who if known else "")


def sign_in(routes: Routes) -> Action:
    """The action that signs in. ``routes`` have the pages to go on with."""

    def enter(request: Request, app: App) -> Response:
        refuse_foreign(request, app)
        name = request.value("name").strip()
        again = partial(form, request, app, sealed=request.value(kept.FIELD), name=name)
        if not _is_ours(request, app):
            return again("door", 403)
        if request.value(codes.FIELD):
            return _second(request, app, routes)
        accounts, password = Accounts(app.store, app.clock), request.value("password")
        try:
            account = accounts.prove(name, password, attempts_of(request, app, name))
        except Wrong as wrong:
            return again(wrong.code, 422)
        except Exception as error:
            return later(again(uncounted(request, error), 503))
        if codes.is_obliged(app, account):
            return codes.ask(request, app, codes.begin(app, account))
        return go_on(request, app, account, routes)

    return enter


def _second(request: Request, app: App, routes: Routes) -> Response:
    """The second step of signing in, with the code of an authenticator."""
    begun = codes.opened(request, app)
    account = begun and Accounts(app.store, app.clock).current(*begun[:2], begun.at)
    if begun is None or account is None:
        return form(request, app, "slow", 403, request.value(kept.FIELD))
    try:
        codes.take(request, app, begun, attempts_of(request, app, begun.who))
    except Wrong as wrong:
        app.audit.record_stranger("code_failed", account.name)
        return codes.ask(request, app, begun, wrong.code, 422)
    except Conflict:
        return form(request, app, "slow", 403, request.value(kept.FIELD))
    except Exception as error:
        return later(codes.ask(request, app, begun, uncounted(request, error), 503))
    if begun.secret:
        app.audit.record("enrolled", account.name, sender=request.sender)
    return go_on(request, app, account, routes)


def attempts_of(request: Request, app: App, name: str) -> Attempts:
    """What whoever asks has tried so far at the account of this name."""
    return Attempts(app.store, app.vault, app.clock, request.sender, _device(request, app, name))


def uncounted(request: Request, error: Exception) -> str:
    """Why a try could not be counted, as the code of a sentence. It is not allowed then, or
    passwords could be guessed meanwhile. Other errors are raised."""
    code = unwritten(error)
    if not code:
        raise error
    logs.failure(error, f"{request.method} {request.path}")
    return code


def later(response: Response) -> Response:
    """The answer, which lets a program try again."""
    return response._replace(headers={**response.headers, **RETRY})


def _is_ours(request: Request, app: App) -> bool:
    """Whether the form was drawn for this browser, as far as that has to be shown."""
    if request.headers.get("sec-fetch-site") or "origin" in request.headers:
        return True  # :func:`refuse_foreign` looked at that.
    stamp = app.vault.desk.stamp(DOOR, cookies.read(request, DOOR))
    return compare_digest(stamp.encode(), request.value(DOOR).encode())


def go_on(request: Request, app: App, account: Account, routes: Routes) -> Response:
    """Lead to the page that was asked for before; a form that this account filled in is shown with
    what was typed, to be sent once more."""
    begun = ticket.begin(app, account)
    sign_ins.record(request, app, account, begun)
    set_here = (ticket.cookie_of(request, app, begun), _device_cookie(request, app, account.name))
    before = kept.opened(app, request.value(kept.FIELD))
    if before is None or before.who not in ("", account.name):
        return see_other(BOARD, *set_here)
    action = routes.get(before.path, {}).get("GET")
    if action is None or not before.who:
        return see_other(before.address if action else BOARD, *set_here)
    own = {cookies.name_of(request, ticket.COOKIE): ticket.text_of(app, begun)}
    response = action(before.again(request, own), app)
    if response.status == 404:
        return see_other(BOARD, *set_here)
    return response._replace(cookies=(*response.cookies, *set_here))


def comes_from_known_device(event: LambdaEvent, app: App) -> bool:
    """Whether a request to sign in comes from a device on which that account signed in last."""
    with suppress(Problem):
        request = request_of(event)
        return bool(_device(request, app, request.value("name").strip()))
    return False


def _device(request: Request, app: App, name: str) -> str:
    """The id of a device on which this account signed in; empty on every other."""
    device, *marks = cookies.read(request, DEVICE).split(".")
    made = _device_mark(app, device, name).encode()
    return device if any(compare_digest(made, each.encode()) for each in marks) else ""


def _device_cookie(request: Request, app: App, name: str) -> str:
    device, *marks = cookies.read(request, DEVICE).split(".")
    device = device if marks else app.vault.fresh()
    made = _device_mark(app, device, name)
    others = [each for each in marks if each != made]
    return cookies.write(request, DEVICE, ".".join([device, made, *others[: SHARED - 1]]), STAYS)


def _device_mark(app: App, device: str, name: str) -> str:
    return app.vault.desk.stamp("device", device, seen(name))
