from html import unescape

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from generator.content import markup
from generator.content.markup import excerpt


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
    assert excerpt(html("## 题\n\n**粗** <script>x</script> & [链接](/x/)")) == "题 粗 & 链接"
    assert len(excerpt(html("字" * 500))) == 90


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
@settings(max_examples=1500)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_what_saves_time_changes_nothing(text: str) -> None:
    assert markup._quick.reset().convert(text) == markup._markdown().convert(text)


def test_every_pattern_of_a_line_has_its_sign_in_the_order_in_which_they_are_tried() -> None:
    patterns = markup._quick.inlinePatterns
    assert [*patterns] == [patterns[name] for name in markup.SIGNS]


@given(st.lists(PIECES | st.sampled_from(['<a title="a>b">', "<i title='>'>", '">']), max_size=30))
def test_an_excerpt_is_what_is_left_without_any_tag(pieces: list[str]) -> None:
    safe = html("".join(pieces))
    words = unescape(nh3.Cleaner(tags=set()).clean(safe))
    assert excerpt(safe, longest=10_000) == " ".join(words.split())
