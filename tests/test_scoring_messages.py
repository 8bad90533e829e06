"""The catalogue of sentences: complete in every language, honest about gaps, right where text runs right to left."""

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.languages import languages, locale_text
from config.scorecards import load_scorecard, shipped_files
from config.words import PURPOSES
from scoring.facts import Facts
from scoring.features.table import FEATURES
from scoring.flags import RULES as FLAGS
from scoring.messages import catalogue, feature_remedy, feature_sentence, flag_remedy, flag_sentence, label, occasions
from scoring.messages.loading import read
from scoring.messages.style import FSI, LONG_WORD, PDI, RLI, RLM, Style, apart, bare
from scoring.messages.wordings import CHOICES

ENGLISH = catalogue("en")
PERSIAN = catalogue("fa")
OTHERS = [name for name in languages() if name != "en"]


def facts(**values: object) -> Facts:
    return Facts({name: [value] for name, value in values.items()}, 0)


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_says_everything_and_knows_no_more_than_english(language: str) -> None:
    words = catalogue(language)
    assert sorted(ENGLISH.patterns.keys() - words.patterns.keys()) == [], "said in English until it is translated"
    assert sorted(words.patterns.keys() - ENGLISH.patterns.keys()) == []
    more = {id: said - ENGLISH.variables[id] for id, said in words.variables.items()}
    assert {id: names for id, names in more.items() if names} == {}


def test_every_feature_and_flag_has_a_sentence_a_label_and_a_remedy() -> None:
    names = [*FEATURES, *(f"flag-{flag}" for flag in FLAGS)]
    ids = [id for name in names for id in (name, f"{name}.label", f"{name}.remedy")]
    assert [id for id in ids if id not in ENGLISH] == []
    sources = {made.needs for made in FEATURES.values()}
    assert [source for source in sources if f"absent-{source}" not in ENGLISH] == []


CELLS = st.sampled_from([None, 0.0, 0.5, 1.0, 1.2, 2.0, 14.0, 30.0, 400.0, -3.0, "EUR", True, False])


@given(st.data())
def test_every_wording_that_is_chosen_exists_and_says_only_what_was_read(data: st.DataObject) -> None:
    for choice in CHOICES.values():
        row = {column: data.draw(CELLS) for column in choice.reads}
        wording = choice.choose(facts(**row))
        assert wording.id in ENGLISH.patterns
        assert ENGLISH.variables[wording.id] <= {*choice.reads, *wording.values}, wording


@pytest.mark.parametrize("language", languages())
def test_the_shipped_scorecards_caps_are_said_in_every_language(language: str) -> None:
    words = catalogue(language)
    cards = [load_scorecard(file) for purpose in PURPOSES for file in shipped_files(purpose)]
    for because in (cap.because for card in cards for cap in card.caps):
        slug = re.sub(r"[^a-z0-9]+", "-", because.lower()).strip("-")
        assert f"because-{slug}" in words.patterns, because
    assert occasions.capped(ENGLISH, 39.0, "An own\nreason.") == "Held at 39: An own reason"


def test_what_a_language_lacks_is_said_in_english_with_its_values() -> None:
    some = read("direction = rtl\ndays_since_login = { $days_since_login } روز\n", "fa", ENGLISH)
    assert feature_sentence(some, "days_since_login", "Login", facts(days_since_login=3.0)) == "3 روز"
    assert feature_sentence(some, "breadth", "Breadth", facts(breadth=1.0)) == "1 feature used in 28 days"
    assert label(some, "breadth", "breadth") == "Features used"
    assert "breadth" in some
    assert "nonsense" not in some


def test_a_broken_file_names_the_language_and_the_place() -> None:
    for text, said in (("x = { $a ->\n", "xx: "), ("digits = 01\n", "ten digits")):
        with pytest.raises(ValueError, match=said):
            read(text, "xx")
    with pytest.raises(ValueError, match="no language xx; one of en, fa"):
        catalogue("xx")


def test_a_message_without_its_number_is_label_and_value_and_never_a_gap() -> None:
    assert feature_sentence(ENGLISH, "nps_latest", "NPS", facts()).strip() == "NPS:"
    assert feature_sentence(ENGLISH, "own_column", "Own column", facts(own_column=3.25)) == "Own column: 3.2"
    assert feature_remedy(ENGLISH, "own_column", "Own column", facts()) == "Find out what lies behind this: own column"
    assert flag_sentence(ENGLISH, "own_flag", facts()) == "Own flag"
    assert flag_remedy(ENGLISH, "own_flag", facts()) == "Find out what lies behind this: own flag"
    assert flag_sentence(ENGLISH, "detractor", facts(detractors=2.0)) == "Detractor"
    with pytest.raises(LookupError, match="nps_latest"):
        ENGLISH.say("nps_latest")


@pytest.mark.parametrize("value", [float("inf"), float("nan"), None, "", [1], "{ $x }", 10.0**300])
def test_dirty_values_never_raise(value: object) -> None:
    for words in (ENGLISH, PERSIAN):
        for name in FEATURES:
            given = dict.fromkeys((*FEATURES, "seats_bought", "detractors", "late_amount", "lowest_answer"), value)
            assert isinstance(feature_sentence(words, name, name, facts(**given)), str)
        for flag in FLAGS:
            assert isinstance(flag_sentence(words, flag, facts(**given)), str)


def test_numbers_and_days_as_a_person_writes_them() -> None:
    assert [ENGLISH.written(value) for value in (3.0, 0.4567, -2.5, 1234567.0)] == ["3", "0.5", "-2.5", "1234567"]
    assert [PERSIAN.written(value) for value in (3.0, 0.4567)] == ["۳", "۰٫۵"]
    assert ENGLISH.written(date(2026, 7, 1)) == ENGLISH.written(datetime(2026, 7, 1, tzinfo=UTC)) == "2026-07-01"
    assert PERSIAN.written(date(2026, 7, 1)) == "۲۰۲۶/۰۷/۰۱"
    late = facts(late_invoices=2.0, late_days=50.0, late_amount=1500.4, late_currency="EUR")
    assert flag_sentence(ENGLISH, "payment_late", late).endswith("for 50 days (1,500 EUR)")
    assert flag_sentence(PERSIAN, "payment_late", late).endswith(f"(۱٬۵۰۰ {FSI}EUR{PDI})")
    assert feature_sentence(ENGLISH, "seat_use", "", facts(seat_use=1 / 3)) == "33.3 % of seats active in 28 days"


def test_what_a_message_can_do_with_a_number() -> None:
    said = read(
        """a = { $n ->
    [0] nothing
    [1] all
   *[other] { NUMBER($n, style: "percent", maximumFractionDigits: 0) }
}
b = { ROUND($n) ->
    [0] nothing
   *[other] { AMOUNT($n) } { PERCENT($n) } { WHOLE($n) } { ABS($n) } { NUMBER($n, maximumFractionDigits: 0) }
}
""",
        "en",
    )
    assert [said.say("a", n=n) for n in (0.0, 0.004, 0.04, 0.5, 0.97, 1.0)] == [
        "nothing", "0 %", "4 %", "50 %", "97 %", "all",
    ]  # fmt: skip
    assert [said.say("b", n=n) for n in (0.04, -1234.56)] == ["nothing", "-1,235 -123456 -1235 1234.6 -1235"]


@pytest.mark.parametrize(
    ("feature", "row", "said"),
    [
        ("seat_use", {"seat_use": 0.5, "seats": 4.0, "active_persons": 2.0}, "2 of 4 seats active in 28 days"),
        ("seats_free", {"seats_free": 1.0}, "1 seat without an active person"),
        ("seats_free", {"seats_free": -2.0, "seats": 3.0, "active_persons": 5.0}, "5 active persons on 3 seats"),
        ("usage_trend_robust", {"usage_trend_robust": 0.0}, "No use in a typical week of the last four"),
        ("usage_trend_robust", {"usage_trend_robust": 1.05}, "Use in a typical week as before"),
        ("usage_trend_robust", {"usage_trend_robust": 0.42},
         "A typical week's use is at 42 % of what was usual before"),
        ("key_feature_drop", {"key_feature_drop": 0.3, "key_feature_dropped": "export"},
         "No key feature used less than before"),
        ("key_feature_drop", {"key_feature_drop": 60.4, "key_feature_dropped": "export"},
         "export is used 60 % less than before"),
        ("active_growth", {"active_growth": 1.5}, "Active persons at 150 % of the 28 days before"),
        ("active_growth", {"active_growth": 1.5, "active_persons": 3.0, "active_persons_before": 2.0},
         "3 persons active in 28 days, 2 in the 28 days before"),
        ("plan_limit_use", {"plan_limit_use": 0.9, "plan_limit_of": "mails"},
         "90 % of the plan's limit of mails used in 28 days"),
        ("key_feature_use", {"key_feature_use": 0.04}, "4 % of the key features used in 28 days"),
        ("tickets_pileup", {"tickets_pileup": 1.0, "tickets_open": 2.0}, "2 open tickets, no more than usual"),
        ("tickets_pileup", {"tickets_pileup": 2.5, "tickets_open": 5.0}, "5 open tickets, 2.5 times the usual number"),
        ("csat_change", {"csat_change": -0.04}, "Satisfaction unchanged in 90 days"),
        ("csat_change", {"csat_change": -4.25}, "Satisfaction down 4.2 % in 90 days"),
        ("review_overdue_days", {"review_overdue_days": 0.0}, "Review due today"),
        ("review_overdue_days", {"review_overdue_days": -9.0}, "Next review due in 9 days"),
        ("review_overdue_days", {"review_overdue_days": 1.0}, "Review overdue for 1 day"),
        ("arr", {"arr": 1200.0, "currency": "EUR"}, "ARR of 1,200 EUR"),
        ("arr", {"arr": 1200.0}, "ARR of 1,200"),
        ("arr_change", {"arr_change": 1.002}, "ARR as a year ago"),
        ("arr_change", {"arr_change": 0.75}, "ARR down 25 % within a year"),
        ("arr_change", {"arr_change": 0.0}, "No ARR any more"),
        ("pays_late_days", {"pays_late_days": 12.5}, "Pays 12.5 days late, typically"),
        ("pays_late_days", {"pays_late_days": 0.0}, "Pays on the due day"),
        ("executive", {"executive": "left"}, "Executive has left"),
        ("contract_kind", {"contract_kind": "multi_year"}, "Contract of several years"),
    ],
)  # fmt: skip
def test_the_wording_that_fits(feature: str, row: dict[str, object], said: str) -> None:
    assert feature_sentence(ENGLISH, feature, feature, facts(**row)) == said
    assert "{" not in feature_sentence(PERSIAN, feature, feature, facts(**row))


def test_foreign_names_are_isolated_and_own_words_are_not() -> None:
    assert occasions.worst_of(ENGLISH, 2, "Acme", 31.0) == "Worst of 2 accounts: Acme 31"
    assert occasions.worst_of(ENGLISH, 2, "آکمه", 31.0) == f"Worst of 2 accounts: {FSI}آکمه{PDI} 31"
    assert f"{FSI}Acme{PDI}، ۳۱" in occasions.worst_of(PERSIAN, 2, "Acme", 31.0)
    assert FSI not in occasions.worst_of(PERSIAN, 2, "آکمه", 31.0)
    assert "سبز" in occasions.pulse(PERSIAN, "green", "", None)


def test_right_to_left_sentences_are_joined_and_framed() -> None:
    style = PERSIAN.style
    text = style.fit(["چرا؟", "یک", "دو."], 255)
    assert text == f"{RLM}{RLI}چرا؟ یک. دو.{PDI}"
    assert list(apart(text)) == ["چرا؟", "یک.", "دو."]
    assert bare(text) == "چرا؟ یک. دو."
    assert style.fit(["یک، دو سه"], 9) == f"{RLM}{RLI}یک…{PDI}"
    assert style.fit([], 255) == ""
    assert style.closed(f"{FSI}Why?{PDI}") == f"{FSI}Why?{PDI}"
    assert list(apart(f"{FSI}Why?{PDI} Yes.")) == [f"{FSI}Why?{PDI}", "Yes."]


WORDS = st.lists(st.text("ابپ،؛.؟ab ,!" + FSI, min_size=0, max_size=60), max_size=6)


@given(WORDS, st.booleans(), st.integers(20, 120))
def test_a_text_fits_and_every_isolate_ends(sentences: list[str], rtl: bool, longest: int) -> None:
    said = [text.replace(FSI, "") + (f" {FSI}Acme Limited{PDI} یک" if FSI in text else "") for text in sentences]
    made = Style(rtl=rtl).fit(said, longest)
    assert len(made) <= longest
    assert made.count(FSI) + made.count(RLI) == made.count(PDI)
    whole = [closed for text in said if (closed := Style(rtl=rtl).closed(text))]
    if made and not bare(made).endswith("…"):
        assert " ".join(whole).startswith(bare(made))
    if whole and len(whole[0]) <= longest - 3:
        assert bare(made).startswith(whole[0]), f"a first sentence that fits is never cut (words over {LONG_WORD})"


def test_every_file_says_how_its_language_is_written() -> None:
    for language in languages():
        assert re.search(r"^direction = (ltr|rtl)$", locale_text(language), re.MULTILINE), language
