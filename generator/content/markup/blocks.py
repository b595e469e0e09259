"""Lists, quotes, code, tables and HTML as CommonMark and GitHub read them, also nested.

Python-Markdown expects the content of a list item to be indented by four columns, and a blank line
before most of these blocks; people indent by two or three and leave no blank line. So one processor
replaces the library's own: it finds the line where such a block begins, cuts off what belongs to it
(CommonMark 0.31.2, chapters 4.5, 4.6 and 5), and lets the library parse the content."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from html import escape
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.blockprocessors import BlockProcessor, HashHeaderProcessor, SetextHeaderProcessor
from markdown.extensions import Extension
from markdown.extensions.tables import TableProcessor

from generator.content.markup.html import BLOCKS, escaped

DEEPEST = 20
"""Lists and quotes inside each other; what is deeper is text."""
MOST_BLOCKS = 100
"""Code or a comment that has no end within this many blank lines ends at a blank line, so that a
long text is not searched for its end over and over."""

OPENING = re.compile(
    r" {0,3}(?:"
    r"(?P<fence>`{3,}(?=[^`]*$)|~{3,})"
    r"|(?P<quote>>)"
    rf"|(?P<html><!--|</?(?:{'|'.join(sorted(BLOCKS))})(?=[\s>]|/>|$))"
    r"|(?P<mark>[-*+]|\d{1,9}[.)])(?P<gap> +|$)(?P<first>.*)"
    r")",
    re.IGNORECASE,
)
SIGN = re.compile(r"^ {0,3}[-*+_>#`~<\d]|\|", re.MULTILINE)
"""What all of these have, and most blocks do not."""
RULE = re.compile(r" {0,3}([-*_])(?: *\1){2,} *$")
UNDERLINE = re.compile(r" {0,3}-+ *$")
DEFINITION = re.compile(r" {0,3}\[[^\]]+\]:")
HEADING = re.compile(r" {0,3}#{1,6}")
DELIMITERS = re.compile(r" {0,3}\|? *:?-+:? *(?:\| *:?-+:? *)*\|? *$")
QUOTED = re.compile(r" {0,3}> ?")
CONTAINERS = re.compile(r"(?: *(?:>|[-*+](?= )|\d{1,9}[.)](?= )) ?)+")
ENDS = {"<!--": "-->", "<pre": "</pre>"}
TASK = re.compile(r"\[([ xX])\] +(?=\S)")


def indent(line: str) -> int:
    """How many spaces a line begins with."""
    return len(line) - len(line.lstrip(" "))


def opening(line: str) -> re.Match[str] | None:
    """How a list, quote, code or block of HTML begins, if one begins in this line."""
    return None if RULE.match(line) else OPENING.match(line)


def is_text(line: str) -> bool:
    """Whether a line could go on with a paragraph, or be one."""
    return bool(line.strip()) and not (opening(line) or RULE.match(line) or HEADING.match(line))


def underlines(line: str, before: list[str]) -> bool:
    """Whether a line makes a heading of the one before it: of a single line of text. Of more lines
    CommonMark would make one too, but people mean to part what is below."""
    if not UNDERLINE.match(line):
        return False
    texts = [is_text(each) and indent(each) < 4 for each in before[-2:]]
    return texts in ([True], [False, True]) and not DEFINITION.match(before[-1])


def ends_code(line: str, fence: str) -> bool:
    """Whether code that was begun by this fence ends in a line."""
    end = line.strip(" ")
    return indent(line) < 4 and len(end) >= len(fence) and set(end) == {fence[0]}


class Lines:
    """The lines of a block of text, and of the blocks after it as far as they are asked for."""

    def __init__(self, blocks: list[str]) -> None:
        self._blocks = blocks
        self._lines = blocks.pop(0).split("\n")
        self._at = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._at == len(self._lines):
            raise StopIteration
        self._at += 1
        return self._lines[self._at - 1]

    def next(self, further: int = 0) -> str | None:
        """The next line of the block, or the one so much further on."""
        at = self._at + further
        return self._lines[at] if at < len(self._lines) else None

    def after_blank(self) -> str | None:
        """The first line of the next block, at the end of this one."""
        if self._at < len(self._lines):
            return None
        return next((line for block in self._blocks for line in block.split("\n") if line), None)

    def go_on(self) -> list[str]:
        """Take in the next block; returns the blank lines before it."""
        blank = 1
        while not self._blocks[0].strip("\n"):
            blank += 1 + self._blocks.pop(0).count("\n")
        block = self._blocks.pop(0)
        self._lines, self._at = block.lstrip("\n").split("\n"), 0
        return [""] * (blank + len(block) - len(block.lstrip("\n")))

    def up_to(self, ends: Callable[[str], bool], end: str = "") -> list[str]:
        """The next lines up to the first that ends them, which is among them; also over blank
        lines, while one of the next blocks has the ``end`` that is looked for."""
        taken: list[str] = []
        while True:
            for line in self:
                taken.append(line)
                if ends(line):
                    return taken
            if not self.has(end):
                return taken
            taken += self.go_on()

    def has(self, text: str = "") -> bool:
        """Whether there is anything after this block, and this in one of the next blocks."""
        return any(each.strip() and text in each.lower() for each in self._blocks[:MOST_BLOCKS])


class _Inside:
    """The lines inside a quote or an item of a list, without what marks or indents them there."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._fence = ""
        self._is_table = False

    def take(self, line: str) -> None:
        """Add a line."""
        found = opening(line)
        if self._fence:
            self._fence = "" if ends_code(line, self._fence) else self._fence
        elif found and found["fence"]:
            self._fence = found["fence"]
        rows = bool(self.lines) and "|" in self.lines[-1] and bool(DELIMITERS.match(line))
        self._is_table = bool(line) and (self._is_table or rows)
        self.lines.append(line)

    def can_go_on(self) -> bool:
        """Whether the last line is of a paragraph, which goes on in a line that is not marked."""
        if not self.lines or self._fence or self._is_table or indent(self.lines[-1]) > 3:
            return False
        return is_text(CONTAINERS.sub("", self.lines[-1], count=1))


class _Item(_Inside):
    """One item of a list. ``offset`` is where its lines begin."""

    def __init__(self, mark: re.Match[str]) -> None:
        super().__init__()
        gap, first = len(mark["gap"]), mark["first"]
        self.kind = mark["mark"][-1]
        self.number = mark["mark"][:-1].lstrip("0") or mark["mark"][:-1][-1:]
        self.offset = mark.end("mark") + (gap if first and gap < 5 else 1)
        self.is_loose = False
        self._inner: _Item | None = None
        self.take(" " * (gap - 1 if gap > 4 else 0) + first)

    @property
    def is_ordered(self) -> bool:
        """Whether the items have numbers."""
        return self.kind in ".)"

    def is_beside(self, line: str) -> bool:
        """Whether another item of the same list begins in a line."""
        found = opening(line)
        return bool(found and found["mark"] and found["mark"][-1] == self.kind)

    def holds(self, line: str) -> bool:
        """Whether a line belongs to the item because of where it begins. Below a number, two
        columns are enough for a list of another kind."""
        if indent(line) >= self.offset:
            return True
        found = opening(line.lstrip(" ")) if self.is_ordered and indent(line) >= 2 else None
        return bool(found and found["mark"] and found["mark"][-1] != self.kind)

    def take(self, line: str) -> None:
        """Add a line. A blank line between two parts of the item, but not inside one of them, makes
        the list a loose one, whose texts are paragraphs."""
        inner = self._inner
        if line and self.lines[1:] and not self.lines[-1] and not self._fence:
            self.is_loose |= not (inner and (indent(line) >= inner.offset or inner.is_beside(line)))
        found = opening(line)
        if found and found["mark"] and not self._fence:
            self._inner = _Item(found)
        super().take(line)


class Headings(HashHeaderProcessor):
    """The library's, which may begin a little further in."""

    RE = re.compile(r"(?:^|\n) {0,3}(?P<level>#{1,6})(?P<header>(?:\\.|.)*?)#* *(?:\n|$)")


class Structures(BlockProcessor):
    """What begins at the first line of its kind, wherever that stands in a block."""

    def __init__(self, parser: BlockParser) -> None:
        super().__init__(parser)
        self._heading = Headings(parser)
        self._underlined = SetextHeaderProcessor(parser)
        self._table = TableProcessor(parser, {"use_align_attribute": True})

    def test(self, parent: Element, block: str) -> bool:
        if len(self.parser.state) > DEEPEST or not SIGN.search(block):
            return False
        lines = block.split("\n")
        for at, line in enumerate(lines):
            before = lines[max(at - 2, 0) : at]
            if underlines(line, before):
                return True
            if self._begins(before, line, lines[at + 1] if at + 1 < len(lines) else ""):
                return True
        return False

    def run(self, parent: Element, blocks: list[str]) -> None:
        lines = Lines(blocks)
        before: list[str] = []
        while (line := lines.next()) is not None:
            if self._begins(before, line, lines.next(1) or ""):
                self._parse_lines(parent, before)
                self._take(parent, line, lines)
                before = []
            else:
                before.append(next(lines))
                if underlines(line, before[-3:-1]):
                    self._parse_lines(parent, before[:-2])
                    self._underlined.run(parent, ["\n".join(before[-2:])])
                    before = []
        self._parse_lines(parent, before)

    def _parse_lines(self, parent: Element, lines: list[str]) -> None:
        if lines:
            self.parser.parseBlocks(parent, ["\n".join(lines)])

    def _begins(self, before: list[str], line: str, following: str) -> bool:
        if HEADING.match(line):
            return True
        if RULE.match(line):
            return not underlines(line, before)
        found = opening(line)
        if found and found["mark"] and not found["first"]:
            return not (before and is_text(before[-1]))
        return bool(found) or self._begins_table(line, following)

    def _begins_table(self, line: str, following: str) -> bool:
        if "|" not in line or not DELIMITERS.match(following):
            return False
        return indent(line) < 4 and self._table.test(Element("div"), f"{line}\n{following}")

    def _take(self, parent: Element, line: str, lines: Lines) -> None:
        found = opening(line)
        if HEADING.match(line):
            self._heading.run(parent, [next(lines)])
        elif RULE.match(line):
            next(lines)
            SubElement(parent, "hr")
        elif found is None:
            self._take_table(parent, lines)
        elif found["fence"]:
            self._take_code(parent, lines, found)
        elif found["quote"]:
            self._take_quote(parent, lines)
        elif found["html"]:
            self._take_html(parent, lines)
        else:
            self._take_list(parent, lines)

    def _take_table(self, parent: Element, lines: Lines) -> None:
        rows = [next(lines), next(lines)]
        while (line := lines.next()) is not None and is_text(line):
            rows.append(next(lines))
        block = "\n".join(rows)
        self._table.test(parent, block)
        self._table.run(parent, [block])

    def _take_code(self, parent: Element, lines: Lines, found: re.Match[str]) -> None:
        next(lines)
        code = lines.up_to(partial(ends_code, fence=found["fence"]))
        if code and ends_code(code[-1], found["fence"]):
            code.pop()
        code = [line[min(indent(line), indent(found[0])) :] for line in code]
        text = escape("\n".join([*code, ""]) if code else "", quote=False)
        self._put_aside(parent, f"<pre><code>{text}</code></pre>")

    def _take_html(self, parent: Element, lines: Lines) -> None:
        """Up to a blank line; a comment, or text that keeps its form, up to its end."""
        first = (lines.next() or "").lower()
        end = next((end for begin, end in ENDS.items() if begin in first), "")
        raw = lines.up_to(lambda line: end in line.lower(), end) if end else [*lines]
        self._put_aside(parent, escaped("\n".join(raw).strip()))

    def _put_aside(self, parent: Element, html: str) -> None:
        SubElement(parent, "p").text = self.parser.md.htmlStash.store(html)

    def _take_quote(self, parent: Element, lines: Lines) -> None:
        inside = _Inside()
        while (line := lines.next()) is not None:
            if not QUOTED.match(line) and not self._goes_on(inside, lines):
                break
            inside.take(QUOTED.sub("", next(lines), count=1))
        self._parse("blockquote", SubElement(parent, "blockquote"), inside.lines)

    def _take_list(self, parent: Element, lines: Lines) -> None:
        items: list[_Item] = []
        is_loose = False
        while (line := lines.next()) is not None:
            if items and items[-1].holds(line):
                items[-1].take(line[min(indent(line), items[-1].offset) :])
            elif (found := opening(line)) and (not items or items[-1].is_beside(line)):
                items.append(_Item(found))
            elif self._goes_on(items[-1], lines):
                items[-1].take(line.lstrip(" "))
            else:
                break
            next(lines)
            following = lines.after_blank()
            if following is None:
                continue
            if not items[-1].holds(following):
                if not items[-1].is_beside(following):
                    break
                is_loose = True
            for blank in lines.go_on():
                items[-1].take(blank)
        is_loose |= any(item.is_loose for item in items)
        self._draw(parent, items, is_loose)

    def _goes_on(self, inside: _Inside, lines: Lines) -> bool:
        line = lines.next() or ""
        table = self._begins_table(line, lines.next(1) or "")
        return is_text(line) and not table and inside.can_go_on()

    def _draw(self, parent: Element, items: list[_Item], loose: bool) -> None:
        node = SubElement(parent, "ol" if items[0].is_ordered else "ul")
        if items[0].number not in ("", "1"):
            node.set("start", items[0].number)
        for item in items:
            while not item.lines[-1] and len(item.lines) > 1:
                item.lines.pop()
            item.lines[0] = TASK.sub(lambda box: "☐ " if box[1] == " " else "☑ ", item.lines[0], 1)
            self._parse("looselist" if loose else "list", SubElement(node, "li"), item.lines)

    def _parse(self, state: str, parent: Element, lines: list[str]) -> None:
        self.parser.state.set(state)
        self.parser.parseChunk(parent, "\n".join(lines))
        self.parser.state.reset()


class BlocksExtension(Extension):
    """Reads blocks as above instead of as the library does."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 Python-Markdown's name
        md.preprocessors.deregister("html_block")
        for name in ("indent", "hashheader", "hr", "olist", "ulist", "quote"):
            md.parser.blockprocessors.deregister(name)
        md.parser.blockprocessors.register(Structures(md.parser), "structures", 95)
