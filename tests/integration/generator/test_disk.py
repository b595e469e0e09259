"""A build whose disk does not do as it should: full, read-only, or used by several at once."""

import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from generator.build import incremental
from generator.errors import DiskError
from tests.support.servers import PRODUCT
from tests.support.site import NEWS, edit, tree

pytestmark = pytest.mark.slow

BUILD = [sys.executable, "build.py", "build"]
HOLD = """
import sys
from pathlib import Path
from generator.files import lock
with lock.held(Path(sys.argv[1]), lambda: None):
    print("held", flush=True)
    sys.stdin.read()
"""


def build(root: Path, *options: str, most: int | None = None) -> subprocess.CompletedProcess[str]:
    """The command; with ``most``, no file may grow beyond so many bytes, as on a full disk."""
    limits: Callable[[], None] | None = None
    if most is not None:
        limits = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))  # noqa: E731
    return subprocess.run(
        [*BUILD, "--root", str(root), *options],
        cwd=PRODUCT,
        capture_output=True,
        text=True,
        preexec_fn=limits,
    )


def writing(folder: Path) -> list[Path]:
    """Temporary files that were left behind."""
    return [path for path in folder.rglob("*") if "-writing" in path.name]


@pytest.fixture
def clean(root: Path, tmp_path: Path) -> Callable[[], dict[str, bytes]]:
    """What a clean build of the root gives."""

    def made() -> dict[str, bytes]:
        incremental.build(root, tmp_path / "clean", clean=True)
        return tree(tmp_path / "clean")

    return made


@pytest.mark.parametrize("most", [0, 1_000, 4_000, 20_000, 100_000])
def test_files_that_cannot_grow_are_told_in_a_sentence_and_made_up_for_later(
    root: Path, clean: Callable[[], dict[str, bytes]], most: int
) -> None:
    refused = build(root, most=most)
    assert refused.returncode == 1
    assert refused.stdout == ""
    [sentence] = refused.stderr.splitlines()
    assert "读写不了" in sentence
    assert not writing(root)
    assert build(root).returncode == 0
    assert tree(root / "public") == clean()


def test_a_page_that_does_not_fit_leaves_the_old_one_whole(
    root: Path, clean: Callable[[], dict[str, bytes]]
) -> None:
    build(root)
    before = tree(root / "public")
    edit(NEWS, "春天的服务日", "秋天的服务日")(root)
    assert build(root, most=2_000).returncode == 1
    assert tree(root / "public") == before
    assert build(root).returncode == 0
    assert tree(root / "public") == clean() != before


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 100 KB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root may mount a disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("name", ["public", ".wudan"])
def test_with_room_again_a_build_equals_a_clean_one(
    root: Path, disk: Path, clean: Callable[[], dict[str, bytes]], name: str
) -> None:
    (disk / name).mkdir()
    (root / name).symlink_to(disk / name)
    refused = build(root)
    assert refused.returncode == 1
    assert [line for line in refused.stderr.splitlines() if "磁盘满了" in line]
    assert "Traceback" not in refused.stderr
    assert not writing(root / name)
    subprocess.run(["mount", "-o", "remount,size=100m", str(disk)], check=True)
    assert build(root).returncode == 0
    assert tree(root / "public") == clean()


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(root: Path) -> None:
    with pytest.raises(DiskError, match="读写不了"):
        incremental.build(root, root / "site.yaml" / "public")


def test_five_clean_builds_at_once_take_turns(
    root: Path, clean: Callable[[], dict[str, bytes]]
) -> None:
    command = [*BUILD, "--clean", "--root", str(root)]
    at_once = [
        subprocess.Popen(command, cwd=PRODUCT, stderr=subprocess.PIPE, text=True) for _ in range(5)
    ]
    said = [process.communicate()[1] for process in at_once]
    assert [process.returncode for process in at_once] == [0] * 5, said
    assert tree(root / "public") == clean()
    assert not writing(root)


def test_a_build_says_once_that_it_waits_and_a_killed_holder_holds_nothing(root: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(root / incremental.MADE / incremental.LOCK)],
        cwd=PRODUCT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    waiting = subprocess.Popen(
        [*BUILD, "--root", str(root)], cwd=PRODUCT, stderr=subprocess.PIPE, text=True
    )
    assert waiting.stderr
    assert waiting.stderr.readline() == f"{incremental.BUSY}\n"
    assert not (root / "public").exists()
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    _, more = waiting.communicate()
    assert waiting.returncode == 0
    assert incremental.BUSY not in more
    assert (root / "public/index.html").exists()
