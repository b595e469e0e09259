"""The site and its functions on one port, for one machine and for staff at their desk."""

import signal
import socket
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import OperationalError
from threading import Event, Thread
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import uvicorn
from a2wsgi.asgi_typing import ASGIApp

from functions import asgi
from functions.app import App
from functions.context import clock, logs
from functions.context.bundle import UNREADABLE
from functions.desk import Pages
from functions.ops import backup
from functions.orders import counters
from functions.orders.figures.snapshot import snapshot
from functions.people.accounts import Accounts
from functions.storage.opening import Begin
from generator import PRODUCT
from generator.build import incremental
from generator.editor.contents import Contents
from generator.editor.pages import EditorPages
from generator.editor.versions import Versions
from generator.errors import ContentError, DiskError, WudanError
from generator.files.media_types import MEDIA_TYPES
from generator.files.output import is_hidden
from generator.operator_messages import NO_SITE, OLD_SITE
from generator.serve import compress, connections, local_app, piecewise, reload
from generator.serve.drafts import LocalDrafts
from generator.serve.parts import Files
from generator.serve.upkeep import BUILDING, FiguresFile, Minute
from generator.serve.watch import Watch
from generator.site import theme

THREADS = 16
"""How many threads read files, a piece at a time."""
IDLE = 120
"""Seconds until an idle connection is closed: longer than proxies keep theirs (nginx 60)."""
SWITCH = 0.0005
"""Seconds for which a thread that computes may keep the interpreter from the event loop, which
hands a request over many times; Python's own 5 ms came to half a second."""
GRACE = 5
"""Seconds for requests to finish when the server stops."""
UVICORN: dict[str, Any] = {
    "http": "httptools",
    "ws": "none",  # Whatever is installed: it would take connections over, out of our bounds.
    "loop": "asyncio",
    "lifespan": "off",
    "log_config": None,
    "log_level": "error",  # Its warnings are about requests, of which anybody sends any number.
    "access_log": False,
    "proxy_headers": False,
    "server_header": False,
    "timeout_keep_alive": IDLE,
    "timeout_graceful_shutdown": GRACE,
}
"""The server's settings; the benchmark uses the same for other programs."""

UNBUILT = PRODUCT / "templates/unbuilt.html"
"""Shown in place of a site that could not be built; the forms work without it."""


def serve(
    root: Path,
    out: Path,
    data: Path | None,
    host: str,
    port: int,
    watch: bool,
    say: Callable[[str], None],
    begin: Begin,
    log: bool,
    behind: tuple[str, ...] = (),
) -> None:
    """Build, then answer until a signal of :data:`ENDING`; requests that have begun are answered.
    What is edited meanwhile is built at once; with ``watch`` the pages that are open in a browser
    follow, and show what is wrong. Port 0 takes a free one. ``say`` is called with sentences for
    the operator. With ``log`` each request is a line on stderr; errors always are. ``behind`` are
    the addresses of proxies, who alone are believed when they say for whom they ask, and whether
    over HTTPS.

    Raises:
        WudanError: the content is wrong and there is no site of before, or the port is taken.
    """
    logs.configure(requests=log)
    sys.setswitchinterval(SWITCH)
    for each in ENDING:
        signal.signal(each, _end)
    app = local_app.app(root, data, begin)
    builder = incremental.Builder(root, out)
    minute = Minute(app, builder, _begin(app, builder, say), say)
    shown = reload.Shown()
    app.drafts = LocalDrafts(builder, shown)
    watcher = Watch(builder, shown, say, lambda: local_app.keep_names(app.current()))
    pages = _editor(app, builder, watcher, local_app.folder(root, data))
    application = _application(app, builder, pages, shown if watch else None, log)
    with closing(app), _beside(minute.keep, watcher.run):
        listening = _listen(host, port)
        say(_contents(app))
        say("网站在 http://{}:{} ，按 Ctrl+C 停止。".format(*listening.getsockname()))
        _answer(_server(application, behind), listening)


def _editor(app: App, builder: incremental.Builder, watcher: Watch, folder: Path) -> Pages:
    """The desk's pages for content, of which the folder keeps the versions."""
    contents = Contents(builder, Versions(folder), watcher.build, lambda: app.clock.now, BUILDING)
    return EditorPages(contents).pages


@contextmanager
def _beside(*works: Callable[[Event], None]) -> Iterator[None]:
    """Go on with these meanwhile, each in a thread, until its event says that all is over."""
    stopping = Event()
    threads = [Thread(target=work, args=(stopping,), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        for thread in threads:
            thread.join(GRACE)


ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""The signals that end the server: from a service manager, the keyboard, and a closed terminal."""


def _end(number: int, frame: object) -> None:
    raise SystemExit(0)


def _server(application: ASGIApp, behind: tuple[str, ...]) -> uvicorn.Server:
    """The server, which asks ``Connections`` for the protocol of each connection."""
    files = connections.raise_file_limit()
    bounded = connections.Connections(connections.bounds(files), behind)
    settings = UVICORN | {"http": bounded, "proxy_headers": bool(behind)}
    settings["backlog"] = connections.backlog(files)
    return uvicorn.Server(uvicorn.Config(application, **settings, forwarded_allow_ips=[*behind]))


def _answer(server: uvicorn.Server, listening: socket.socket) -> None:
    """Answer until a signal of :data:`ENDING`. uvicorn handles only two, which it raises again."""
    signal.signal(signal.SIGHUP, lambda number, frame: server.handle_exit(signal.SIGTERM, frame))
    server.run(sockets=[listening])


def _application(
    app: App, builder: incremental.Builder, pages: Pages, shown: reload.Shown | None, log: bool
) -> ASGIApp:
    """The functions, with these ``pages`` of the desk, and the site; its pages show what is
    ``shown`` to editors, if anything."""
    static = piecewise.application(compress.application(files(builder.out)), THREADS)
    application = asgi.application(app, static, pages=pages)
    if shown:
        application = reload.application(application, shown)
    application = asgi.guarded(application)
    return asgi.logged(application) if log else application


def _contents(app: App) -> str:
    """What the store holds, so that an operator who opened the wrong one notices."""
    store = app.store
    filed = [store.tally(month) for month in store.months()]
    names = [counters.name(counters.ALL, what) for what in (counters.WISHES, counters.MERGED)]
    orders = sum(month.get(name, 0) for month in filed for name in names)
    people = len(Accounts(store, app.clock).everybody())
    sentences = [f"数据里有 {orders} 单、{people} 个工作台账号"]
    for name, fact in (("备份", backup.FACT), ("定时工作", clock.LAST_ROUND)):
        at = store.fact(fact)
        sentences.append(
            f"上一次{name}在 {at[:16].replace('T', ' ')}" if at else f"还没有做过{name}"
        )
    try:
        store.set_fact("started", app.clock.now.isoformat())
    except OperationalError as error:
        sentences.append(
            f"但是现在写不进去（{error}）：居民交不了心愿，工作台只能看。请看看磁盘是不是满了、只读了"
        )
    return "；".join(sentences) + "。"


def _begin(
    app: App, builder: incremental.Builder, say: Callable[[str], None]
) -> FiguresFile | None:
    """Build the site, and return the figures that it shows; None if it cannot be built, but there
    is a bundle, so that residents' forms work, and where the content is wrong, the last good site.

    Raises:
        ContentError, DiskError: there is nothing of before.
    """
    # Fail now if the store is out of reach, and not when a resident comes.
    figures = snapshot(app.store, app.clock.now.date())
    try:
        builder.build(figures=figures, say=say)
        return figures
    except (ContentError, DiskError) as error:
        notice = OLD_SITE if isinstance(error, ContentError) else NO_SITE
        try:
            _ = app.current().bundle
            if notice is OLD_SITE:
                (builder.out / "index.html").stat()
        except UNREADABLE:
            raise error from None
        say(notice.format(error=error))
        return None


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        raise WudanError(f"{host}:{port} 用不了（{error.strerror}）。请换一个 --port。") from error


def files(out: Path) -> WSGIApplication:
    """A built site over WSGI; a file that a build replaced is served at once."""

    def missing(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            status, body = "404 Not Found", (out / "404.html").read_bytes()
        except OSError:  # The site could not be built yet.
            status, body = "503 Service Unavailable", UNBUILT.read_bytes()
        headers = [("content-type", "text/html; charset=utf-8"), ("content-length", str(len(body)))]
        start_response(status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    served: WSGIApplication = Files(
        missing,
        root=str(out),
        index_file=True,
        autorefresh=True,
        allow_all_origins=False,
        max_age=0,
        immutable_file_test=theme.IMMUTABLE,
        mimetypes=MEDIA_TYPES,
    )

    def visible(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # Files whose names begin with a dot are for builds alone; they are not published either.
        # No file has a NUL in its name, and the system refuses to look for one.
        path = environ["PATH_INFO"]
        hidden = "\0" in path or is_hidden(path.removeprefix("/"))
        return (missing if hidden else served)(environ, start_response)

    return visible
