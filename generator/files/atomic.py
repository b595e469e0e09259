"""Files that are replaced whole: a reader sees the old version or the new one."""

from pathlib import Path


def replace(path: Path, data: bytes) -> None:
    """Write a file in one step."""
    temporary = path.with_name(f".{path.name}-writing")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def update(path: Path, data: bytes) -> None:
    """Replace a file unless it has this content already."""
    if not path.exists() or path.read_bytes() != data:
        replace(path, data)
