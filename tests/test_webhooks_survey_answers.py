from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.records import Ref
from webhooks.survey.answers import LONGEST_COMMENT, Answer, cleaned, form, read, score_of, written
from webhooks.survey.tokens import Invitation

ANNA = Invitation(Ref("sf", "person", "p1"), "nps")
NOW = datetime(2026, 11, 30, 9, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("survey", "text", "score"),
    [
        ("nps", "0", 0), ("nps", "10", 10), ("nps", "11", None), ("nps", "-1", None), ("nps", "9.5", None),
        ("nps", "", None), ("nps", None, None), ("nps", "٩", None), ("nps", " 9", None), ("nps", "0" * 5000, None),
        ("csat", "0", None), ("csat", "1", 1), ("csat", "5", 5), ("csat", "6", None),
        ("ces", "7", 7), ("ces", "8", None), ("nps", "nine", None), ("nps", "1e1", None), ("nps", "²", None),
    ],
)  # fmt: skip
def test_a_score_is_a_number_on_the_scale(survey: str, text: str | None, score: int | None) -> None:
    assert score_of(text, survey) == score  # type: ignore[arg-type]


def test_a_comment_is_text_and_no_longer_than_it_may_be() -> None:
    assert cleaned("  Great\r\nteam\t!  ") == "Great\nteam !"
    assert cleaned("a\x00b\x1b[31m\x7f\x85c") == "ab[31mc"
    assert cleaned("\u202eevil\u202c") == "evil"
    assert cleaned("می\u200cخواهم") == "می\u200cخواهم", "a joiner is part of how words are written"
    assert cleaned(" \n\x00 ") is cleaned(None) is None
    assert len(cleaned("é" * 5000) or "") == LONGEST_COMMENT


@given(st.text(max_size=3000))
def test_what_was_cleaned_is_clean(comment: str) -> None:
    once = cleaned(comment)
    assert cleaned(once) == once
    assert once is None or (0 < len(once) <= LONGEST_COMMENT and "\x00" not in once and "\r" not in once)


@given(st.binary(max_size=300))
def test_a_form_is_read_or_refused(body: bytes) -> None:
    with suppress(ValueError):
        assert all(isinstance(value, str) for value in form(body).values())


@pytest.mark.parametrize("body", [b"score=%ff", b"\xff\xfe", b"&".join(b"a=1" for _ in range(100))])
def test_what_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"decode|Max number"):
        form(body)


def test_the_first_of_a_field_counts() -> None:
    assert form(b"score=9&score=1&comment=") == {"score": "9", "comment": ""}


@given(st.integers(0, 10), st.text(max_size=50))
def test_what_was_written_is_read_again(score: int, comment: str) -> None:
    answer = Answer(ANNA, score, cleaned(comment), NOW)
    assert read(written(answer)) == answer
