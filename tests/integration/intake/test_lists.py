"""Lists of Excel as positions of a fair, teams, services and partners."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from generator.build import incremental
from generator.files.cache import Cache
from generator.intake import table
from generator.site import theme
from tests.support.commands import invoke
from tests.support.documents import excel
from tests.support.site import said, tree

pytestmark = pytest.mark.slow

POSITIONS = ["岗位", "单位", "人数", "待遇", "其他要求"]


@pytest.fixture
def bring(root: Path, tmp_path: Path) -> Callable[..., Any]:
    """Imports a list of these rows."""

    def do(kind: str, *rows: list[object], more: tuple[str, ...] = ()) -> Any:
        (tmp_path / "名单.xlsx").write_bytes(excel(*rows))
        return invoke("import", tmp_path / "名单.xlsx", "--as", kind, "--root", root, *more)

    return do


def content(root: Path, name: str) -> Any:
    return said(root / f"content/{name}.yaml")


def test_positions_become_the_draft_of_a_fair(root: Path, bring: Callable[..., Any]) -> None:
    rows = [["保安", "甲公司", 3, "3500 元", None], ["厨师", "乙公司", None, None, "会做桂林米粉"]]
    done = bring("fair", ["春季招聘岗位表"], POSITIONS, *rows, more=("--title", "春风行动"))
    assert done.exit_code == 0, done.output
    fair = content(root, "fairs/chun-feng-xing-dong")
    assert (fair["title"], fair["draft"], fair["place"]) == ("春风行动", "true", "待定")
    assert fair["positions"] == [
        {"title": "保安", "employer": "甲公司", "headcount": "3", "pay": "3500 元"},
        {"title": "厨师", "employer": "乙公司", "requirement": "会做桂林米粉"},
    ]
    assert incremental.check(root).pages


def test_each_row_of_other_lists_becomes_a_file(root: Path, bring: Callable[..., Any]) -> None:
    teams = [["名称", "人数", "专长"], ["夕阳红", 12, "理发、修脚"], ["快手队", None, "水电"]]
    services = [
        ["名称", "类别", "服务队", "哪些天", "要不要住址"],
        ["上门理发", "便民", "夕阳红", "周三，每月 15 日", "是"],
        ["量血压", "健康", "夕阳红；快手队", None, "不要"],
    ]
    assert bring("team", *teams).exit_code == 0
    assert bring("service", *services).exit_code == 0
    assert bring("partner", ["名称", "领域"], ["和美诊所", "医疗"]).exit_code == 0
    assert content(root, "teams/xi-yang-hong") == {
        "name": "夕阳红",
        "members": "12",
        "skills": ["理发", "修脚"],
    }
    blood = content(root, "menu/liang-xue-ya")
    assert (blood["teams"], blood["address"]) == (["xi-yang-hong", "kuai-shou-dui"], "false")
    assert content(root, "menu/shang-men-li-fa")["days"] == ["周三", "每月 15 日"]
    assert content(root, "partners/he-mei-zhen-suo")["field"] == "医疗"
    assert incremental.check(root).pages


def test_what_is_not_taken_is_told_with_its_row(root: Path, bring: Callable[..., Any]) -> None:
    done = bring(
        "team",
        ["名称", "人数", "血型"],
        ["夕阳红", "十二个", "A"],
        ["快手队", 3, None],
        [None, 5, None],
        ["快手队", 4, None],
        ["！！", 4, None],
        ["合计", 12, None],
    )
    assert done.exit_code == 0
    assert [*tree(root / "content/teams")].count("kuai-shou-dui.yaml") == 1
    assert content(root, "teams/kuai-shou-dui")["members"] == "3"
    told = done.stderr.splitlines()
    assert told[0] == "下面 6 处没有带过来："
    assert told[1] == "“血型”这一列。"
    assert told[2].startswith("第 2 行：“人数”应当是整数，现在是“十二个”。")
    assert told[3].startswith("第 4 行：缺少必填的“名称”。")
    assert told[4].startswith("第 5 行：“快手队”已经有文件了")
    assert told[5].startswith("第 6 行：“！！”里没有可以做文件名的字")
    assert told[6] == "第 7 行：合计、填表说明这样的行。"


def test_a_file_that_is_there_stays_as_it_is(root: Path, bring: Callable[..., Any]) -> None:
    assert bring("team", ["名称", "人数"], ["夕阳红", 12]).exit_code == 0
    before = tree(root)
    again = bring("team", ["名称", "人数"], ["夕阳红", 13])
    assert again.exit_code == 1
    assert "“夕阳红”已经有文件了：content/teams/xi-yang-hong.yaml。没有动它。" in again.stderr
    assert tree(root) == before


def test_an_unknown_team_is_told_by_names_that_people_know(
    root: Path, bring: Callable[..., Any]
) -> None:
    bring("team", ["名称", "人数"], ["夕阳红", 12])
    done = bring("service", ["名称", "类别", "服务队"], ["理发", "便民", "夕阳"])
    assert "第 2 行：没有名为“夕阳”的服务队。是不是“夕阳红”？" in done.stderr


def test_a_dry_run_writes_nothing(root: Path, bring: Callable[..., Any]) -> None:
    before = tree(root)
    done = bring("team", ["名称", "人数"], ["夕阳红", 12], more=("--dry-run",))
    assert done.stdout == "会写下 content/teams/xi-yang-hong.yaml\n"
    assert tree(root) == before


def test_whatever_stands_in_a_cell_is_a_text(root: Path, bring: Callable[..., Any]) -> None:
    typed = [
        "${name}",
        "a: b",
        "#1",
        "true",
        "- 一",
        "'引'",
        '“双”"',
        "|",
        "2026-01-01",
        "!!x",
        "*a",
    ]
    rows = [[f"诊所{number}", text] for number, text in enumerate(typed)]
    assert bring("partner", ["名称", "领域"], *rows).exit_code == 0
    incremental.build(root, root / "public")
    found = [content(root, f"partners/zhen-suo-{number}")["field"] for number in range(len(typed))]
    assert [text.replace("$$", "$") for text in found] == typed


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([["姓名", "电话"], ["王", "1"]], "没有这几列：名称"),
        ([["名称", "人数"]], "什么也没有写"),
        ([["名称", "人数"], *[["队", 1]] * 2100], "一次最多导入 2000 行"),
    ],
)
def test_a_list_that_cannot_be_taken_is_told(
    bring: Callable[..., Any], rows: list[list[object]], told: str
) -> None:
    done = bring("team", *rows)
    assert (done.exit_code, told in done.stderr) == (1, True), done.stderr


@pytest.mark.parametrize("kind", table.TABLES)
def test_a_template_has_the_columns_that_are_read_and_explains_them(
    root: Path, kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert invoke("import", "--template", kind, "--root", root).exit_code == 0
    empty = invoke("import", f"{kind}.xlsx", "--as", kind, "--root", root)
    assert (empty.exit_code, "什么也没有写" in empty.stderr) == (1, True)
    book = load_workbook(io.BytesIO((tmp_path / f"{kind}.xlsx").read_bytes()))
    sheet, explained = book.worksheets
    texts = theme.load(root).data("fields.yaml", Cache())
    titles = [each.title for each in table.expected(kind, texts)]
    assert [cell.value for cell in sheet[1]] == titles
    assert [cell.value for cell in explained["A"]][1:] == titles
    again = invoke("import", "--template", kind, "--root", root)
    assert (again.exit_code, "已经有" in again.stderr) == (1, True)
