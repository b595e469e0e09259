"""A large community, made up: the same content for every generator that is measured.

    python -m tests.support.corpus DIR [--news 10000] [--teams 40] [--services 120]

Bodies have about 500 characters of Chinese with what staff use of Markdown: headings, a list, a
link, bold text. The same numbers give the same bytes.
"""

import random
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click
import yaml

PRODUCT = Path(__file__).parents[2]
TAGS = 40
CATEGORIES = ("生活服务", "上门服务", "健康", "文化", "安全", "学习")
WORDS = (
    *("社区", "志愿者", "居民", "服务队", "老人", "孩子", "邻里", "上门", "理发", "修理"),
    *("家电", "磨刀", "送餐", "陪伴", "读书", "义诊", "宣传", "安全", "清洁", "楼道"),
    *("小区", "广场", "活动", "报名", "登记", "安排", "时间", "地点", "早上", "下午"),
    *("周末", "每月", "十五", "大厅", "中心", "网格", "党员", "先锋", "学校", "学生"),
    *("老师", "医生", "护士", "律师", "阿姨", "爷爷", "奶奶", "师傅", "队长", "工具"),
    *("材料", "水电", "门窗", "电梯", "花园", "健康", "血压", "问诊", "心理", "关怀"),
    *("陪同", "买菜", "做饭", "聊天", "下棋", "唱歌", "书法", "剪纸", "清明", "端午"),
    *("中秋", "重阳", "春节", "祭扫", "鲜花", "安静", "整齐"),
)


class Author:
    """Writes the same sentences for the same seed."""

    def __init__(self, seed: int):
        self._rng = random.Random(seed)

    def words(self, count: int) -> str:
        return "".join(self._rng.choices(WORDS, k=count))

    def sentence(self) -> str:
        return f"{self.words(self._rng.randint(4, 9))}，{self.words(self._rng.randint(3, 8))}。"

    def paragraph(self, longest: int) -> str:
        text = self.sentence()
        while len(text) < longest:
            text += self.sentence()
        return text

    def body(self) -> str:
        items = "\n".join(f"- {self.words(6)}" for _ in range(3))
        return (
            f"{self.paragraph(150)}\n\n## {self.words(3)}\n\n"
            f"{self.paragraph(120)}**{self.words(2)}**\n\n{items}\n\n{self.paragraph(100)}请看[服务菜单](/menu/)。\n"
        )

    def some(self, names: list[str], least: int, most: int) -> list[str]:
        return self._rng.sample(names, self._rng.randint(least, most))

    def title(self) -> str:
        return self.words(self._rng.randint(4, 7))


def news(count: int, seed: int = 1) -> dict[str, dict[str, Any]]:
    """News by file name, the oldest first, two a day."""
    author, tags = Author(seed), Author(0)
    names = [tags.words(2) for _ in range(TAGS)]
    first = date(2000, 1, 1)
    return {
        f"item-{n:06}": {
            "title": author.title(),
            "date": (first + timedelta(days=n // 2)).isoformat(),
            "tags": author.some(sorted({*names}), 1, 3),
            "author": author.words(1),
            "body": author.body(),
        }
        for n in range(count)
    }


def teams(count: int) -> dict[str, dict[str, Any]]:
    """Teams by file name."""
    author = Author(2)
    return {
        f"team-{n:03}": {"name": f"{author.words(2)}服务队", "body": author.body()}
        for n in range(count)
    }


def services(count: int, of: list[str]) -> dict[str, dict[str, Any]]:
    """Services by file name, offered by these teams."""
    author = Author(3)
    return {
        f"service-{n:03}": {
            "name": author.words(2),
            "category": CATEGORIES[n % len(CATEGORIES)],
            "teams": author.some(of, 1, 2),
            "summary": author.sentence(),
            "body": author.body(),
        }
        for n in range(count)
    }


def contents(
    news_items: int, team_count: int, service_count: int
) -> dict[str, dict[str, dict[str, Any]]]:
    """All items, by folder and file name."""
    of = teams(team_count)
    return {"news": news(news_items), "teams": of, "menu": services(service_count, [*of])}


class _AsStaffWrite(yaml.SafeDumper):
    """Bodies as blocks of text."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_AsStaffWrite.add_representer(str, _text)


def as_yaml(item: dict[str, Any]) -> str:
    """A file of ``content/``."""
    return yaml.dump(item, Dumper=_AsStaffWrite, allow_unicode=True, sort_keys=False, width=10**6)


def make(root: Path, news_items: int, team_count: int, service_count: int) -> None:
    """Write the community to a new folder, with the forms and pages of the sample."""
    for name in ("forms", "pages"):
        shutil.copytree(PRODUCT / "content" / name, root / "content" / name)
    shutil.copy(PRODUCT / "site.yaml", root)
    shutil.copytree(PRODUCT / "static", root / "static")
    for folder, items in contents(news_items, team_count, service_count).items():
        (root / "content" / folder).mkdir()
        for name, item in items.items():
            (root / "content" / folder / f"{name}.yaml").write_text(as_yaml(item))


@click.command()
@click.argument("root", type=click.Path(path_type=Path))
@click.option("--news", "news_items", default=10_000, show_default=True)
@click.option("--teams", "team_count", default=40, show_default=True)
@click.option("--services", "service_count", default=120, show_default=True)
def main(root: Path, news_items: int, team_count: int, service_count: int) -> None:
    """Write it to a new folder."""
    make(root, news_items, team_count, service_count)


if __name__ == "__main__":
    main()
