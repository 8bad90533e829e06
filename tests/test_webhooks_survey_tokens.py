from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.records import Ref
from config.surveys import SURVEY_NAMES, SurveyName
from webhooks.survey.tokens import KEY_BYTES, LONGEST, Invitation, Tokens

OLD, NEW = bytes(KEY_BYTES), bytes(range(KEY_BYTES))
ANNA = Invitation(Ref("sf", "person", "003xx000004TmiQAAS"), "nps")
TOKENS = Tokens([NEW], ["sf", "hs"])


@given(st.text(min_size=1, max_size=80), st.sampled_from(["sf", "hs"]), st.sampled_from(SURVEY_NAMES))
def test_what_was_signed_is_read_again_whatever_the_id(id: str, connection: str, survey: SurveyName) -> None:
    invitation = Invitation(Ref(connection, "person", id), survey)
    assert TOKENS.read(TOKENS.token(invitation)) == invitation


def test_a_link_is_the_same_for_ever_and_another_for_everybody() -> None:
    asked = [
        Invitation(Ref(connection, "person", id), survey)
        for connection, id, survey in product(("sf", "hs"), ("1", "2"), SURVEY_NAMES)
    ]
    made = [TOKENS.token(one) for one in asked]
    assert made == [Tokens([NEW], ["sf", "hs"]).token(one) for one in asked]
    assert len(set(made)) == len(asked)


def test_a_token_is_short_and_tells_nothing_of_whom_it_names() -> None:
    token = TOKENS.token(ANNA)
    assert len(f"https://cs.example.com/s/{token}") < 80
    assert not {"003xx", "nps", "sf"} & {token[start : start + 5] for start in range(len(token))}
    assert ANNA.person.id not in token


@given(st.data())
def test_one_letter_changed_is_no_token_any_more(data: st.DataObject) -> None:
    token = TOKENS.token(ANNA)
    place = data.draw(st.integers(0, len(token) - 1))
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/.~ é"
    letter = data.draw(st.sampled_from([one for one in letters if one != token[place]]))
    assert TOKENS.read(token[:place] + letter + token[place + 1 :]) is None


@given(st.one_of(st.text(max_size=60), st.binary(max_size=60).map(lambda some: some.hex())))
def test_a_guess_is_none(guess: str) -> None:
    assert TOKENS.read(guess) is None


@pytest.mark.parametrize(
    "token", ["", "A", "AA", "=" * 40, "A" * 40, "A" * (LONGEST + 1), "é" * 40, "\x00", "A" * 10_000]
)
def test_what_cannot_be_a_token_is_none(token: str) -> None:
    assert TOKENS.read(token) is None


def test_there_is_one_spelling_of_a_token() -> None:
    token = TOKENS.token(ANNA)
    for other in (token + "=", token + "==", f" {token}", token + "\n", token.swapcase(), token[:-1]):
        assert TOKENS.read(other) is None


def test_while_keys_rotate_old_links_hold_and_new_ones_are_signed_anew() -> None:
    before, rotating = Tokens([OLD], ["sf"]), Tokens([NEW, OLD], ["sf"])
    assert rotating.read(before.token(ANNA)) == ANNA
    assert rotating.token(ANNA) == TOKENS.token(ANNA) != before.token(ANNA)
    assert TOKENS.read(before.token(ANNA)) is None


def test_a_link_of_a_connection_that_is_gone_opens_nothing() -> None:
    assert Tokens([NEW], ["hs"]).read(TOKENS.token(ANNA)) is None
