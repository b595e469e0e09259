"""``/desk/site/``: all that the site is made from, for staff to write in a browser."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from functions.app import App
from functions.desk import Pages
from functions.desk.confirm import Question, asking
from functions.desk.drafts_page import PICTURE
from functions.desk.entrance.ticket import POLICY
from functions.desk.session import Session, view
from functions.errors import Problem
from functions.forms.normal import seen
from functions.web.http import EDITING, Request, Response, see_other
from generator.build.preview import with_files_at
from generator.content.kinds import KINDS
from generator.content.models import Item
from generator.editor import changes, listing
from generator.editor.contents import Contents, FileName
from generator.editor.item_page import OF, PREVIEW, ItemPage, file_of
from generator.editor.versions import Version
from generator.editor.yaml_edit import Bare, Data, read, rewrite
from generator.errors import ContentError

PATH = "/desk/site/"
VERSIONS = "/desk/site/versions/"
PHOTO = "/desk/site/photo/"
MOST = 100
"""Rows of the list, and versions of a file, that are shown."""


class EditorPages:
    """The pages for the content that ``contents`` has."""

    def __init__(self, contents: Contents):
        self._contents, self._item = contents, ItemPage(contents)

    @property
    def pages(self) -> Pages:
        """All of them."""
        item = self._item
        return {
            PATH: {"GET": self.show},
            EDITING: {"GET": item.show, "POST": item.act},
            PREVIEW: {"GET": self.preview},
            VERSIONS: {
                "GET": self.versions,
                "POST": asking(self._ask, self._act, self.versions),
            },
            PHOTO: {"GET": self.photo},
        }

    def show(self, request: Request, app: App, session: Session) -> Response:
        """The files of a kind, in some state, with some words in their names."""
        kind, state, words = (request.value(each) for each in ("kind", "state", "q"))
        rows = [
            row
            for row in listing.rows(self._contents, app.clock.now.date())
            if kind in ("", row.name.folder)
            and state in ("", row.state, "waits" if row.waits else "")
            and seen(words) in seen(f"{row.label} {row.name.slug}")
        ]
        chosen = {"kind": kind, "state": state, "q": words}
        left = max(0, len(rows) - MOST)
        return view(
            app, session, "site.html", rows=rows[:MOST], left=left, chosen=chosen, kinds=KINDS
        )

    def preview(self, request: Request, app: App, session: Session) -> Response:
        """The page of an item as it would be: for whoever has the address and signs in."""
        name, _ = file_of(request, session)
        text = self._contents.standing(name).text
        try:
            page = text and self._contents.preview(name, text)
        except ContentError as error:
            problems = error.problems
            return view(app, session, "site-unreadable.html", 422, name=name, problems=problems)
        if not page:
            raise Problem(404, "not_found")
        return Response(with_files_at(page, f"{PICTURE}?file="), 200, POLICY)

    def photo(self, request: Request, app: App, session: Session) -> Response:
        """A picture as it would be shown, small."""
        found = self._contents.photo(request.value(OF))
        if found is None:
            raise Problem(404, "not_found")
        media_type, data = found
        return Response(data, 200, {**POLICY, "content-type": media_type})

    def versions(
        self, request: Request, app: App, session: Session, status: int = 200, **more: Any
    ) -> Response:
        """Who wrote what into a file, and when."""
        name, _ = file_of(request, session)
        standing, form = self._contents.standing(name), self._contents.survey(name).form
        if not standing.versions:
            raise Problem(404, "not_found")
        listed = _without_steps(standing.versions)[:MOST]
        texts = [read(each.text) or {} for each in listed]
        pairs = zip(listed, texts, [*texts[1:], {}], strict=True)
        shown = [(each, changes.between(form, old, new)) for each, new, old in pairs]
        data = {"faults": [], "overtaken": False, **more}
        is_item = bool(name.folder) and issubclass(name.model, Item)
        return view(
            app,
            session,
            "site-versions.html",
            status,
            name=name,
            standing=standing,
            shown=shown,
            is_item=is_item,
            is_draft="draft" in (read(standing.published) or {}),
            **data,
        )

    def _ask(self, request: Request, app: App) -> Question | None:
        version = self._version(request)
        names = {"at": version.at[:16].replace("T", " ")} if version else {}
        return Question(f"content_{request.value('do')}", names)

    def _act(self, request: Request, app: App, session: Session) -> Response:
        """Take an item down, bring it back, put a version back, or give up an edit."""
        name, _ = file_of(request, session)
        standing, do = self._contents.standing(name), request.value("do")
        if request.value("last") != str(standing.no):
            return self.versions(request, app, session, 409, overtaken=True)
        if do == "drop":
            self._contents.drop(name, session.who, standing.no)
        else:
            text = self._text(request, name, standing.published)
            problems = self._contents.survey(name, text).problems
            faults = [str(each) for each in problems] or self._contents.publish(
                name, text, session.who, standing.no
            )
            if faults:
                return self.versions(request, app, session, 422, faults=faults)
            if do != "restore" and standing.edit:  # The edit waits on.
                text = self._text(request, name, standing.edit.text)
                self._contents.save(name, text, standing.edit.who, self._contents.standing(name).no)
        app.audit.record(f"content_{do}", session.who, sender=request.sender, file=name.file)
        return see_other(f"{EDITING}?{OF}={quote(str(name))}&done={do}")

    def _text(self, request: Request, name: FileName, text: str) -> str:
        """What the file shall say: an older version, or the text without or with the sign of a
        draft."""
        if request.value("do") == "restore":
            version = self._version(request)
            if version is None or not version.text:
                raise Problem(404, "not_found")
            return version.text
        data: Data = read(text) or {}
        if not data or request.value("do") not in ("down", "up"):
            raise Problem(400, "unknown_step")
        draft = {"draft": Bare("true")} if request.value("do") == "down" else {}
        return rewrite(text, {key: each for key, each in data.items() if key != "draft"} | draft)

    def _version(self, request: Request) -> Version | None:
        name = FileName.parse(request.value(OF))
        found = self._contents.versions.of(name.file) if name else []
        return next((each for each in found if str(each.no) == request.value("no")), None)


def _without_steps(versions: Sequence[Version]) -> list[Version]:
    """The versions without those that were published as they were saved."""
    pairs = zip([None, *versions], versions, strict=False)
    return [
        each
        for later, each in pairs
        if not (
            later and each.kind == "saved" and later.kind == "published" and later.text == each.text
        )
    ]
