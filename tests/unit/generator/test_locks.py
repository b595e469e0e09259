"""The locks of the program's libraries."""

import re

import pytest

from tests.support.servers import PRODUCT

LOCKS = sorted(file.name for file in PRODUCT.glob("requirements*.txt"))


@pytest.mark.parametrize("lock", LOCKS)
def test_each_library_is_one_version_with_the_hashes_of_its_files(lock: str) -> None:
    text = re.sub(r"(?m)^\s*#.*\n", "", (PRODUCT / lock).read_text()).replace("\\\n", "")
    libraries = [line for line in text.splitlines() if line.strip()]
    assert libraries
    for line in libraries:
        assert re.match(r"[\w.\-\[\],]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line), line
