"""The templates of ``infra/`` as data."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.support.servers import PRODUCT


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms: ``!Ref Table`` is ``{"Ref": "Table"}``."""


def _short_form(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return {tag: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {tag: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {tag: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _short_form)


def resources(name: str) -> Any:
    """What a template makes, by its name there."""
    return _read(name)["Resources"]


def parameters(name: str) -> Any:
    """What a template asks for."""
    return _read(name)["Parameters"]


@cache
def _read(name: str) -> Any:
    text = Path(PRODUCT, "infra", name).read_text()
    return yaml.load(text, _Loader)  # noqa: S506 - A SafeLoader.
