"""Whatever staff do to a file, `check` answers with sentences that name a line of it."""

import random
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from generator.content.library import Library
from generator.errors import ContentError
from generator.files.cache import Cache
from generator.files.file_stamps import scan
from tests.support.depth import tried
from tests.support.servers import PRODUCT

TODAY = date(2026, 11, 26)
SENTENCE = re.compile(r"[^:]+:\d+:\d+: .*[\u4e00-\u9fff].*[。？]", re.DOTALL)
LINE_END = re.compile(r"\r\n|\r|\n")
LIBYAML = re.compile(r"(did not|could not|found|expected|cannot|while) ")
HOW_MANY = tried(200, 20_000)
AT_ONCE = 2000
"""Mutations that one test tries, because no test may take minutes."""
TOGETHER = 4
"""How many files are changed before all are read again."""
KEPT = [13136, 13137, 13138, 13139]
"""Seeds beyond those that are always tried which once ended in something else than a sentence."""

PIECES = (
    *("：", ":", ": ", " #", "#1", "- ", "\t", "\u00a0", "\u3000", "\u2028", "\u200b", "｜", "|"),
    *(
        "[",
        "]",
        "{",
        "}",
        "*",
        "&",
        "!",
        "%",
        "@",
        "`",
        '"',
        "'",
        "\\",
        "---\n",
        "\n",
        "\r",
        "\x07",
    ),
    *("null", "[]", "{}", "[a, b]", "{a: b}", "-1", "1e9", "0x10", "是", "2026-13-45", "９", "~"),
    *(
        "<b",
        "${",
        "${x}",
        "&#7;",
        "\ufffe",
        "\ufdd0",
        "𠮷",
        "99999999999999999999",
        "C:\\a",
        '"C:\\a"',
        "on",
    ),
)


def put_in(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice(PIECES) + text[at:]


def take_out(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + text[at + chance.randint(1, 12) :]


def cut_off(text: str, chance: random.Random) -> str:
    return text[: chance.randrange(len(text) + 1)]


def change_value(text: str, chance: random.Random) -> str:
    """What stands behind a colon or a dash becomes something else."""
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    lines[at] = re.sub(r"((?::|^\s*-)\s+).*", lambda f: f[1] + chance.choice(PIECES), lines[at])
    return "\n".join(lines)


def move_line(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    line = lines.pop(chance.randrange(len(lines)))
    lines.insert(chance.randrange(len(lines) + 1), line)
    return "\n".join(lines)


def double_line(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    return "\n".join([*lines[:at], lines[at], *lines[at:]])


def indent(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    lines[at] = chance.choice([" ", "  ", "\t", "　"]) + lines[at]
    return "\n".join(lines)


def dedent(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    lines[at] = lines[at][1:]
    return "\n".join(lines)


MUTATIONS: tuple[Callable[[str, random.Random], str], ...] = (
    put_in, take_out, cut_off, change_value, move_line, double_line, indent, dedent
)  # fmt: skip


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("shipped")
    for name in ("content", "static"):
        shutil.copytree(PRODUCT / name, root / name)
    for name in ("site.yaml", "calendar.yaml"):
        shutil.copy(PRODUCT / name, root / name)
    return root


def mutated(text: str, seed: int) -> str:
    chance = random.Random(seed)
    for _ in range(chance.choice((1, 1, 1, 2))):
        text = chance.choice(MUTATIONS)(text, chance)
    return text


@pytest.mark.parametrize("part", range(-(-HOW_MANY // AT_ONCE)))
def test_a_changed_file_is_read_or_told_in_sentences(shipped: Path, part: int) -> None:
    """Some shipped files are changed at a time, all others are as they are shipped."""
    files = sorted(p for p in (*shipped.glob("*.yaml"), *shipped.glob("content/*/*.yaml")))
    whole = {file: file.read_bytes() for file in files}
    library, cache = Library(shipped), Cache()
    library.load(cache, scan(shipped), TODAY)
    first = part * AT_ONCE
    seeds = [*KEPT, *range(first, min(first + AT_ONCE, HOW_MANY))]
    refused = 0
    for together in (seeds[i : i + TOGETHER] for i in range(0, len(seeds), TOGETHER)):
        changed = {}
        for seed in together:
            file = files[seed % len(files)]
            changed[file] = mutated(whole[file].decode(), seed)
            file.write_bytes(changed[file].encode())
        try:
            library.load(cache, scan(shipped), TODAY)
        except ContentError as error:
            refused += 1
            for problem in error.problems:
                assert SENTENCE.fullmatch(str(problem)), f"seeds {together}: {problem}"
                assert not LIBYAML.search(problem.what + problem.mend), f"{together}: {problem}"
                text = changed.get(shipped / problem.file)
                assert text is None or problem.line <= len(LINE_END.split(text)), problem
        except Exception as error:
            pytest.fail(f"seeds {together}: {error!r}")
        finally:
            for file in changed:
                file.write_bytes(whole[file])
    assert len(seeds) // TOGETHER // 3 < refused < len(seeds) // TOGETHER
