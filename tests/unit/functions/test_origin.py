"""What browsers say of where a post comes from."""

import pytest

from functions.desk.entrance.signing_in import is_foreign

URL = "https://kongming.example.cn"
LAN = {"host": "desk.local:8000"}
CLOUDFRONT = {"host": "abc.execute-api.cn-north-1.amazonaws.com.cn"}


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "same-origin", "origin": "https://kongming.example.cn", **CLOUDFRONT},
        {"sec-fetch-site": "same-origin", "origin": "null", **LAN},
        {"origin": "http://desk.local:8000", **LAN},
        {"origin": "https://kongming.example.cn", **CLOUDFRONT},
        {"origin": "http://[fe80::1]:8000", "host": "[fe80::1]:8000"},
        LAN,
        {},
    ],
)
def test_a_post_from_our_own_page_or_of_an_old_browser_goes_on(headers: dict[str, str]) -> None:
    assert not is_foreign(headers, URL)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "to be invented"},
        {"sec-fetch-site": "cross-site", "origin": "http://desk.local:8000", **LAN},
        {"origin": "http://evil.example", **LAN},
        {"origin": "http://desk.local:9000", **LAN},
        {"origin": "http://evil.desk.local:8000", **LAN},
        {"origin": "https://kongming.example.cn.evil.example", **CLOUDFRONT},
        {"origin": "null", **LAN},
        {"origin": "null"},
        {"origin": "", **LAN},
        {"origin": "http://[", **LAN},
    ],
)
def test_a_post_from_elsewhere_or_from_a_page_that_hides_is_foreign(
    headers: dict[str, str],
) -> None:
    assert is_foreign(headers, URL)
