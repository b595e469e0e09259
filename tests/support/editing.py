"""The desk with the pages for content, on a site that is built from them."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from functions import desk
from functions.app import App
from functions.asgi import ROUTES
from generator.build.incremental import Builder
from generator.editor.contents import Contents
from generator.editor.pages import EditorPages
from generator.editor.versions import Versions
from generator.serve.drafts import LocalDrafts
from generator.serve.reload import Shown
from generator.serve.upkeep import BUILDING
from generator.serve.watch import Watch
from tests.support.client import Answer, Client
from tests.support.orders import Desk

ITEM, VERSIONS = "/desk/site/item/", "/desk/site/versions/"
JSON = Mapping[str, Any]


class EditingClient(Client):
    """Asks the functions of a machine that has the pages for content, too."""

    def __init__(self, app: App, contents: Contents):
        super().__init__(app)
        self.routes = {**ROUTES, **desk.routes(EditorPages(contents).pages)}


class EditingDesk(Desk):
    """Somebody at the desk who writes content."""

    def written(self, of: str, do: str, new: bool = False, **typed: str | list[str]) -> Answer:
        """The answer to the form of a file, filled in as it was and as ``typed``; fields within
        others have ``__`` for the point."""
        page = self.get(f"{ITEM}?{'new' if new else 'of'}={of}")
        return self.sent(page, do, **typed)

    def sent(self, page: Answer, do: str, **typed: str | list[str]) -> Answer:
        """The answer to a form that was drawn before."""
        form = page.form(ITEM)
        named = {name.replace("__", "."): text for name, text in typed.items()}
        return self._send(ITEM, {**form, **named, "do": do})

    def with_files(
        self, page: Answer, do: str, files: Mapping[str, list[bytes]], **typed: str
    ) -> Answer:
        """The same with files, each under the name of a control."""
        form = {**page.form(ITEM), **typed, "do": do}
        boundary = uuid4().hex
        body = b""
        for name, value in form.items():
            for text in [value] if isinstance(value, str) else value:
                body += _part(boundary, f'name="{name}"', str(text).encode())
        for name, several in files.items():
            for data in several:
                body += _part(boundary, f'name="{name}"; filename="IMG.jpg"', data)
        body += f"--{boundary}--\r\n".encode()
        headers = {
            "content-type": f"multipart/form-data; boundary={boundary}",
            "sec-fetch-site": "same-origin",
            "cookie": self.cookie,
        }
        return self.client.send("POST", ITEM, body, headers)


def _part(boundary: str, named: str, data: bytes) -> bytes:
    head = f"--{boundary}\r\nContent-Disposition: form-data; {named}\r\n\r\n"
    return head.encode() + data + b"\r\n"


def contents(builder: Builder, app: App, versions: Versions | None = None) -> Contents:
    """The content of a site, with its versions beside it."""
    shown = Shown()
    app.drafts = LocalDrafts(builder, shown)
    watch = Watch(builder, shown, lambda sentence: None, lambda: None)
    kept = versions or Versions(builder.root / "var")
    return Contents(builder, kept, watch.build, lambda: app.clock.now, BUILDING)
