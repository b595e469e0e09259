"""What an import would write, how that is spelled, and the one act that writes it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from generator.content.schemas import first_line
from generator.errors import WudanError
from generator.operator_messages import NAME_TAKEN


class Left(NamedTuple):
    """What an import does not take along: where it stands, a code of
    :data:`generator.operator_messages.LEFT`, and what that sentence is filled in with."""

    where: str
    code: str
    names: Mapping[str, str]


class Import(NamedTuple):
    """The ``files`` that would be written, by their path below the root, and what is ``left``."""

    files: Mapping[str, bytes]
    left: Sequence[Left]


def planned(root: Path, files: Mapping[str, bytes], left: Sequence[Left]) -> Import:
    """The import of these files.

    Raises:
        WudanError: one of them is there already.
    """
    for path in (root / name for name in files):
        if path.exists():
            raise WudanError(NAME_TAKEN.format(path=path))
    return Import(files, left)


def write(root: Path, plan: Import) -> None:
    """Write all of it.

    Raises:
        WudanError: one of the files came meanwhile; nothing was written.
    """
    planned(root, *plan)
    for name, data in plan.files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(data)


class _Dumper(yaml.SafeDumper):
    """Writes texts as staff would: nothing is quoted only because YAML could take it for a number,
    and a text of several lines stands below its key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


_Dumper.yaml_implicit_resolvers = {}
_Dumper.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None
    ),
)


def spelled(folder: str, entry: Mapping[str, Any]) -> bytes:
    """A file of this folder that says this; texts mean themselves, also where they look like a name
    from ``site.yaml``."""
    text = yaml.dump(
        _plain(entry), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**6
    )
    return (first_line(folder) + text).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return str(value).replace("${", "$${")
