"""The page on which staff write a file of content, and what its buttons do."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import quote

from functions.app import App
from functions.desk.session import Session, view
from functions.errors import Conflict, Problem
from functions.web.http import EDITING, LONGEST_PHOTOS, Request, Response, see_other
from generator.content.kinds import KINDS
from generator.content.reading.messages import SENTENCES
from generator.content.schemas import first_line
from generator.editor import changes, photos
from generator.editor.contents import Contents, FileName, Standing
from generator.editor.model_form import ModelForm, arrange, without_empty
from generator.editor.yaml_edit import Data, read, rewrite
from generator.errors import Problem as Mistake
from generator.intake.file_names import file_name

NEW, OF = "new", "of"
"""The fields that say of which kind a new item is, or which file is meant."""
FILES = ":files"
"""After the name of a picture, or of rows that have one: the files that are sent for it."""
SLUG = "slug"
"""What somebody wants the file to be called."""
PREVIEW = "/desk/site/preview/"
ARRANGING = ("add", "remove", "up", "down", "send")
"""What buttons do that only draw the form again; ``send`` takes in files."""
UNNAMED = "new-item"
"""The name of a file for which nothing was typed that could be one."""


class Writing(NamedTuple):
    """What somebody writes into a file, and how that stands. A new one has its name from them."""

    name: FileName
    is_new: bool
    standing: Standing
    form: ModelForm
    data: Data


class ItemPage:
    """The page, for all files of content."""

    def __init__(self, contents: Contents):
        self._contents = contents

    def show(self, request: Request, app: App, session: Session) -> Response:
        """The form as the file is, or as the edit that waits; or as it was typed before somebody
        had to sign in again."""
        name, is_new = file_of(request, session)
        standing = self._contents.standing(name)
        data = read(standing.text) if standing.text else {}
        if not is_new and not standing.text and name.folder:
            raise Problem(404, "not_found")
        if data is None or "\ufffd" in standing.text:
            problems = self._contents.survey(name).problems
            return view(app, session, "site-unreadable.html", 422, name=name, problems=problems)
        form, problems = self._contents.survey(name, standing.text)
        data = form.begun(app.clock.now.date()) if is_new else data
        if session.resumed:
            data = form.data(request.typed, data)
        written = Writing(name, is_new, standing, form, data)
        return self._view(app, session, written, problems, done=request.query.get("done", ""))

    def act(self, request: Request, app: App, session: Session) -> Response:
        """Do what a button says with what was typed; what cannot be taken is handed back."""
        name, is_new = file_of(request, session)
        standing, form = self._contents.standing(name), self._contents.survey(name).form
        seen = standing.at(_number(request.value("seen")))
        before = (read(seen.text) if seen else None) or {}
        data = form.data(request.typed, before)
        refused = self._take_photos(request, name, form, data)
        if is_new and (slug := request.value(SLUG).strip()) != name.slug:
            example = file_name(slug) or UNNAMED
            refused.append("".join(SENTENCES["file_name"]).format(name=slug, example=example))
        do, _, which = request.value("do").partition(" ")
        if do in ARRANGING or refused:
            arrange(data, do, which)
            written = Writing(name, is_new, standing, form, data)
            status = 422 if refused else 200
            focus = which if do in ("add", "send") else which.rpartition(".")[0]
            return self._view(app, session, written, [], status, faults=refused, focus=focus)
        written = Writing(name, is_new, standing, form, without_empty(data))
        if is_new:
            written = self._with_name(written)
            if not written.is_new:  # The same form was sent twice.
                return _lead_on(written.name, "saved")
        elif _number(request.value("no")) != standing.no:
            return self._overtaken(request, app, session, written, before)
        try:
            return self._keep(request, app, session, written, do)
        except Conflict:
            again = self._contents.standing(written.name)
            return self._overtaken(request, app, session, written._replace(standing=again), before)

    def _keep(
        self, request: Request, app: App, session: Session, written: Writing, do: str
    ) -> Response:
        name, standing = written.name, written.standing
        text = rewrite(standing.text or top(name), written.data)
        problems = self._contents.survey(name, text).problems
        others = [each for each in problems if each.file != name.file]
        if problems != others or (problems and do == "publish"):
            return self._view(app, session, written, problems, 422)
        if text == standing.published and (do == "publish" or not standing.edit):
            if standing.edit:
                self._contents.drop(name, session.who, standing.no)
            return _lead_on(name, "same")
        faults: Iterable[str] = ()
        if do == "publish":
            faults = self._contents.publish(name, text, session.who, standing.no)
        elif text != standing.text:
            self._contents.save(name, text, session.who, standing.no)
        kind = "content_published" if do == "publish" else "content_saved"
        app.audit.record(kind, session.who, sender=request.sender, file=name.file)
        if faults:
            kept = Writing(name, False, self._contents.standing(name), written.form, written.data)
            return self._view(app, session, kept, [], 422, faults=faults)
        if do == "preview":
            return see_other(f"{PREVIEW}?{OF}={quote(str(name))}")
        return _lead_on(name, "published" if do == "publish" else "saved")

    def _overtaken(
        self, request: Request, app: App, session: Session, written: Writing, before: Data
    ) -> Response:
        """The form with what both wrote: what only the other changed is as the other has it, what
        both changed is as it was typed, and beside it stands what the other did."""
        theirs = read(written.standing.text) or {}
        mine = written.data
        if mine == theirs:
            return _lead_on(written.name, "same")
        both = {
            name: theirs.get(name) if mine.get(name) == before.get(name) else mine.get(name)
            for name in {**mine, **theirs}
        }
        merged = written._replace(data={name: each for name, each in both.items() if each})
        since = changes.between(written.form, before, theirs)
        return self._view(app, session, merged, [], 409, since=since)

    def _with_name(self, written: Writing) -> Writing:
        """A new item under the name that was typed, or else under its title in pinyin with a number
        that is free. If the same was sent under that name before, it is no new one."""
        typed = written.name.slug
        label = next(iter(written.data.values()), "")
        label = written.data.get("title") or written.data.get("name") or label
        base = typed or file_name(str(label)) or UNNAMED
        for number in range(1, 100):
            name = written.name._replace(slug=base if number == 1 else f"{base}-{number}")
            standing = self._contents.standing(name)
            if not standing.text:
                return written._replace(name=name, standing=standing)
            if read(standing.text) == written.data:
                return written._replace(name=name, is_new=False)
        raise Problem(409, "stale")

    def _take_photos(
        self, request: Request, name: FileName, form: ModelForm, data: Data
    ) -> list[str]:
        """Put the pictures that were sent into their places; the sentences for those that are
        none."""
        refused = []
        for field, files in request.files.items():
            for sent in filter(None, files):
                label = str(data.get("title") or data.get("name") or "")
                slug = file_name(name.slug or label) or name.folder
                kept, sentence = photos.keep(self._contents.root, slug, sent)
                if kept:
                    form.attach(data, field.removesuffix(FILES), kept)
                else:
                    refused.append(sentence)
        return refused

    def _view(
        self,
        app: App,
        session: Session,
        written: Writing,
        problems: list[Mistake],
        status: int = 200,
        **more: Any,
    ) -> Response:
        name, is_new, standing, form, data = written
        own = [each for each in problems if each.file == name.file]
        controls = form.controls(data, own)
        data = {"since": [], "faults": [], "done": "", "focus": "", **more}
        return view(
            app,
            session,
            "site-item.html",
            status,
            name=name,
            is_new=is_new,
            standing=standing,
            controls=controls,
            pictures=form.options["picture"],
            own=own,
            others=[each for each in problems if each.file != name.file],
            refused=status == 422,
            address=self._contents.address(name),
            has_page=bool(name.folder and KINDS[name.folder].base),
            most=LONGEST_PHOTOS // 1024**2,
            **data,
        )


def file_of(request: Request, session: Session) -> tuple[FileName, bool]:
    """The file that a request is about, and whether it is a new one.

    Raises:
        Problem: there can be no such file, or only an administrator may change it.
    """
    if (folder := request.value(NEW)) in KINDS:
        typed = FileName.parse(f"{folder}/{request.value(SLUG).strip()}")
        return typed or FileName(folder, ""), True
    name = FileName.parse(request.value(OF))
    if name is None:
        raise Problem(404, "not_found")
    if name.slug == "site" and not name.folder and not session.is_administrator:
        raise Problem(403, "role")
    return name, False


def top(name: FileName) -> str:
    """How a new file begins."""
    return first_line(name.folder) if name.folder else ""


def _lead_on(name: FileName, done: str) -> Response:
    return see_other(f"{EDITING}?{OF}={quote(str(name))}&done={done}")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0
