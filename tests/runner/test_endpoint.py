"""Two spellings of one address are one vendor."""

import pytest

from runner.endpoint import normal_endpoint


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("https://vendor.example/v3/voice/", "https://vendor.example/v3/voice/"),
        ("https://vendor.example/v3/voice", "https://vendor.example/v3/voice/"),
        ("https://vendor.example/v3/voice//", "https://vendor.example/v3/voice/"),
        ("https://vendor.example", "https://vendor.example/"),
        ("HTTPS://Vendor.Example/V3", "https://vendor.example/V3/"),
        ("https://vendor.example:443/v3/", "https://vendor.example/v3/"),
        ("https://vendor.example:/v3/", "https://vendor.example/v3/"),
        ("https://vendor.example:80/v3/", "https://vendor.example:80/v3/"),
        ("http://127.0.0.1:80", "http://127.0.0.1/"),
        ("http://127.0.0.1:443", "http://127.0.0.1:443/"),
        ("http://[::1]:8080", "http://[::1]:8080/"),
        ("https://[2001:DB8::1]:443/v3", "https://[2001:db8::1]/v3/"),
    ],
)
def test_one_address_has_one_spelling(typed: str, normal: str) -> None:
    assert normal_endpoint(typed) == normal
    assert normal_endpoint(normal) == normal


@pytest.mark.parametrize("other", ["sandbox", "", "https://", "https://[::1", "https://vendor.example:port/"])
def test_what_is_no_address_stays_as_it_is(other: str) -> None:
    assert normal_endpoint(other) == other
