"""What ``infra/`` promises, read from the templates themselves."""

from typing import Any

import pytest

from functions.web.headers import SECURITY, TLS
from functions.web.http import DOOR
from tests.support.templates import parameters, resources

RESOURCES, FUNCTION = resources("template.yaml"), resources("function.yaml")


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


def test_links_reach_functions_with_their_cookies_and_nobody_keeps_the_answer() -> None:
    config = properties("Distribution")["DistributionConfig"]
    opening = {"/api/order", "/api/rating", "/rate/", "/team/*"}
    for behaviour in config["CacheBehaviors"]:
        if behaviour["PathPattern"] in opening:
            opening.remove(behaviour["PathPattern"])
            assert behaviour["ForwardedValues"]["Cookies"] == {"Forward": "all"}
            assert behaviour["ForwardedValues"]["QueryString"] is True
            assert behaviour["MaxTTL"] == 0
    assert not opening


def test_a_bucket_answers_over_tls_alone() -> None:
    buckets = {name for name, made in RESOURCES.items() if made["Type"] == "AWS::S3::Bucket"}
    closed = set()
    for made in RESOURCES.values():
        if made["Type"] == "AWS::S3::BucketPolicy":
            for said in made["Properties"]["PolicyDocument"]["Statement"]:
                condition = {"Bool": {"aws:SecureTransport": False}}
                if said.get("Effect") == "Deny" and said.get("Condition") == condition:
                    assert (said["Action"], said["Principal"]) == ("s3:*", "*")
                    closed.add(made["Properties"]["Bucket"]["Ref"])
    assert closed == buckets == {"Site", "Sources"}


def test_no_function_has_the_secret_itself_in_its_settings() -> None:
    settings = FUNCTION["Function"]["Properties"]["Environment"]["Variables"]
    where = {"Join": [" ", {"Ref": "Secrets"}]}
    assert settings["WUDAN_SECRET"] == {"If": ["Stores", where, {"Ref": "AWS::NoValue"}]}
    clock = properties("Clock")["Environment"]["Variables"]["WUDAN_SECRET"]
    assert clock == {"If": ["OwnSecret", {"GetAtt": "Secret.Id"}, {"Ref": "SecretArn"}]}
    assert "WUDAN_SECRET" not in properties("Night")["Environment"]["Variables"]


def test_cloudfront_shows_the_functions_that_it_is_itself() -> None:
    door = {"Sub": "{{resolve:secretsmanager:${Door.Id}:SecretString}}"}
    for origin in properties("Distribution")["DistributionConfig"]["Origins"]:
        shown = [{"HeaderName": DOOR, "HeaderValue": door}] if origin["Id"] != "site" else None
        assert origin.get("OriginCustomHeaders") == shown


def test_abuse_is_told() -> None:
    watched = {
        made["Properties"]["MetricName"]
        for made in FUNCTION.values()
        if made["Type"] == "AWS::CloudWatch::Alarm"
    }
    assert watched == {"5xx", "4xx", "Count"}


@pytest.mark.parametrize("name", ["Reserved", "WebAcl"])
def test_what_costs_more_is_off_unless_it_is_asked_for(name: str) -> None:
    assert parameters("template.yaml")[name]["Default"] in (-1, "")
