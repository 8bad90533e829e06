"""Which of several roles counts."""

import pytest

from adapters.roles import strongest

TABLE = {"CHAMPION": "champion", "EXECUTIVE_SPONSOR": "executive", "END_USER": "user", "OTHER": "other", "A;B": "user"}


def read(value: object) -> str | None:
    said = str(value or "").strip()
    return TABLE.get(said, "unknown") if said else None


@pytest.mark.parametrize(
    ("value", "role"),
    [
        ("END_USER", "user"),
        ("EXECUTIVE_SPONSOR;CHAMPION", "champion"),
        ("OTHER; END_USER ;EXECUTIVE_SPONSOR;", "executive"),
        ("NEW;OTHER", "other"),
        ("NEW;NEWER", "unknown"),
        ("A;B", "user"),
        (";", None),
        ("", None),
        (None, None),
    ],
)
def test_the_strongest_counts(value: object, role: str | None) -> None:
    assert strongest(value, read) == role
