"""How long staff wait for what they saved while ``serve --watch`` runs on a large community.

    python -m bench.watch [--news 10000] [--times 15]

From the moment at which a body was saved to the first answer that has the new text.
"""

import statistics
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import click

from tests.support import corpus
from tests.support.servers import answers, free_port, running


@click.command()
@click.option("--news", default=10_000, show_default=True)
@click.option("--times", default=15, show_default=True)
def main(news: int, times: int) -> None:
    """Save one body again and again; print the median wait and its spread."""
    with tempfile.TemporaryDirectory() as name:
        root, port = Path(name, "root"), free_port()
        corpus.make(root, news, 40, 120)
        item, page = root / "content/news/item-000007.yaml", f"http://127.0.0.1:{port}"
        text = item.read_text()
        command: list[str | Path] = [sys.executable, "build.py", "serve", "--watch"]
        command += ["--root", root, "--port", str(port)]
        with running(command, answers(f"{page}/")):
            time.sleep(2)  # The first round of watching catches up.
            took = []
            for number in range(times):
                mark = f"保存第{number}次"
                item.write_text(text.replace("请看", f"{mark}请看"))
                saved = time.perf_counter()
                while mark not in _read(f"{page}/news/item-000007/"):
                    time.sleep(0.015)  # Each question takes the builder's processor for a while.
                took.append(1000 * (time.perf_counter() - saved))
                time.sleep(0.5)
    spread = f"({min(took):.0f} to {max(took):.0f})"
    click.echo(f"from saving to the new page: {statistics.median(took):.0f} ms  {spread}")


def _read(address: str) -> str:
    with urllib.request.urlopen(address) as answer:  # noqa: S310 - It is ours.
        text: str = answer.read().decode()
    return text


if __name__ == "__main__":
    main()
