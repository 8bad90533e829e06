"""Whose word on scheme and host is believed, and how plain it has to be."""

from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhooks.addresses import called_url
from webhooks.proxies import Told, told

TRUSTED = [ip_network("127.0.0.1"), ip_network("10.0.0.0/8"), ip_network("2001:db8::/32")]
NOTHING = Told()
SAID = Told("https", "cs.example.com")


def environ(peer: str = "10.1.2.3", **headers: str) -> dict[str, Any]:
    """A request of that peer; header names in small letters with underscores."""
    return {
        "REMOTE_ADDR": peer, "wsgi.url_scheme": "http", "HTTP_HOST": "10.0.0.9:8080", "REQUEST_URI": "/webhooks/hs",
        **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
    }  # fmt: skip


USUAL = {"x_forwarded_proto": "https", "x_forwarded_host": "cs.example.com"}


@pytest.mark.parametrize(
    ("peer", "believed"),
    [
        ("127.0.0.1", True),
        ("10.255.255.255", True),
        ("2001:db8::7", True),
        ("::ffff:10.1.2.3", True),
        ("127.0.0.2", False),
        ("11.0.0.1", False),
        ("::ffff:11.0.0.1", False),
        ("::1", False),
        ("localhost", False),
        ("10.1.2.3, 127.0.0.1", False),
        ("10.1.2.3:8080", False),
        ("", False),
    ],
)
def test_only_a_named_proxy_is_believed(peer: str, believed: bool) -> None:
    assert told(environ(peer, **USUAL), TRUSTED) == (SAID if believed else NOTHING)
    assert told(environ(peer, **USUAL), []) == NOTHING
    without_peer = {name: value for name, value in environ(**USUAL).items() if name != "REMOTE_ADDR"}
    assert told(without_peer, TRUSTED) == NOTHING


@pytest.mark.parametrize(
    ("headers", "url"),
    [
        (USUAL, "https://cs.example.com"),
        ({"x_forwarded_proto": "https"}, "https://10.0.0.9:8080"),
        ({"x_forwarded_host": "cs.example.com:8443"}, "http://cs.example.com:8443"),
        ({"x_forwarded_proto": " HTTPS\t", "x_forwarded_host": " [2001:db8::1]:8443 "}, "https://[2001:db8::1]:8443"),
        ({"forwarded": "for=192.0.2.4;proto=https;host=cs.example.com"}, "https://cs.example.com"),
        (
            {"forwarded": 'for="[2001:db8::9]:4711"; Host="cs.example.com:8443";PROTO=https'},
            "https://cs.example.com:8443",
        ),
        ({"forwarded": "for=192.0.2.4"}, "http://10.0.0.9:8080"),
        ({**USUAL, "forwarded": "proto=https;host=cs.example.com"}, "https://cs.example.com"),
        ({"x_forwarded_for": "192.0.2.4", "x_forwarded_port": "443"}, "http://10.0.0.9:8080"),
        ({}, "http://10.0.0.9:8080"),
    ],
)
def test_the_address_is_the_one_that_the_proxy_was_called_at(headers: dict[str, str], url: str) -> None:
    assert called_url(environ(**headers), None, TRUSTED) == f"{url}/webhooks/hs"
    assert called_url(environ(**headers), "https://public.example.com", TRUSTED) == (
        "https://public.example.com/webhooks/hs"
    ), "what the admin wrote needs no proxy's word"
    assert called_url(environ("203.0.113.7", **headers), None, TRUSTED) == "http://10.0.0.9:8080/webhooks/hs"


@pytest.mark.parametrize(
    "headers",
    [
        {"x_forwarded_proto": "https, http"},
        {"x_forwarded_proto": "https,https"},
        {**USUAL, "x_forwarded_proto": "https, http"},
        {**USUAL, "x_forwarded_host": "evil.example, cs.example.com"},
        {**USUAL, "x_forwarded_host": "cs.example.com/webhooks/other?"},
        {**USUAL, "x_forwarded_host": "user@cs.example.com"},
        {**USUAL, "x_forwarded_host": "cs.example.com:99999"},
        {**USUAL, "x_forwarded_host": "cs.example.com:"},
        {**USUAL, "x_forwarded_host": "cs.example.com:80:80"},
        {**USUAL, "x_forwarded_host": "cs example com"},
        {**USUAL, "x_forwarded_host": "cs.example.com\r\nX: y"},
        {**USUAL, "x_forwarded_host": "cs.example.com\n"},
        {**USUAL, "x_forwarded_host": "cs.example.com\x00"},
        {**USUAL, "x_forwarded_host": "cs.example.com#"},
        {**USUAL, "x_forwarded_host": "c\u017f.example.com"},
        {**USUAL, "x_forwarded_host": "-cs.example.com"},
        {**USUAL, "x_forwarded_host": "cs..example.com"},
        {**USUAL, "x_forwarded_host": "[::1"},
        {**USUAL, "x_forwarded_proto": "ftp"},
        {**USUAL, "x_forwarded_proto": "https://"},
        {**USUAL, "x_forwarded_proto": "http\u017f"},
        {"forwarded": "proto=https;host=cs.example.com, proto=http;host=evil.example"},
        {"forwarded": "proto=https;host=cs.example.com;host=evil.example"},
        {"forwarded": 'proto=https;host="cs.example.com'},
        {"forwarded": 'proto=https;host="cs.example.com\\"evil"'},
        {"forwarded": "proto=https;host"},
        {"forwarded": "proto=https;;host=cs.example.com"},
        {"forwarded": ""},
        {**USUAL, "forwarded": "proto=https;host=evil.example"},
        {**USUAL, "forwarded": "proto=http;host=cs.example.com"},
        {**USUAL, "forwarded": "for=192.0.2.4"},
        {**USUAL, "forwarded": "nonsense"},
        {"x_forwarded_host": "evil.example, x", "forwarded": "proto=https;host=cs.example.com"},
        {"x_forwarded_proto": "https", "forwarded": "proto=https;host=evil.example"},
    ],
)
def test_what_is_not_one_plain_word_is_not_believed_even_of_a_proxy(headers: dict[str, str]) -> None:
    assert told(environ(**headers), TRUSTED) == NOTHING


@given(st.text(), st.text(), st.text())
def test_whatever_is_said_scheme_and_host_stay_words_of_an_address(proto: str, host: str, standard: str) -> None:
    for headers in ({"x_forwarded_proto": proto, "x_forwarded_host": host}, {"forwarded": standard}):
        believed = told(environ(**headers), TRUSTED)
        assert believed.scheme in ("", "http", "https")
        assert not set(believed.host) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]")
        assert told(environ("203.0.113.7", **headers), TRUSTED) == NOTHING
