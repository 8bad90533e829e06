"""Websites as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.domains import domain, is_shared


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("https://www.Acme.example/en?x=1#y", "acme.example"),
        ("acme.co.uk", "acme.co.uk"),
        (" ACME.example. ", "acme.example"),
        ("http://user@acme.example:8080/x", "acme.example"),
        ("acme.example/path", "acme.example"),
        ("müller.example", "müller.example"),
        ("https://XN--mller-kva.example/", "müller.example"),
        ("xn--a.example", "xn--a.example"),
        ("shop.acme.example", "shop.acme.example"),
        ("www.acme.example\\x", "acme.example"),
        ("info@acme.example", None),
        ("n/a", None),
        ("none", None),
        ("10.0.0.1", None),
        ("http://[bad", None),
        ("acme .example", None),
        ("-.-", None),
        ("", None),
        (None, None),
        (42, None),
    ],
)
def test_a_website_becomes_a_bare_domain_or_nothing(typed: object, meant: str | None) -> None:
    assert domain(typed) == meant


@given(st.text(max_size=60))
def test_a_domain_is_its_own_domain(typed: str) -> None:
    once = domain(typed)
    assert once is None or domain(once) == once


@pytest.mark.parametrize(
    ("found", "shared"),
    [("gmail.com", True), ("de.linkedin.com", True), ("acme.github.io", True), ("notgmail.com", False), ("com", False)],
)
def test_a_domain_of_many_tells_nobody_apart(found: str, shared: bool) -> None:
    assert is_shared(found) == shared
