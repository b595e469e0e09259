"""What is typed in Word means itself in Markdown."""

from generator.content import markup
from generator.content.markup.plain_text import plain
from generator.intake import word
from tests.support.documents import article, saved

NASTY = (
    *(
        "1. 集合",
        "2) 出发",
        "# 一",
        "> 二",
        "- 三",
        "+ 四",
        "=====",
        "-----",
        "| 五 |",
        "***",
        ": 六",
    ),
    *("a*b*c", "_七_", "a_b_c", "[八](九)", "[^1]", "![十]", "`码`", "<b>粗</b>", "<!-- 注 -->"),
    *(
        "&lt;",
        "A&B",
        "~~划~~",
        "反\\斜",
        "${name}",
        "$${name}",
        "  空格  ",
        "甲\u200b乙",
        "：冒号: 对",
    ),
)


def test_whatever_stands_in_a_paragraph_means_itself() -> None:
    markdown = word.parse(saved(article(*NASTY)))["markdown"]
    html = markup.safe(markup.convert(markdown))
    assert markup.losses(markdown, markup.convert(markdown), html) == []
    assert plain(html).split() == " ".join(NASTY).split()
    assert html.count("<p>") == html.count("<") / 2 == len(NASTY)
