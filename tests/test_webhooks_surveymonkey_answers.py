"""SurveyMonkey's answers, asked for over HTTP on loopback: what they say, and what becomes of what they refuse."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fake_surveymonkey import DOCUMENT, Monkey, answering, error
from signed import sender

from adapters.errors import Refused, Rejected, Retry, Unauthorized
from adapters.retrying import Patience
from webhooks.senders import surveymonkey_answers
from webhooks.senders.told import Told, Unread

UNREAD = Unread("12/3", "987", datetime(2026, 3, 2, 8, 56, tzinfo=UTC))


@pytest.fixture
def monkey() -> Iterator[Monkey]:
    with answering() as one:
        yield one


def ask(monkey: Monkey, **keys: Any) -> list[Told]:
    settings = sender("surveymonkey", token="t0ken", base_url=monkey.url, **keys)
    return surveymonkey_answers.ask(settings, UNREAD, Patience(attempts=3, sleep=lambda seconds: None))


def test_an_answer_is_asked_for_with_the_token(monkey: Monkey) -> None:
    monkey.say(200, DOCUMENT)
    assert ask(monkey) == [
        Told(
            "response",
            "987",
            {
                "survey": "nps",
                "score": 9.0,
                "comment": "It works.",
                "at": datetime(2026, 3, 2, 8, 50, tzinfo=UTC),
            },
            at=datetime(2026, 3, 2, 8, 56, 30, tzinfo=UTC),
            email="csm-1@example.com",
            account="1",
        )
    ]
    assert monkey.asked == [("/v3/surveys/12%2F3/responses/987/details?simple=true", "Bearer t0ken")]


@pytest.mark.parametrize("name", ["12", "How easy was it?"])
def test_the_admin_names_questions_and_variables(monkey: Monkey, name: str) -> None:
    monkey.say(200, DOCUMENT | {"custom_variables": {"mail": "csm-2@example.com", "kind": "ces"}})
    [told] = ask(monkey, fields={"score": name, "email": "mail", "account": "nothing", "survey": "kind"})
    assert told.fields is not None
    assert (told.fields["survey"], told.fields["score"]) == ("ces", 4.0)
    assert (told.email, told.account) == ("csm-2@example.com", None)


@pytest.mark.parametrize("change", [{"response_status": "partial"}, {"pages": []}])
def test_what_is_not_complete_says_nothing(monkey: Monkey, change: dict[str, Any]) -> None:
    monkey.say(200, DOCUMENT | change)
    assert ask(monkey) == []


def test_what_is_gone_is_gone(monkey: Monkey) -> None:
    monkey.say(404, {})
    assert ask(monkey) == [Told("response", "987", None, at=UNREAD.at)]


def test_a_passing_failure_is_asked_about_again(monkey: Monkey) -> None:
    monkey.say(503)
    monkey.say(429, Retry_After="1")
    monkey.say(200, DOCUMENT)
    assert len(ask(monkey)) == 1
    assert len(monkey.asked) == 3


@pytest.mark.parametrize(
    ("status", "family"), [(401, Unauthorized), (403, Refused), (400, Refused), (302, Refused), (500, Retry)]
)
def test_refusals_are_named_by_what_to_do_next(monkey: Monkey, status: int, family: type[Exception]) -> None:
    monkey.say(status, {}, Location="http://127.0.0.1:1/elsewhere")
    with pytest.raises(family) as caught:
        ask(monkey)
    assert "t0ken" not in f"{caught.value!r} {caught.value}"
    assert {authorization for _, authorization in monkey.asked} == {"Bearer t0ken"}


@pytest.mark.parametrize(
    ("number", "family"), [("1014", Unauthorized), ("1015", Refused), ("", Refused)], ids=["of all", "of one", "unsaid"]
)
def test_a_right_may_be_missing_for_one_survey_or_for_all(monkey: Monkey, number: str, family: type[Exception]) -> None:
    monkey.says.append((403, {}, error(number)))
    with pytest.raises(family, match=f"HTTP 403 ?{number}"):
        ask(monkey)


def test_a_spent_limit_says_for_how_long(monkey: Monkey) -> None:
    monkey.say(429, Retry_After="3600")
    with pytest.raises(Retry) as caught:
        ask(monkey)
    assert caught.value.after == timedelta(hours=1)
    assert len(monkey.asked) == 1


@pytest.mark.parametrize("document", [[], 17, {"pages": 1, "response_status": "completed"}])
def test_nonsense_is_rejected(monkey: Monkey, document: Any) -> None:
    monkey.say(200, document)
    with pytest.raises(Rejected):
        ask(monkey)


def test_no_connection_is_a_passing_failure() -> None:
    settings = sender("surveymonkey", token="t0ken", base_url="http://127.0.0.1:1")
    with pytest.raises(Retry, match="does not answer"):
        surveymonkey_answers.ask(settings, UNREAD, Patience(attempts=1))


@pytest.mark.parametrize(
    "url",
    ["https://api.surveymonkey.example", "https://evil.example/api.surveymonkey.com", "http://api.surveymonkey.com"],
)
def test_the_token_goes_to_no_other_host(url: str) -> None:
    with pytest.raises(ValueError, match=r"needed|loopback"):
        sender("surveymonkey", token="t0ken", base_url=url)


def test_others_have_no_token() -> None:
    with pytest.raises(ValueError, match="token is for surveymonkey only"):
        sender("delighted", token="t0ken")
