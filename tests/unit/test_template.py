"""What ``infra/`` promises, read from the templates themselves."""

from pathlib import Path
from typing import Any

import yaml

from functions.web.headers import SECURITY, TLS
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


def template(name: str) -> Any:
    """A template as data."""
    return yaml.load(Path(PRODUCT, "infra", name).read_text(), _Loader)  # noqa: S506 - A SafeLoader.


RESOURCES = template("template.yaml")["Resources"]


def properties(name: str) -> Any:
    return RESOURCES[name]["Properties"]


def test_cloudfront_adds_the_headers_that_the_program_adds() -> None:
    config = properties("Headers")["ResponseHeadersPolicyConfig"]
    own = config["SecurityHeadersConfig"]
    age = own["StrictTransportSecurity"]["AccessControlMaxAgeSec"]
    added = {
        "content-security-policy": own["ContentSecurityPolicy"]["ContentSecurityPolicy"],
        "referrer-policy": own["ReferrerPolicy"]["ReferrerPolicy"],
        "x-content-type-options": "nosniff" if "ContentTypeOptions" in own else "",
        "strict-transport-security": f"max-age={age}",
        **{item["Header"]: item["Value"] for item in config["CustomHeadersConfig"]["Items"]},
    }
    assert added == SECURITY | TLS
    assert own["ReferrerPolicy"]["Override"] is False  # Functions' pages tell nothing at all.


def test_every_address_gets_them_where_cloudfront_can() -> None:
    config = properties("Distribution")["DistributionConfig"]
    for behaviour in (config["DefaultCacheBehavior"], *config["CacheBehaviors"]):
        condition, there, _ = behaviour["ResponseHeadersPolicyId"]["If"]
        assert (condition, there) == ("Elsewhere", {"Ref": "Headers"})
