"""What the search costs: its index in a build, a search, and the function when it is cold.

    TMPDIR=/dev/shm python -m bench.search [--news 10000] [--times 5]

Builds with and without the index take turns; the same for an edit of a body. Then one process
searches an index of that size, 200 times for each thing typed. Last, fresh processes in turn, each
timed in itself from its first import to the answer, with the sample's index in a bucket (ministack
on loopback, from ``make test``): the handler, and the least that any such function does.
"""

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import boto3
import click

from bench.cold import milliseconds
from bench.runs import run
from functions.context.bundle import INDEX
from functions.index.lookup import find
from generator.build import incremental
from tests.support import corpus, servers

PRODUCT = Path(__file__).parents[1]
TYPED = ("磨刀", "磨刀 清明", "社区", "刀", "没有的词", "志愿者重阳书法", "磨刀和理发怎么报名")
EACH = 200
BUILD = """
import sys
sys.path.insert(0, {product!r})
from generator.build import search_index
{without}
import build
build.main(["build"])
"""
WITHOUT = "search_index.hand_over = lambda *args: None"
COLD = """
import time; began = time.perf_counter()
from functions.site_search import handler
event = {
    "rawQueryString": "q=%E7%A3%A8%E5%88%80", "headers": {},
    "requestContext": {"http": {"method": "GET", "path": "/api/search", "sourceIp": "192.0.2.1"}},
}
answer = handler(event, None)
took = time.perf_counter() - began
assert "/menu/knife-sharpening/" in answer["body"], answer
print(took)
"""
LEAST = """
import time; began = time.perf_counter()
import boto3
boto3.client("s3").get_object(Bucket="site", Key="search.db")["Body"].read()
print(time.perf_counter() - began)
"""


def texts(label: str, found: Sequence[float], unit: str) -> float:
    """Print a median and its spread; return the median."""
    middle = statistics.median(found)
    click.echo(f"{label:40}{middle:9.2f} {unit}  ({min(found):.2f} to {max(found):.2f})")
    return middle


def builds(root: Path, times: int) -> None:
    """Time clean builds and edits with and without the index, in turn."""
    took: dict[str, list[float]] = {}
    item = root / "content/news/item-000007.yaml"
    text = item.read_text()
    for number in range(times):
        for name, without in (("without", WITHOUT), ("with", "")):
            command = [sys.executable, "-c", BUILD.format(product=str(PRODUCT), without=without)]
            for made in ("public", ".wudan"):
                shutil.rmtree(root / made, ignore_errors=True)
            took.setdefault(f"clean build, {name}", []).append(run(command, root).seconds)
            item.write_text(text.replace("请看", f"第{number}次{name}请看"))
            took.setdefault(f"one body edited, {name}", []).append(run(command, root).seconds)
            item.write_text(text)
    medians = {label: texts(label, found, "s") for label, found in took.items()}
    for what in ("clean build", "one body edited"):
        ratio = medians[f"{what}, with"] / medians[f"{what}, without"]
        click.echo(f"{what + ', ratio':40}{ratio:9.3f}    goal: at most 1.1")


def searches(file: Path) -> None:
    """Time searches of an index."""
    click.echo(f"{'index':40}{file.stat().st_size / 1e6:9.1f} MB")
    every: list[float] = []
    for typed in TYPED:
        took = []
        for _ in range(EACH):
            began = time.perf_counter()
            total = find(file, typed, 0, 20).total
            took.append(1000 * (time.perf_counter() - began))
        every += took
        texts(f"{typed}: {total} found", took, "ms")
    click.echo(f"{'all, p99':40}{sorted(every)[len(every) * 99 // 100]:9.2f} ms")


def cold(times: int) -> None:
    """Time the function in fresh processes, beside the least that reads an object."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        incremental.build(PRODUCT, folder / "public")
        bundle = incremental.bundle_folder(PRODUCT)
        with servers.ministack(folder, SERVICES="s3") as url:
            environment = {**os.environ, **servers.CREDENTIALS, "AWS_ENDPOINT_URL_S3": url}
            environment |= {"WUDAN_BUNDLE": str(bundle), "WUDAN_SEARCH": "s3://site/search.db"}
            os.environ.update(environment)
            s3 = boto3.client("s3")
            s3.create_bucket(
                Bucket="site", CreateBucketConfiguration={"LocationConstraint": "cn-north-1"}
            )
            s3.upload_file(str(bundle / INDEX), "site", "search.db")
            took: dict[str, list[float]] = {COLD: [], LEAST: []}
            for _ in range(times + 1):
                for script, found in took.items():
                    found.append(milliseconds(script, environment))
    # The first of each compiled what it imports.
    middle = texts("search, from import to answer", took[COLD][1:], "ms")
    least = texts("boto3, one GetObject", took[LEAST][1:], "ms")
    click.echo(f"{'ratio':40}{middle / least:9.2f}")


@click.command()
@click.option("--news", default=10_000, show_default=True)
@click.option("--times", default=5, show_default=True)
def main(news: int, times: int) -> None:
    """Time builds, searches and the cold function; print medians and spreads."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name, "root")
        corpus.make(root, news, 40, 120)
        builds(root, times)
        searches(incremental.bundle_folder(root) / INDEX)
    cold(3 * times)


if __name__ == "__main__":
    main()
