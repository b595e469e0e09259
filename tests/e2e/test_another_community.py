"""The sample made another community's by its settings alone."""

import shutil
from pathlib import Path

import pytest

from generator.build import incremental
from tests.support.servers import PRODUCT
from tests.support.site import tree

pytestmark = pytest.mark.slow

OWN = ("site.yaml", "calendar.yaml", "content", "static")
NEW = {"空明社区": "桂花社区", "0773-0000000": "0774-7654321", "kongming": "guihua"}


def test_what_stands_in_site_yaml_changes_in_every_place_of_the_site(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    for name in OWN:
        copy = shutil.copytree if (PRODUCT / name).is_dir() else shutil.copy
        copy(PRODUCT / name, root / name)
    incremental.build(root, root / "public")
    before = counted(root)
    settings = root / "site.yaml"
    text = settings.read_text()
    for old, new in NEW.items():
        text = text.replace(old, new)
    settings.write_text(text)
    incremental.build(root, root / "public")
    after = counted(root)
    for old, new in NEW.items():
        assert before[old] > 30
        assert (after[old], after[new]) == (0, before[old]), old


def counted(root: Path) -> dict[str, int]:
    """How often each name and number stands in the site and in the bundle."""
    files = {**tree(root / "public"), **tree(incremental.bundle_folder(root))}
    text = "\n".join(data.decode(errors="replace") for data in files.values())
    return {word: text.count(word) for pair in NEW.items() for word in pair}
