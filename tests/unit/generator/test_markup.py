from html import unescape

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from generator.content import markup
from generator.content.markup import excerpt
from tests.support.depth import tried


def html(text: str) -> str:
    return markup.safe(markup.convert(text))


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        '<img src="x.png" onerror="alert(1)">',
        '<a href="javascript:alert(1)">x</a>',
        "[x](javascript:alert(1))",
        '<p onclick="alert(1)" style="position:fixed">x</p>',
        '<iframe src="https://example.cn"></iframe>',
        "<svg onload=alert(1)>",
        "<form action=/api/wish><input name=phone></form>",
        "<style>body{display:none}</style>",
        "```\n<script>alert(1)</script>\n```",
        '<scr<script>ipt>alert(1)</script>',
    ],
)  # fmt: skip
def test_pasted_html_never_runs_nor_looks_like_the_page_itself(attack: str) -> None:
    page = LexborHTMLParser(html(f"前\n\n{attack}\n\n后"))
    assert not page.css("script, style, iframe, form, input, svg, object, embed, link, meta")
    for node in page.css("*"):
        assert not [name for name in node.attributes if name.startswith("on") or name == "style"]
        assert not (node.attributes.get("href") or "").startswith("javascript")


@pytest.mark.parametrize("scheme", ["ftp", "ssh", "data", "magnet", "bitcoin", "vbscript"])
def test_links_lead_to_pages_mail_and_phones_alone(scheme: str) -> None:
    assert "href" not in html(f"[x]({scheme}:a) <a href='{scheme}://a'>y</a>")
    for address in ("https://a.cn/", "http://a.cn/", "mailto:a@b.cn", "tel:110", "/how/", "#s"):
        assert f'href="{address}"' in html(f"[x]({address})")


@given(st.text())
def test_no_text_at_all_brings_a_script_to_a_page(text: str) -> None:
    assert not LexborHTMLParser(html(text)).css("script, style, iframe, form")


def test_tables_lists_and_line_breaks_come_out_as_staff_expect() -> None:
    assert "<td>理发</td>" in html("| 服务 | 时间 |\n| --- | --- |\n| 理发 | 15 日 |")
    assert (
        html("请带：\n- 身份证\n- 电器")
        == "<p>请带：</p>\n<ul>\n<li>身份证</li>\n<li>电器</li>\n</ul>"
    )
    assert html("第一行\n第二行") == "<p>第一行<br>\n第二行</p>"


def test_a_list_inside_a_list_and_a_code_block_stay_what_they_are() -> None:
    assert html("- 一\n    - 二\n- 三").count("<ul>") == 2
    assert "<ul>" not in html("```\n文字\n- 不是列表\n```")


def test_headings_begin_below_the_title_of_the_page_and_can_be_linked_to() -> None:
    for text in ("# 一\n\n## 二\n\n## 二", "## 一\n\n#### 二\n\n#### 二"):
        page = LexborHTMLParser(html(text))
        headings = [(h.tag, h.id) for h in page.css("h1, h2, h3, h4, h5, h6")]
        assert headings == [("h2", "s-一"), ("h3", "s-二"), ("h3", "s-二_1")]


@given(st.lists(st.integers(1, 6), max_size=8))
def test_headings_never_skip_a_level(levels: list[int]) -> None:
    text = "\n\n".join(f"{'#' * level} 题" for level in levels)
    found = [
        int((h.tag or "")[1]) for h in LexborHTMLParser(html(text)).css("h1, h2, h3, h4, h5, h6")
    ]
    assert len(found) == len(levels)
    for before, level in zip([1, *found], found, strict=False):
        assert 2 <= level <= before + 1


def test_an_excerpt_is_plain_and_short() -> None:
    assert excerpt(html("## 题\n\n**粗** <b>x</b> & [链接](/x/)")) == "题 粗 x & 链接"
    assert len(excerpt(html("字" * 500))) == 90
    lines = "时间：周六，\n地点：大厅。\n\n请带**身份证**\n和口罩"
    assert excerpt(html(lines)) == "时间：周六，地点：大厅。请带身份证 和口罩"


PIECES = st.sampled_from(
    [
        *("字", "word", "1", " ", "  ", "    ", "\t", "\n", "\n\n", "  \n", "。", "：", "!", ":"),
        *("*", "**", "_", "`", "```\n", "~~~", "\\*", "\\", "[", "](/x/)", "![", "][1]"),
        *("[1]: /x/\n", "<", ">", "<b>", "</b>", "<div>", "<script>", "<!-- x -->", "<a@b.cn>"),
        *("a@b.cn", "http://x.cn", "<http://x.cn>", "&", "&amp;", "&lt", "#", "# ", "## ", "- "),
        *(
            "+ ",
            "1. ",
            "> ",
            "|",
            "| a | b |\n|---|---|\n| c | d |\n",
            "---",
            "===",
            "\x02",
            "\x03",
        ),
    ]
)


@pytest.mark.slow
@settings(max_examples=tried(150, 1500))
@given(st.lists(PIECES, max_size=30).map("".join))
def test_what_saves_time_changes_nothing(text: str) -> None:
    assert markup.convert(text) == markup._markdown(notes=True).convert(text)


def test_every_pattern_of_a_line_has_its_sign_in_the_order_in_which_they_are_tried() -> None:
    patterns = markup._noted.inlinePatterns
    assert [*patterns] == [patterns[name] for name in markup.SIGNS]


@given(st.lists(PIECES | st.sampled_from(['<a title="a>b">', "<i title='>'>", '">']), max_size=30))
def test_an_excerpt_is_what_is_left_without_any_tag(pieces: list[str]) -> None:
    safe = html("".join(pieces))
    words = unescape(nh3.Cleaner(tags=set()).clean(safe))
    assert "".join(excerpt(safe, longest=10_000).split()) == "".join(words.split())


@pytest.mark.parametrize(
    "typed",
    [
        "请打印<A4纸>一张",
        "如果 x<y，z>w",
        "a<u且b>c",
        "如果 a<b 且 b>c",
        "请不要用 <script> 标签。",
        "<title>通知",
    ],
)
def test_angle_brackets_that_are_no_tag_are_shown_as_typed(typed: str) -> None:
    page = LexborHTMLParser(html(f"{typed}\n\n第二段\n\n第三段"))
    assert page.body is not None
    assert [p.text() for p in page.css("p")] == [typed, "第二段", "第三段"]


@pytest.mark.parametrize(
    ("typed", "address", "shown"),
    [
        (
            "请看https://example.cn/a?b=1，欢迎",
            "https://example.cn/a?b=1",
            "https://example.cn/a?b=1",
        ),
        ("见 https://example.cn/a_b_c。", "https://example.cn/a_b_c", "https://example.cn/a_b_c"),
        ("（www.example.cn）", "http://www.example.cn", "www.example.cn"),
        ("(https://example.cn/a(b))", "https://example.cn/a(b)", "https://example.cn/a(b)"),
        ("信箱 a.b@example.cn，", "mailto:a.b@example.cn", "a.b@example.cn"),
        ("电话：13800138000。", "tel:13800138000", "13800138000"),
        ("电话138-0013-8000", "tel:13800138000", "138-0013-8000"),
        ("0773-2345678转", "tel:07732345678", "0773-2345678"),
        ("400-123-4567", "tel:4001234567", "400-123-4567"),
    ],
)
def test_addresses_and_phones_can_be_tapped(typed: str, address: str, shown: str) -> None:
    (link,) = LexborHTMLParser(html(typed)).css("a")
    assert (link.attributes["href"], link.text()) == (address, shown)


@pytest.mark.parametrize(
    "typed",
    ["单号 2345678900", "12345678901234", "`13800138000`", "2026-04-05 14:30", "a@b", "http:"],
)
def test_what_is_neither_address_nor_phone_is_no_link(typed: str) -> None:
    assert "<a" not in html(typed)


def test_a_note_leads_to_the_foot_and_back() -> None:
    page = LexborHTMLParser(html("人口[^1]\n\n[^1]: 数据来自社区居委会。"))
    there, back = page.css("a")
    assert page.css_first(f"li[id='{(there.attributes['href'] or '')[1:]}']")
    assert page.css_first(f"sup[id='{(back.attributes['href'] or '')[1:]}']")


def test_an_id_that_was_typed_cannot_be_taken_for_one_of_the_page() -> None:
    assert "id" not in html('<h2 id="main">题</h2>\n\n<li id="token">x</li>')


def lost(text: str) -> list[markup.Loss]:
    raw = markup.convert(text)
    return markup.losses(text, raw, markup.safe(raw))


def test_words_that_a_page_would_not_show_are_named_with_their_line() -> None:
    assert lost("请看\n\n[公告]: 今天上午九点\n下一行") == [markup.Loss("lost", 2, "公告")]
    assert lost("一\n\n```说明\n码\n```") == [markup.Loss("lost", 2, "说明")]
    assert lost("一\n\n<b>二 <i>三</i>") == [markup.Loss("unclosed", 2, "b")]
    assert lost("一<!-- 二 -->\n\n![图](/三.jpg '四')\n\n[五](/六)<br><p>七") == []


@pytest.mark.parametrize("sign", ["[", "![", "[](", "[a", "]([", "[x]("])
def test_brackets_that_would_take_minutes_are_refused_and_others_are_not(sign: str) -> None:
    refused = markup.too_much(f"一\n\n{sign * 20_000}")
    assert refused == markup.Loss("brackets", 2, "100")
    assert markup.too_much("[链接](/a/)，" * 2000) is None
    assert markup.too_much("字" * 200_001) == markup.Loss("long_text", 0, "200000")


@pytest.mark.parametrize("sign", ["- ", "1. ", "> - ", "    ", "* 1) "])
def test_lists_in_lists_without_end_are_refused(sign: str) -> None:
    assert markup.too_much(f"一\n\n- 二\n{sign * 1000}- 三") == markup.Loss("too_deep", 3)
    assert markup.too_much(f"- 一\n\n{sign * 20}- 二\n\n{'-' * 300}\n{' ' * 300}\n字") is None
