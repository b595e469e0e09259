"""The command line, as staff use it."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import click
import pytest

import build
from functions.context.workdays import CHINA
from generator.commands.scaffold import new as scaffold
from generator.content import library
from generator.content.kinds import KINDS
from tests.support.commands import invoke

PRODUCT = Path(build.__file__).parent


@pytest.mark.slow
def test_build_says_in_one_line_what_it_did(root: Path) -> None:
    first, second = invoke("build", "--root", root), invoke("build", "--root", root)
    assert first.exit_code == second.exit_code == 0
    assert "写出 0 个文件" not in first.output
    assert second.stdout.startswith("写出 0 个文件，")
    assert len(second.stdout.splitlines()) == 1


@pytest.mark.slow
def test_build_goes_where_it_is_told(root: Path, tmp_path: Path) -> None:
    invoke("build", "--root", root, "--out", tmp_path / "elsewhere")
    assert (tmp_path / "elsewhere/index.html").exists()
    assert not (root / "public").exists()


@pytest.mark.parametrize("command", ["build", "check"])
def test_mistakes_are_told_on_the_error_output_with_exit_1(root: Path, command: str) -> None:
    (root / "content/news/spring.yaml").write_text("titel: x\n")
    (root / "site.yaml").write_text("name: x\n")
    result = invoke(command, "--root", root)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "content/news/spring.yaml:1:1: 不认识“titel”" in result.stderr
    assert "site.yaml:1:1: 缺少必填的“station”" in result.stderr
    assert not (root / "public").exists()


def test_check_writes_nothing(root: Path) -> None:
    before = sorted(root.rglob("*"))
    assert invoke("check", "--root", root).exit_code == 0
    assert sorted(root.rglob("*")) == before


def test_a_root_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert invoke("check", "--root", tmp_path / "nowhere").exit_code == 2
    result = invoke("check", "--root", tmp_path)
    assert result.exit_code == 1
    assert "site.yaml:1:1: 缺少这个文件" in result.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "file"),
    [
        ("news", "content/news/zhong-qiu-wan-hui.yaml"),
        ("team", "content/teams/zhong-qiu-wan-hui.yaml"),
        ("service", "content/menu/zhong-qiu-wan-hui.yaml"),
        ("fair", "content/fairs/zhong-qiu-wan-hui.yaml"),
    ],
)
def test_a_new_file_is_valid_as_it_is_and_never_overwrites(
    root: Path, kind: str, file: str
) -> None:
    result = invoke("new", "--root", root, kind, "中秋晚会")
    assert result.exit_code == 0, result.output
    assert file in result.output
    assert "中秋晚会" in (root / file).read_text()
    assert invoke("check", "--root", root).exit_code == 0
    (root / file).write_text("mine")
    assert invoke("new", "--root", root, kind, "中秋晚会").exit_code == 1
    assert (root / file).read_text() == "mine"


def test_a_new_file_is_dated_by_the_day_that_it_is_in_china(root: Path) -> None:
    late = datetime(2026, 11, 23, 16, tzinfo=UTC)  # Midnight in China.
    for now in (late, late.astimezone(timezone(timedelta(hours=-11)))):
        path = scaffold(root, "news", f"消息 {now.hour}", now)
        assert "date: 2026-11-24" in path.read_text()


def test_new_offers_each_kind_of_content_that_has_a_skeleton(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KINDS, "pages", KINDS["pages"]._replace(skeleton="page"))
    offered = [kind.skeleton for kind in KINDS.values() if kind.skeleton]
    assert "{" + "|".join(offered) + "}" in invoke("new", "--help").output
    (root / "templates/new").mkdir(parents=True)
    (root / "templates/new/page.yaml").write_text("title: {{ title|tojson }}\nbody: 正文\n")
    for kind in offered:
        assert invoke("new", "--root", root, kind, "新的一个").exit_code == 0, kind
    assert invoke("new", "--root", root, "form", "表").exit_code == 2


@pytest.mark.slow
@pytest.mark.parametrize("command", ["build", "check"])
def test_missing_holidays_are_a_warning_beside_the_result(root: Path, command: str) -> None:
    next_year = datetime.now(CHINA).year + 1
    invoke("build", "--root", root)
    for year, listed in ((1999, False), (next_year, True)):
        days = "".join(f"  - {year - n}-01-01\n" for n in range(2))
        (root / "calendar.yaml").write_text(f"holidays:\n{days}")
        for _ in range(2):  # Whether something changed or not.
            result = invoke(command, "--root", root)
            assert result.exit_code == 0
            assert ("calendar.yaml 里还没有" in result.stderr) is not listed
            assert len(result.stdout.splitlines()) == 1


@pytest.mark.parametrize(
    "title", ['带"引号"和\\的标题', "有: 冒号 # 井号", "2026 年中秋", "- 横线", "𠮷"]
)
def test_any_title_comes_through_unchanged(root: Path, title: str) -> None:
    result = invoke("new", "--root", root, "news", "--", title)
    if result.exit_code:
        assert "没有可以做文件名的字" in result.output
    else:
        assert title in {item.label for item in library.load(root).withheld["news"]}


@pytest.mark.slow
def test_accounts_are_made_listed_and_ended_and_a_wrong_name_is_told(
    root: Path, tmp_path: Path
) -> None:
    def staff(*arguments: str) -> Any:
        return invoke("staff", "--root", root, "--data", tmp_path / "data", *arguments)

    assert "只显示这一次" in staff("add", "王芳", "--administrator").output
    assert staff("add", "王芳").exit_code == 1
    assert "王芳  administrator  active" in staff("list").output
    staff("add", "李雷", "--administrator")  # The last one is not disabled.
    assert "停用" in staff("disable", "王芳").output
    assert "disabled" in staff("list").output
    unknown = staff("reset", "小陈")
    assert (unknown.exit_code, "没有叫“小陈”的人" in unknown.output) == (1, True)


def options(command: click.Command) -> set[str]:
    return {option for p in command.params for option in p.opts if option.startswith("--")}


def test_the_readme_tells_of_every_command_and_option() -> None:
    readme = (PRODUCT / "README.md").read_text()
    for name, command in build.main.commands.items():
        rows = [line for line in readme.splitlines() if f"`build.py {name}" in line]
        assert len(rows) == 1, name
        missing = {option for option in options(command) if option not in rows[0]}
        assert not missing - {"--help"}, (name, missing)
