"""What `check` advises to look at, without failing for it."""

from pathlib import Path

import pytest

from generator.build import incremental

NEWS = "content/news/spring.yaml"
SPRING = """\
title: 春天的服务日
date: 2026-03-15
tags: [服务日]
body: |
  ## 怎么来

"""


def advice(root: Path) -> list[str]:
    return [str(each) for each in incremental.check(root).advice]


@pytest.fixture
def own(root: Path) -> Path:
    """A community that has put its own values in place."""
    site = root / "site.yaml"
    text = site.read_text().replace("0773-0000000", "0773-2811111")
    text = text.replace("https://test.example.cn", "https://shiyan.cn")
    site.write_text(text.replace("桂ICP备00000000号-1", "桂ICP备12345678号-1"))
    for form in (root / "content/forms").glob("*.yaml"):
        form.write_text(form.read_text().replace("0773-0000000", "${phone}"))
    assert advice(root) == []
    return root


def test_values_of_the_sample_are_named_with_their_line(own: Path) -> None:
    site = own / "site.yaml"
    text = site.read_text().replace("0773-2811111", "0773-0000000 # 示例号码")
    text = text.replace("试验路 1 号", "大厅（示例地址）").replace(
        "//shiyan.cn", "//kongming.example.cn"
    )
    text += "security: {report: 'mailto:a@x.example.cn', until: 2027-11-01}\n"
    site.write_text(text.replace("12345678", "00000000"))
    named = [each.partition("“")[2].partition("”")[0] for each in advice(own)]
    assert named == ["address", "phone", "url", "number", "report"]
    assert advice(own)[1] == (
        "site.yaml:5:8: “phone”还是样例里的“0773-0000000”。请换成您社区自己的。"
    )


def test_the_name_of_another_community_in_a_notice_or_page_is_named(own: Path) -> None:
    form, page = own / "content/forms/wish.yaml", own / "content/pages/about.yaml"
    form.write_text(form.read_text().replace("controller: ", "controller: 空明社区的"))
    page.write_text("title: 关于\nbody: |\n  我们。\n\n  打 0773-0000000。\n")
    first, second = advice(own)
    assert first.startswith("content/forms/wish.yaml:")
    assert "样例社区的“空明社区”" in first
    assert second.startswith("content/pages/about.yaml:5:5: 这里写着样例社区的“0773-0000000”")
    site = own / "site.yaml"
    site.write_text(site.read_text().replace("name: 试验社区", "name: 空明社区"))
    assert advice(own) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("[这里](/news/none/)", "7:8: 网站上没有“/news/none/”"),
        ("[这里](/news/%E6%97%A0/)", "7:8: 网站上没有“/news/无/”"),
        ("[这里](https://shiyan.cn/none/)", "7:8: 网站上没有“https://shiyan.cn/none/”"),
        ("[这里](../none/)", "7:8: 网站上没有“../none/”"),
        ("[表](/static/none.zip)", "7:7: 网站上没有“/static/none.zip”"),
        ("[这里](#s-没有)", "7:8: “#s-没有”的那一页有"),
        ("[这里](/news/winter/#s-没有)", "7:8: “/news/winter/#s-没有”的那一页有"),
        ("![](/static/photo.svg)", "7:7: 图片“/static/photo.svg”没有文字说明"),
        ('<img src="/static/photo.svg" alt=" ">', "7:13: 图片“/static/photo.svg”没有文字说明"),
    ],
)  # fmt: skip
def test_a_link_that_leads_nowhere_and_a_picture_without_text_are_named(
    own: Path, typed: str, said: str
) -> None:
    (own / NEWS).write_text(f"{SPRING}  {typed}\n")
    (told,) = advice(own)
    assert told.startswith(f"{NEWS}:{said}"), told


def test_links_that_lead_somewhere_are_not_named(own: Path) -> None:
    links = (
        *("/news/winter/", "/news/winter", "../winter/", "https://shiyan.cn/wish/", "/feed.xml"),
        *("#s-怎么来", "/news/spring/#s-怎么来", "/desk/", "/menu/#main", "https://other.cn/x"),
        *("mailto:a@b.cn", "http://[x", "tel:110", "/static/photo.svg", "/wish/?service=haircut"),
        *(
            "//other.cn/x",
            "https://中文.cn/x",
            "/tags/%E6%9C%8D%E5%8A%A1%E6%97%A5/",
            "/tags/服务日/",
        ),
    )
    (own / NEWS).write_text(SPRING + "".join(f"  - [去]({each})\n" for each in links))
    assert advice(own) == []


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("Linux", "看上去是一个"),
        ("linux\\u200b", "看上去是一个"),
        ("ｌｉｎｕｘ", "看上去是一个"),
        ("清明，就业", "像是几个写在了一起"),
        ("清明、就业", "像是几个写在了一起"),
    ],
)
def test_tags_that_look_alike_or_are_two_in_one_are_named(own: Path, tag: str, said: str) -> None:
    (own / "content/news/winter.yaml").write_text(SPRING.replace("服务日]", "linux]") + "  正文\n")
    (own / NEWS).write_text(SPRING.replace("[服务日]", f'[服务日, "{tag}"]') + "  正文\n")
    (told,) = advice(own)
    assert said in told
