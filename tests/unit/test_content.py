"""Broken content: what is said of it, where, and that nothing but a sentence comes of it."""

import re
from pathlib import Path

import pytest

from generator.content import library
from generator.errors import ContentError

NEWS = "content/news/spring.yaml"
GOOD = (Path(__file__).parent.parent / "site" / NEWS).read_text()
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
        (GOOD + "author: 记者: 某\n", ["14:11: 这里的冒号让一行有了两个意思"]),
        (GOOD + "author：某\nkind: notice\n", ["15:1: 这一行缺少英文冒号和空格"]),
        (GOOD + 'author: "某\n', ["YAML 读不懂这里"]),
        (BOMB, ["1:4: 这里用了 YAML 的锚点"]),
        ("a: *nobody\n", ["1:4: 这里用了 YAML 的锚点"]),
        ("a: &loop [*loop]\n", ["1:4: 这里用了 YAML 的锚点"]),
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
    "name", ["大写.yaml", "Spring.yaml", "a b.yaml", "a_b.yaml", "-.yaml", "x.yml", "x.txt"]
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


MORE = "{name: %s, label: 再问, kind: %s, purpose: 试验%s}"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (MORE % ("tel", "phone", ", role: phone"), "“电话”和“再问”的 role 或 name 都是“phone”"),
        (MORE % ("phone", "text", ""), "“电话”和“再问”的 role 或 name 都是“phone”"),
        (MORE % ("x", "text", ", role: phone"), "role 和 kind 不配"),
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
