"""Broken content: what is said of it, where, and that nothing but a sentence comes of it."""

import os
import re
from datetime import date
from pathlib import Path

import pytest

from generator import PRODUCT
from generator.build import incremental
from generator.content import library, placeholders
from generator.content.models import Prose
from generator.errors import ContentError
from generator.files.cache import Cache
from generator.files.file_stamps import scan
from tests.support.site import NEWS, SITE

TODAY = date(2026, 11, 26)
GOOD = (SITE / NEWS).read_text()
NFC, NFD = "\u00e9t\u00e9", "e\u0301te\u0301"
BOMB = "a: &a [x,x,x]\nb: &b [*a,*a,*a]\nc: &c [*b,*b,*b]\ntitle: t\ndate: 2026-01-01\nbody: b\n"


def problems(root: Path) -> list[str]:
    with pytest.raises(ContentError) as error:
        library.load(root)
    return str(error.value).splitlines()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace("title:", "titel:"), ["1:1: 不认识“titel”。是不是“title”？", "1:1: 缺少必填的“title”"]),
        (GOOD.replace("title: 春天的服务日", "title:"), ["1:1: 缺少必填的“title”"]),
        (GOOD.replace("[服务日, 春天]", "服务日"), ["3:7: “tags”应当是列表，现在是“服务日”"]),
        (GOOD.replace("春天的服务日", "{a: b}"), ["1:8: “title”应当是文字"]),
        (GOOD.replace("2026-03-15\n", "2026-02-30\n", 1), ["2:7: “date”应当是日期，现在是“2026-02-30”"]),
        (GOOD.replace("date: 2026-03-15", "date: 三月十五"), ["2:7: “date”应当是日期"]),
        (GOOD + "sample: 否\n", ["14:9: “sample”应当是“true”或“false”，现在是“否”"]),
        (GOOD + "sample: no\n", ["14:9: “sample”应当是“true”或“false”，现在是“no”"]),
        (GOOD + "kind: activty\n", ["14:7: “kind”的内容“activty”不对。是不是“activity”？"]),
        (GOOD + "title: 又一个\n", ["14:1: “title”写了两次，第一次在第 1 行"]),
        (GOOD.replace("photo.svg", "foto.svg"), ["12:10: static 文件夹里没有图片“foto.svg”。是不是“photo.svg”？"]),
        (GOOD.replace("    caption: 一张照片\n", ""), ["12:5: 缺少必填的“caption”"]),
        (GOOD.replace("11:30", "08:30"), ["9:3: 结束时间 end 早于开始时间 start"]),
        (GOOD.replace("春天]", "a/b]"), ["3:13: 标签“a/b”不能用作网址"]),
        (GOOD.replace("春天]", "..]"), ["3:13: 标签“..”不能用作网址"]),
        (GOOD + "\tx: 1\n", ["14:1: 这一行用了制表符"]),
        (GOOD + "author: 记者: 某\n", ["14:9: 这里的冒号让一行有了两个意思"]),
        (GOOD + "author：某\nkind: notice\n", ["14:7: “author”后面的冒号是中文的"]),
        (GOOD + 'author: "某\n', ["14:9: 这里的引号只有一半"]),
        (GOOD + "author: 某\n某\n", ["15:1: 这一行缺少英文冒号和空格"]),
        (BOMB, ["1:4: 这里用了 YAML 的锚点"]),
        ("a: *nobody\n", ["1:4: 这里用了 YAML 的锚点"]),
        ("a: &loop [*loop]\n", ["1:4: 这里用了 YAML 的锚点"]),
        ("title: 一\nsummary: &A 通知\n", ["2:10: 这里用了 YAML 的锚点"]),
        ("tags: [清明, &x 义诊]\n", ["1:12: 这里用了 YAML 的锚点"]),
        ("", ["1:1: 文件是空的"]),
        ("# 只有注释\n", ["1:1: 文件是空的"]),
        ("- 一\n- 二\n", ["1:1: 文件要由“名称: 内容”"]),
        ("? [a]\n: b\n", ["1:3: 冒号前面的名称要是一个词"]),
        ("title: 有\x07铃\n", ["1:9: 这里有看不见的控制字符"]),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place_and_how_to_mend_it(
    root: Path, text: str, said: list[str]
) -> None:
    (root / NEWS).write_text(text)
    found = problems(root)
    for sentence in said:
        assert any(sentence in problem for problem in found), found
    assert all(re.match(rf"{NEWS}:\d+:\d+: .+。.+[。？]$", problem) for problem in found), found


HEAD = "title: 义诊\ndate: 2023-04-05\n"
BODY = "body: 正文\n"


@pytest.mark.parametrize(
    ("text", "at", "said", "mend"),
    [
        # Colons, and the spaces behind them.
        ("title：义诊\ndate: 2023-04-05\n" + BODY, "1:6", "“title”后面的冒号是中文的", "英文冒号"),
        ("title:义诊\ndate: 2023-04-05\n" + BODY, "1:6", "冒号后面少了空格", "“title: 内容”"),
        ("title: 义诊\ndate:2023-04-05\n" + BODY, "2:5", "“date”的冒号后面少了空格", "“date: 内容”"),
        ("title:\u00a0义诊\ndate: 2023-04-05\n" + BODY, "1:7", "不是普通的空格", "重新打一个空格"),
        ("title: 通知: 义诊\ndate: 2023-04-05\n" + BODY, "1:8", "两个意思", "title: '通知: 义诊'"),
        ("title: “通知: 义诊”\ndate: 2023-04-05\n" + BODY, "1:8", "两个意思", "title: '“通知: 义诊”'"),
        # What a value begins with.
        ("title: [通知]义诊\ndate: 2023-04-05\n" + BODY, "1:8", "“[”开头", "title: '[通知]义诊'"),
        ("title: *义诊*\ndate: 2023-04-05\n" + BODY, "1:8", "“*”开头", "title: '*义诊*'"),
        ("title: @所有人\ndate: 2023-04-05\n" + BODY, "1:8", "“@”开头", "title: '@所有人'"),
        ("title: %5\ndate: 2023-04-05\n" + BODY, "1:8", "“%”开头", "title: '%5'"),
        (HEAD + "tags: [一]\nsummary: `好`\n" + BODY, "4:10", "“`”开头", "summary: '`好`'"),
        # Quotes.
        ('title: "周六"义诊\ndate: 2023-04-05\n' + BODY, "1:8", "一部分", "title: '\"周六\"义诊'"),
        ('title: "C:\\Users\\王"\ndate: 2023-04-05\n' + BODY, "1:8", "反斜杠", "title: 'C:\\Users\\王'"),
        ('title: "\\ud83d\\ude00"\ndate: 2023-04-05\n' + BODY, "1:8", "反斜杠", "直接打出这个字"),
        ('title: "C:\\a.docx"\ndate: 2023-04-05\n' + BODY, "1:8", "看不见的字符（U+0007）", "单引号"),
        # Lines of a text.
        (HEAD + "body: | 第一段\n  第二段\n", "3:7", "“|”的后面不能再写字", "换一行写"),
        (HEAD + "summary: > 大于\n" + BODY, "3:10", "“>”的后面不能再写字", "去掉“>”"),
        (HEAD + "body: ｜\n  第一段\n", "3:7", "竖线是中文的", "改成英文的“|”"),
        (HEAD + "body:\n  第一段。\n  第二段。\n", "4:3", "连成一行", "在冒号后面写“|”"),
        (HEAD + "body: >\n  第一段。\n  第二段。\n", "3:7", "连成一行", "在冒号后面写“|”"),
        (HEAD + "body: |\n正文没有缩进\n第二行\n", "4:1", "没有缩进", "行首加两个空格"),
        (HEAD + "body: |\n\u3000\u3000全角缩进\n", "4:1", "没有缩进", "行首加两个空格（英文的）"),
        (HEAD + "body: |\n    第一段\n\n  第二段\n", "6:1", "没有对齐", "缩进一样多"),
        (HEAD + "body:\n  时间: 周六\n", "4:3", "“body”应当是文字，现在是“一组名称和内容”", "写“|”"),
        # The shape of the file.
        ("title: 义诊\n  date: 2023-04-05\n" + BODY, "2:1", "行首多了空格", "和上一行对齐"),
        ("---\n" + HEAD + "---\n\n正文\n", "4:1", "“---”把文件分成了两份", "“body: |”"),
        (HEAD + "tags:\n\t- 清明\n" + BODY, "4:1", "制表符", "空格"),
        # What YAML would drop without a word.
        ("title: 社区 #1 号楼\ndate: 2023-04-05\n" + BODY, "1:8", "“#1 号楼”前面有空格", "加上引号"),
        (HEAD + "body: 请到 3 栋 #2 单元\n", "3:7", "“#2 单元”前面有空格", "加上引号"),
        # Values of another shape.
        (HEAD + "photos:\n  - photo.svg\n" + BODY, "4:5", "“photos”应当是一组名称和内容", "src、caption"),
        (HEAD + "event: 2023-04-05 14:30\n" + BODY, "3:8", "“event”应当是一组名称和内容", "start、end"),
        (HEAD + "event: [一]\n" + BODY, "3:8", "“event”应当是一组名称和内容", "start、end"),
        (HEAD + "kind: []\n" + BODY, "3:7", "“kind”应当是文字，现在是“列表”", "请写一段文字"),
        (HEAD + "event: {start: 2023-04-05T09:00:00Z}\n" + BODY, "3:16", "日期和时间", "2026-04-05 14:30"),
        ("title: 义诊\ndate: 9999-12-31\n" + BODY, "2:7", "“date”应当是日期", "真实的日子"),
        (HEAD + "tags: 清明, 就业\n" + BODY, "3:7", "“tags”应当是列表", "每项一行，行首是短横线和空格"),
        (HEAD + "tags: 【清明】\n" + BODY, "3:7", "“tags”应当是列表", "每项一行，行首是短横线和空格"),
        (HEAD + "tags:\n  — 清明\n  — 就业\n" + BODY, "4:3", "“tags”应当是列表", "短横线和空格"),
        (HEAD + "tags:\n  -清明\n  -就业\n" + BODY, "4:3", "“tags”应当是列表", "短横线和空格"),
        (HEAD + "tags: [清明, ' 就业']\n" + BODY, "3:12", "不能用作网址", "首尾的空格"),
        (HEAD + "cover: static/photo.svg\n" + BODY, "3:8", "没有图片“static/photo.svg”", "“photo.svg”"),
        (HEAD + "cover: /static/photo.svg\n" + BODY, "3:8", "没有图片", "“photo.svg”"),
        (HEAD + "cover: C:\\图片\\photo.svg\n" + BODY, "3:8", "没有图片", "“photo.svg”"),
        (HEAD + "cover: Photo.SVG\n" + BODY, "3:8", "没有图片“Photo.SVG”", "“photo.svg”"),
        (HEAD + "tags: [清明, '']\n" + BODY, "3:12", "“tags”的内容“”不对", "请写一段文字"),
        (HEAD + f"tags: [{'长' * 41}]\n" + BODY, "3:8", "不能用作网址", "最多 40 个字"),
        ("ｔｉｔｌｅ: 义诊\ndate: 2023-04-05\n" + BODY, "1:1", "不认识“ｔｉｔｌｅ”", "是不是“title”"),
        ("\u200btitle: 义诊\ndate: 2023-04-05\n" + BODY, "1:1", "不认识", "是不是“title”"),
        ("标题: 义诊\ndate: 2023-04-05\n" + BODY, "1:1", "不认识“标题”", "可以用的有："),
        ("title: 义\x00诊\ndate: 2023-04-05\n" + BODY, "1:9", "看不见的控制字符", "重新输入"),
        ("Title: 义诊\ndate: 2023-04-05\n" + BODY, "1:1", "不认识“Title”", "是不是“title”"),
    ],
)  # fmt: skip
def test_a_mistake_that_staff_make_is_told_in_its_own_line_with_a_remedy(
    root: Path, text: str, at: str, said: str, mend: str
) -> None:
    (root / NEWS).write_text(text)
    found = problems(root)
    assert found[0].startswith(f"{NEWS}:{at}: "), found
    assert said in found[0]
    assert mend in found[0].partition("。")[2]


@pytest.mark.parametrize(
    "day",
    [
        *(
            "2023年4月5日",
            "2023-4-5",
            "2023.04.05",
            "2023-04-05 09:00",
            "2023－04－05",
            "05/04/2023",
            "2023/4/5",
        ),
        *("２０２３-04-05", "2023-04-31", "2023-04-05T09:00:00+08:00", "二〇二三年四月五日"),
        *("9999-12-31", "0001-01-01", "“2023-04-05”", "明天", "20230405.0"),
    ],
)
def test_what_is_no_day_is_told_with_how_to_write_one(root: Path, day: str) -> None:
    (root / NEWS).write_text(GOOD.replace("2026-03-15\n", f"{day}\n", 1))
    (problem,) = problems(root)
    assert problem.startswith(f"{NEWS}:2:7: “date”应当是日期，现在是“{day[:8]}")
    assert problem.endswith("请写成 2026-04-05 的样子，而且要是真实的日子。")


def test_several_mistakes_of_one_file_are_told_together(root: Path) -> None:
    (root / NEWS).write_text("title：义诊\ndate:2023-04-05\nsummary: @所有人\nbody: | 正文\n  二\n")
    told = [problem.removeprefix(f"{NEWS}:").split(":")[0] for problem in problems(root)]
    assert told == ["1", "2", "3", "4"]


@pytest.mark.parametrize("separator", ["\x85", "\u2028", "\u2029"])
def test_a_soft_break_from_word_is_a_break_in_a_text_and_a_space_in_a_title(
    root: Path, separator: str
) -> None:
    (root / NEWS).write_text(
        f"title: 义{separator}诊\ndate: 2023-04-05\nbody: |\n  一。{separator}二。\n  三。\n"
    )
    news = next(each for each in library.load(root).news if each.slug == "spring")
    assert news.title == "义 诊"
    assert isinstance(news.body, Prose)
    assert news.body.excerpt == "一。二。三。"


@pytest.mark.parametrize("sign", ["\\0", "\\x0b", "\\x85", "\\N", "\\uFFFE"])
def test_what_no_page_can_show_is_told_where_it_is_written_out(root: Path, sign: str) -> None:
    (root / NEWS).write_text(GOOD + f'author: "某{sign}人"\n')
    (problem,) = problems(root)
    assert "看不见的字符" in problem


def test_a_comment_behind_a_value_is_a_comment(root: Path) -> None:
    (root / NEWS).write_text(GOOD + "author: 某 # 记者\n")
    assert library.load(root).news[0].author == "某"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("title:\t义诊\ndate: 2023-04-05\n" + BODY, "义诊"),
        ('title: 义诊\ndate: "2023-04-05"\n' + BODY, "义诊"),
        ("title: 义诊\ndate: 2023-04-05 # 清明\n" + BODY, "义诊"),
        ("title: 义诊 ＃ 注释\ndate: 2023-04-05\n" + BODY, "义诊 ＃ 注释"),
        ("title : 义诊\ndate : 2023-04-05\nbody : 正文\n", "义诊"),
        ("title: 义诊\rdate: 2023-04-05\rbody: 正文\r", "义诊"),
        (HEAD + "tags: []\nsummary: null\n" + BODY, "义诊"),
        ("title: 义诊🎉𠮷\ue000\ndate: 2023-04-05\n" + BODY, "义诊🎉𠮷\ue000"),
    ],
)
def test_what_is_unusual_and_right_is_read_without_a_word(
    root: Path, text: str, title: str
) -> None:
    (root / NEWS).write_bytes(text.encode())
    assert next(each.title for each in library.load(root).news if each.slug == "spring") == title


@pytest.mark.parametrize(
    "name",
    [
        "Thumbs.db",
        "desktop.ini",
        "~$x.docx",
        ".x.yaml.swp",
        "x.yaml~",
        ".~x.yaml",
        ".x.yaml.icloud",
        ".DS_Store",
    ],
)
def test_what_programs_leave_beside_files_is_no_content(root: Path, name: str) -> None:
    (root / "content/news" / name).write_bytes(b"\x00\xff")
    assert library.load(root)


@pytest.mark.parametrize("name", ["2023", "more.yaml"])
def test_a_folder_among_files_is_told(root: Path, name: str) -> None:
    (root / "content/news" / name).mkdir()
    (problem,) = problems(root)
    assert problem.startswith(f"content/news/{name}:1:1: “{name}”是文件夹")


def test_a_link_to_nothing_is_told_and_a_file_that_goes_while_it_is_read_is_not(
    root: Path,
) -> None:
    reader, cache = library.Library(root), Cache()
    both = reader.load(cache, scan(root), TODAY).news
    (root / NEWS).write_text(GOOD.replace("春天", "春日"))
    stamps = scan(root)
    (root / NEWS).unlink()
    assert [*reader.load(cache, stamps, TODAY).news] == [
        each for each in both if each.slug != "spring"
    ]
    (root / "content/news/gone.yaml").symlink_to("nowhere.yaml")
    (problem,) = problems(root)
    assert problem.startswith("content/news/gone.yaml:1:1: 这是一个链接，它指向的文件不在了")


@pytest.mark.slow
@pytest.mark.parametrize("slug", ["desk", "team", "api"])
def test_no_page_takes_the_address_of_a_function(root: Path, slug: str) -> None:
    (root / f"content/pages/{slug}.yaml").write_text("title: 一\nbody: 二\n")
    with pytest.raises(ContentError, match=f"网址 /{slug}/ 已经被 网站本身 用了"):
        incremental.check(root)


@pytest.mark.parametrize("typed", [NFC, NFD])
def test_a_photo_and_a_tag_are_known_however_their_accents_were_typed(
    root: Path, typed: str
) -> None:
    text = f"[{NFC}, {NFD}]"
    (root / "static/photo.svg").rename(root / f"static/{typed} #1 50%.svg")
    (root / NEWS).write_text(
        GOOD.replace("photo.svg", f'"{NFD} #1 50%.svg"').replace("[服务日, 春天]", text)
    )
    incremental.build(root, root / "public")
    page = (root / "public/news/spring/index.html").read_text()
    assert "/static/pictures/" in page
    tags = {each.name for each in (root / "public/tags").iterdir()}
    assert tags & {NFC, NFD} == {NFC}


def test_a_file_with_two_endings_is_told_to_keep_the_right_one(root: Path) -> None:
    (root / "content/news/more.yaml.txt").write_text(GOOD)
    (problem,) = problems(root)
    assert "请改名为 more.yaml，" in problem


def test_a_name_in_another_encoding_can_be_printed(root: Path) -> None:
    (root / "content/news" / os.fsdecode("义诊.yaml".encode("gb18030"))).write_text(GOOD)
    (problem,) = problems(root)
    assert problem.encode()


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [
        ("service_day:\n", "service_day: 每月15日\nother:\n", "service_day"),
        ("end: ", "end: 01:00 #", "end"),
    ],
)
def test_settings_of_another_shape_are_told(root: Path, old: str, new: str, at: str) -> None:
    file = root / "site.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new, 1))
    assert any(at in problem for problem in problems(root))


def test_a_file_in_another_encoding_is_told_where_it_stops_being_utf8(root: Path) -> None:
    (root / NEWS).write_bytes("title: abc\nbody: 中文\n".encode("gbk"))
    assert problems(root) == [f"{NEWS}:2:7: 文件不是 UTF-8 编码。请用编辑器另存为 UTF-8。"]


def test_a_file_saved_by_notepad_is_as_good_as_any(root: Path) -> None:
    (root / NEWS).write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert library.load(root).news[0].title == "春天的服务日"


def test_words_that_yaml_takes_for_truth_stay_words(root: Path) -> None:
    (root / NEWS).write_text(GOOD.replace("春天的服务日", "no") + "author: 否\ncommunity: on\n")
    news = library.load(root).news[0]
    assert (news.title, news.author, news.community) == ("no", "否", "on")


def test_a_team_that_does_not_exist_is_told_with_the_nearest_name(root: Path) -> None:
    (root / "content/menu/haircut.yaml").write_text("name: 理发\ncategory: 便民\nteams: [barber]\n")
    assert problems(root) == [
        "content/menu/haircut.yaml:3:9: 没有名为“barber”的服务队。是不是“barbers”？"
    ]


@pytest.mark.parametrize(
    "name",
    [
        "大写.yaml",
        "Spring.yaml",
        "a b.yaml",
        "a_b.yaml",
        "-.yaml",
        "x.yml",
        "x.txt",
        "x.YAML",
        "x - 副本.yaml",
        "x (1).yaml",
        "x.yaml.tmp",
        "x.sync-conflict-20230405-0900.yaml",
    ],
)
def test_a_file_name_that_is_no_safe_address_is_told(root: Path, name: str) -> None:
    (root / "content/news" / name).write_text(GOOD)
    (problem,) = problems(root)
    assert problem.startswith(f"content/news/{name}:1:1: ")
    assert ".yaml" in problem


def test_what_editors_leave_behind_is_not_content(root: Path) -> None:
    for name in (".spring.yaml.swp", "spring.yaml~", ".DS_Store"):
        (root / "content/news" / name).write_text("?")
    assert len(library.load(root).news) == 2


def test_a_folder_with_a_wrong_name_is_told_with_the_nearest(root: Path) -> None:
    (root / "content/new").mkdir()
    assert problems(root) == ["content/new:1:1: 没有名为“new”的内容文件夹。是不是“news”？"]


@pytest.mark.parametrize(
    "part", ["controller", "contact", "purpose", "method", "categories", "retention"]
)
def test_a_form_must_tell_what_becomes_of_the_data(root: Path, part: str) -> None:
    wish = root / "content/forms/wish.yaml"
    lines = wish.read_text().splitlines()
    wish.write_text("\n".join(line for line in lines if not line.startswith(f"  {part}:")))
    assert problems(root) == [
        f"content/forms/wish.yaml:3:3: 缺少必填的“{part}”。请加上一行“{part}: ……”，冒号后面写内容。"
    ]


def test_a_form_must_tell_why_it_asks_each_question(root: Path) -> None:
    wish = root / "content/forms/wish.yaml"
    wish.write_text(wish.read_text().replace(", purpose: 上门", ""))
    (problem,) = problems(root)
    assert "缺少必填的“purpose”" in problem


def test_a_form_without_a_question_that_the_program_needs_is_told(root: Path) -> None:
    wish = root / "content/forms/wish.yaml"
    lines = wish.read_text().splitlines()
    wish.write_text("\n".join(line for line in lines if "name: phone" not in line))
    (problem,) = problems(root)
    assert "要有 role 是“phone”的必答题，kind 是 phone" in problem


TWICE = "{value: a, label: 甲}, {value: b, label: 乙}"


@pytest.mark.parametrize(
    ("choices", "other", "said"),
    [
        (f"{TWICE}, {{value: a, label: 丙}}", "", "“甲”和“丙”的 value 都是“a”"),
        (f"{TWICE}, {{value: other, label: 别样}}", "其他", "“其他”和“别样”的 value 都是“other”"),
    ],
)
def test_choices_that_are_kept_as_the_same_are_told_with_their_line(
    root: Path, choices: str, other: str, said: str
) -> None:
    wish = root / "content/forms/wish.yaml"
    text = wish.read_text()
    question = "{name: x, label: 再问, kind: choice, purpose: 试验, other: '%s', choices: [%s]}"
    wish.write_text(f"{text}  - {question % (other, choices)}\n")
    (problem,) = problems(root)
    assert said in problem
    assert f"wish.yaml:{len(text.splitlines()) + 1}:" in problem
    assert "没有用过的 value" in problem


MORE = "{name: %s, label: 再问, kind: %s, purpose: 试验%s}"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (MORE % ("tel", "phone", ", role: phone"), "“电话”和“再问”的 role 或 name 都是“phone”"),
        (MORE % ("phone", "text", ""), "“电话”和“再问”的 role 或 name 都是“phone”"),
        (MORE % ("x", "text", ", role: phone"), "role 和 kind 不配"),
        (MORE % ("x", "order", ""), "kind 是 order 的题只用来核对是谁的单子"),
        (MORE % ("x", "last4", ", role: last4"), "kind 是 last4 的题只用来核对是谁的单子"),
        (MORE % ("do", "text", ""), "这个 name 程序自己要用"),
        (MORE % ("token", "text", ""), "这个 name 程序自己要用"),
        (MORE % ("to_resident", "text", ""), "这个 name 程序自己要用"),
        (MORE % ("x", "text", ", role: adress"), "“role”的内容“adress”不对。是不是“address”？"),
        (MORE % ("source", "text", ""), "这个 name 程序自己要用"),
    ],
)
def test_a_question_that_cannot_have_its_role_or_name_is_told_in_its_line(
    root: Path, question: str, said: str
) -> None:
    wish = root / "content/forms/wish.yaml"
    wish.write_text(wish.read_text() + f"  - {question}\n")
    (problem,) = problems(root)
    assert problem.startswith("content/forms/wish.yaml:17:")
    assert said in problem


def test_all_questions_with_a_reserved_name_are_told_at_once_with_what_else_is_wrong(
    root: Path,
) -> None:
    wish = root / "content/forms/wish.yaml"
    names = ("token", "source", "key", "wording")
    lines = [f"  - {MORE % (name, 'text', '')}\n" for name in names]
    more = "  - kind: text\n    label: 再问\n    purpose: 试验\n    name: once\n"
    wish.write_text("".join([wish.read_text(), *lines, more, f"  - {MORE % ('x', 'txt', '')}\n"]))
    *reserved, other = problems(root)
    assert [problem.split(":")[1] for problem in reserved] == ["17", "18", "19", "20", "24"]
    assert all("这个 name 程序自己要用" in problem for problem in reserved)
    assert "“kind”的内容“txt”不对" in other


def test_of_two_phones_one_must_say_that_it_finds_the_order(root: Path) -> None:
    wish = root / "content/forms/wish.yaml"
    text = wish.read_text().replace("name: phone,", "name: tel,")
    wish.write_text(text)
    assert library.load(root)  # The only one of its kind is the one.
    text += f"  - {MORE % ('child', 'phone', '')}\n"
    wish.write_text(text)
    (problem,) = problems(root)
    assert "请在那一题写 role: phone" in problem
    wish.write_text(text.replace("name: tel,", "name: tel, role: phone,"))
    assert library.load(root)


def test_a_choice_must_have_choices(root: Path) -> None:
    wish = root / "content/forms/wish.yaml"
    wish.write_text(wish.read_text().replace("choices: menu, ", ""))
    (problem,) = problems(root)
    assert "choices" in problem


def test_a_missing_form_page_and_missing_settings_are_told(root: Path) -> None:
    (root / "content/forms/rating.yaml").unlink()
    (root / "content/pages/privacy.yaml").unlink()
    (root / "site.yaml").unlink()
    assert [problem.split(":")[0] for problem in problems(root)] == [
        "content/forms/rating.yaml",
        "content/pages/privacy.yaml",
        "site.yaml",
    ]


def test_a_saved_reply_has_words_and_nobodys_phone(root: Path) -> None:
    settings = root / "site.yaml"
    text = settings.read_text()
    for reply in ('""', "请找张大姐，13812345678", "长" * 501):
        settings.write_text(f"{text}replies: {{rejected: [{reply}]}}\n")
        (problem,) = problems(root)
        assert "不要写谁的手机号" in problem, problem
    settings.write_text(f"{text}replies: {{rejected: [请打 0773-1234567]}}\n")
    assert library.load(root)


def test_all_mistakes_of_all_files_are_told_at_once(root: Path) -> None:
    (root / NEWS).write_text(GOOD.replace("title", "titel").replace("2026-03-15\n", "x\n", 1))
    (root / "content/menu/haircut.yaml").write_text("name: 理发\nteams: [nobody]\nmore: 1\n")
    (root / "content/teams/Bad.yaml").write_text("name: 队\n")
    found = problems(root)
    assert len(found) == 7, found
    assert [problem.split(":")[0] for problem in found] == [
        *["content/menu/haircut.yaml"] * 3,
        *[NEWS] * 3,
        "content/teams/Bad.yaml",
    ]


ASKED = "  - {name: sms, label: 短信告诉我进展, kind: consent, purpose: 短信}\n"


@pytest.mark.parametrize(
    ("asked", "channel", "said"),
    [
        (ASKED, "", "没有给居民发短信的渠道"),
        ("", "{to: resident, kind: webhook, url: $A, secret: $B}", "心愿单没有问要不要短信"),
        (ASKED, "{to: resident, kind: wecom, url: $A}", "不能给居民发短信"),
        (ASKED, "{to: station, kind: aliyun, key: $A, secret: $B}", "是给居民发短信的"),
        (ASKED, "{to: resident, kind: webhook, url: $A}", "还缺：secret"),
        (ASKED, "{to: resident, kind: aliyun, key: $A, secret: $B, sign: 某, templates: {triaged: S, done: S}}", "还缺：templates.accepted、templates.rejected"),
    ],
)  # fmt: skip
def test_residents_are_asked_about_sms_exactly_where_it_can_be_sent(
    root: Path, asked: str, channel: str, said: str
) -> None:
    for file, more in (
        ("content/forms/wish.yaml", asked),
        ("site.yaml", f"notify:\n  - {channel}\n" if channel else ""),
    ):
        text = (root / file).read_text()
        (root / file).write_text(f"{text.rstrip()}\n{more}")
    found = problems(root)
    assert sum(said in problem for problem in found) == 1, found


def test_a_channel_and_its_question_are_taken(root: Path) -> None:
    channel = "{to: resident, kind: webhook, url: $A, secret: $B}"
    for file, more in (
        ("content/forms/wish.yaml", ASKED),
        ("site.yaml", f"notify:\n  - {channel}\n"),
    ):
        text = (root / file).read_text()
        (root / file).write_text(f"{text.rstrip()}\n{more}")
    library.load(root)


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "//evil.example", "/x",
     "beian.miit.gov.cn", "https:///x", "https://a b/", "ftp://a.cn/"],
)  # fmt: skip
def test_a_link_leads_to_a_page_or_is_told(root: Path, address: str) -> None:
    file = root / "site.yaml"
    file.write_text(file.read_text().replace("https://beian.miit.gov.cn/", f'"{address}"'))
    [told] = problems(root)
    assert "“url”的内容" in told
    assert "请写网址，以 https:// 或 http:// 开头" in told


ABOUT = "content/pages/about.yaml"


def shown(root: Path, page: str) -> str:
    return (root / "public" / page / "index.html").read_text()


@pytest.mark.slow
def test_what_site_yaml_says_stands_in_pages_and_forms_and_follows_it(root: Path) -> None:
    (root / ABOUT).write_text("title: 关于${name}\nbody: |\n  问${station}。\n\n  打 ${phone}。\n")
    wish = root / "content/forms/wish.yaml"
    wish.write_text(
        re.sub("controller: .*", "controller: ${station}${station}", wish.read_text(), count=1)
    )
    builder = incremental.Builder(root, root / "public")
    builder.build()
    assert "<h1>关于试验社区</h1>" in shown(root, "about")
    assert "问试验社区服务站。" in shown(root, "about")
    assert '<a href="tel:0773-0000000">0773-0000000</a>' in shown(root, "about")
    assert "试验社区服务站试验社区服务站" in shown(root, "wish")

    site = root / "site.yaml"
    site.write_text(site.read_text().replace("试验社区服务站", "${name} \\1{0}桂花站"))
    again = builder.build()
    assert "问${name} \\1{0}桂花站。" in shown(root, "about").replace("<wbr>", "")
    assert "试验社区服务站" not in shown(root, "wish")
    assert again.written


@pytest.mark.parametrize(
    ("typed", "at", "mend"),
    [
        ("${statoin}", "4:1", "是不是“station”？"),
        ("${ station }", "4:1", "是不是“station”？"),
        ("${station", "4:1", "是不是“station”？"),
        ("${}", "4:1", "可以用的有：address、"),
        ("${city}", "4:1", "可以用的有：address、"),
        ("${__class__}", "4:1", "可以用的有：address、"),
    ],
)
def test_a_placeholder_that_nobody_knows_is_told_in_its_line(
    root: Path, typed: str, at: str, mend: str
) -> None:
    (root / ABOUT).write_text(f"title: 关于\nbody: |\n  一${{name}}\n  二{typed}\n")
    (problem,) = problems(root)
    assert problem.startswith(f"{ABOUT}:{at}: “{typed}”不能换成 site.yaml 里的内容")
    assert mend in problem


def test_without_site_yaml_a_placeholder_is_no_mistake_and_nothing_is_kept_of_it(
    root: Path,
) -> None:
    (root / ABOUT).write_text("title: 关于\nbody: 问${station}\n")
    reader, cache, site = library.Library(root), Cache(), root / "site.yaml"
    good = site.read_text()
    site.write_text("name: 一\n")
    with pytest.raises(ContentError) as error:
        reader.load(cache, scan(root), TODAY)
    assert {problem.file for problem in error.value.problems} == {"site.yaml"}
    site.write_text(good)
    page = next(
        p for p in reader.load(cache, scan(root), TODAY).entries["pages"] if p.slug == "about"
    )
    assert page.body.excerpt == "问试验社区服务站"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("${name}", "试验社区"),
        ("$${name}", "${name}"),
        ("$$${name}", "$${name}"),
        ("$${x}和${name}", "${x}和试验社区"),
        ("$name 5$ {name} $ {name}", "$name 5$ {name} $ {name}"),
    ],
)
def test_a_doubled_sign_keeps_what_looks_like_a_placeholder(
    root: Path, typed: str, read: str
) -> None:
    (root / NEWS).write_text(GOOD + f"author: {typed}\n")
    assert library.load(root).news[0].author == read


def test_shipped_content_names_nobody_by_hand() -> None:
    site = placeholders.values(library.load(PRODUCT).settings)
    for file in PRODUCT.glob("content/*/*.yaml"):
        for name in ("name", "station", "phone", "address", "url"):
            assert site[name] not in file.read_text(), f"{file.name}: ${{{name}}}"


@pytest.mark.parametrize(
    "typed", ["a&#7;b", "a&#xFFFE;b", "a&#11;b", "[x](http://a.cn/&#x1;)", '<b title="&#7;">x</b>']
)
def test_a_character_that_no_feed_can_have_is_told_in_its_line(root: Path, typed: str) -> None:
    (root / NEWS).write_text(f"title: 一\ndate: 2026-03-15\nbody: |\n  二&amp;\n\n  {typed}\n")
    (problem,) = problems(root)
    assert problem.startswith(f"{NEWS}:6:1: “&#")
    assert "看不见的字符" in problem
    (root / NEWS).write_text("title: 一\ndate: 2026-03-15\nbody: 写 `&#7;`、&amp;#7; 就行\n")
    library.load(root)


@pytest.mark.slow
def test_an_address_in_chinese_is_shown_as_typed_and_used_as_machines_have_it(root: Path) -> None:
    site = root / "site.yaml"
    site.write_text(site.read_text().replace("https://test.example.cn", "https://空明社区.cn:8443"))
    (root / ABOUT).write_text("title: 关于\nbody: 打开 ${url} 看\n")
    incremental.build(root, root / "public")
    host = f"{'空明社区.cn'.encode('idna').decode()}:8443"
    for file in ("sitemap.xml", "feed.xml", "robots.txt", "about/index.html", "service-day.ics"):
        text = (root / "public" / file).read_text()
        assert host in text, file
        assert ("空明社区.cn" in text) == (file == "about/index.html"), file
    site.write_text(site.read_text().replace("https://空明社区.cn:8443", f"https://{'空' * 64}.cn"))
    (problem,) = problems(root)
    assert problem.startswith("site.yaml:7:1: 这个网址的域名不对")
