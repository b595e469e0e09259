"""What a resident waits for when ``wish`` is cold, beside the least that any such function does.

    python -m bench.cold [--times 15]

Fresh processes in turn, against one DynamoDB (ministack on loopback, from ``make test``): one
files a wish through the handler, the other makes a boto3 client and puts one item. Each is timed
in itself, from its first import to the answer; the goal is at most 1.15 times the other.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import click

from generator.build import incremental
from tests.support import servers

PRODUCT = Path(__file__).parents[1]
GOAL = 1.15

WISH = """
import time; began = time.perf_counter()
from functions.wish import handler
body = f"service=haircut&detail={began}&name=x&phone=13812345678&address=x&consent=yes"
event = {
    "rawQueryString": "", "body": body, "isBase64Encoded": False,
    "headers": {"content-type": "application/x-www-form-urlencoded"},
    "requestContext": {"http": {"method": "POST", "path": "/api/wish"}},
}
answer = handler(event, None)
took = time.perf_counter() - began
assert answer["statusCode"] == 303, answer
print(took)
"""

LEAST = """
import time; began = time.perf_counter()
import boto3
item = {"pk": {"S": "least"}, "sk": {"S": str(began)}}
boto3.client("dynamodb").put_item(TableName="wudan", Item=item)
print(time.perf_counter() - began)
"""


def milliseconds(script: str, environment: dict[str, str]) -> float:
    """What the script says of itself, in a fresh process."""
    command = [sys.executable, "-c", script]
    ran = subprocess.run(  # noqa: S603
        command, cwd=PRODUCT, env=environment, capture_output=True, text=True, check=True
    )
    return 1000 * float(ran.stdout)


@click.command()
@click.option("--times", default=15, show_default=True)
def main(times: int) -> None:
    """Time both in turn, print the medians, the spread and the ratio."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        incremental.build(PRODUCT, folder / "public")
        with servers.ministack(folder, SERVICES="dynamodb") as url:
            environment = {
                **os.environ,
                **servers.CREDENTIALS,
                "AWS_ENDPOINT_URL_DYNAMODB": url,
                "WUDAN_STORE": "dynamodb:wudan",
                "WUDAN_SECRET": "what benches seal with",
                "WUDAN_BUNDLE": str(incremental.bundle_folder(PRODUCT)),
            }
            os.environ.update(environment)
            servers.create_table("wudan")
            took: dict[str, list[float]] = {WISH: [], LEAST: []}
            for _ in range(times + 1):
                for script, found in took.items():
                    found.append(milliseconds(script, environment))
    medians = []
    for label, script in (("wish, from import to answer", WISH), ("boto3, one PutItem", LEAST)):
        found = sorted(took[script][1:])  # The first of each compiled what it imports.
        medians.append(statistics.median(found))
        click.echo(f"{label:30}{medians[-1]:7.0f} ms   ({found[0]:.0f} to {found[-1]:.0f})")
    ratio = medians[0] / medians[1]
    click.echo(f"{'ratio':30}{ratio:7.2f}      goal: at most {GOAL}")


if __name__ == "__main__":
    main()
