from pathlib import Path

import pytest
from config_files import CONNECTIONS, settings_of

from config.fields import OwnField
from config.own_fields import every_field, known_names, own_fields, survey_links
from config.words import BANDS, NPS_GROUPS, PULSES, SIGNALS

NUMBERS = {
    **dict.fromkeys(("health_score", "health_change_30d", "churn_risk", "csat"), (4, 1)),
    "health_coverage": (3, 0),
    "risk_count": (3, 0),
    "nps": (3, 0),
    "nps_last": (2, 0),
}
CORE = [
    "health_score",
    "health_band",
    "health_reasons",
    "risk_flags",
    "nps",
    "nps_last",
    "nps_group",
    "next_action",
    "scored_at",
]


def fields_of(folder: Path, text: str = "") -> dict[str, OwnField]:
    return {field.name: field for field in own_fields(settings_of(folder, CONNECTIONS + text))}


def test_the_fields_of_this_release(tmp_path: Path) -> None:
    fields = fields_of(tmp_path)
    written = [name for name, field in fields.items() if field.written]
    assert written == [
        *("health_score", "health_band", "health_trend", "health_change_30d", "health_reasons", "health_coverage"),
        *("churn_risk", "risk_flags", "top_risk", "risk_since", "risk_count", "nps", "nps_last", "nps_group", "csat"),
        *("segment", "journey_stage", "next_action", "scored_at", "score_version"),
    ]
    assert [name for name, field in fields.items() if not field.written] == ["pulse", "pulse_reason", "pulse_until"]
    assert [name for name, field in fields.items() if field.core] == CORE
    gated = {"health_trend", "health_change_30d", "health_reasons", "next_action", "health_coverage", "scored_at"}
    assert {name for name, field in fields.items() if field.gated} == gated


def test_types_and_sizes(tmp_path: Path) -> None:
    fields = fields_of(tmp_path)
    assert {name: (f.precision, f.scale) for name, f in fields.items() if f.type == "number"} == NUMBERS
    assert [name for name, field in fields.items() if field.type == "date"] == ["risk_since", "pulse_until"]
    assert fields["scored_at"].type == "datetime"
    assert all(field.length <= 255 for field in fields.values())
    assert all(field.label.startswith("CS ") and len(field.label) <= 40 for field in fields.values())
    assert all(field.description for field in fields.values())


def test_options_are_the_canonical_words_and_the_flags_that_are_on(tmp_path: Path) -> None:
    fields = fields_of(tmp_path, "flags: {detractor: {}, silent: {}, payment_late: {}}\n")
    assert fields["health_band"].options == BANDS
    assert fields["nps_group"].options == NPS_GROUPS
    assert fields["pulse"].options == PULSES
    assert fields["risk_flags"].options == fields["top_risk"].options == ("detractor", "silent", "payment_late")
    picklists = {name for name, field in fields.items() if field.type in ("picklist", "multi_picklist")}
    assert {name for name, field in fields.items() if field.options} == picklists


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        ("core", CORE),
        ("[nps, survey_link_nps]", ["nps"]),
        ("[pulse]", ["pulse"]),
        ("[]", []),
    ],
)
def test_the_admin_chooses(tmp_path: Path, chosen: str, names: list[str]) -> None:
    assert list(fields_of(tmp_path, f"write: {{fields: {chosen}}}\n")) == names


def test_an_own_field_in_a_field_of_the_admin(tmp_path: Path) -> None:
    field = fields_of(tmp_path, "own_fields: {health_score: {to: Score__c, adopt: true}}\n")["health_score"]
    assert (field.to, field.adopt) == ("Score__c", True)
    assert fields_of(tmp_path)["health_score"].to is None


def test_fields_of_a_purpose_are_there_where_it_is_on(tmp_path: Path) -> None:
    off = fields_of(tmp_path)
    every = fields_of(tmp_path, "scorecards: [health, risk, expansion, onboarding, advocacy]\n")
    assert [name for name in every if name not in off] == [
        *("risk_score", "onboarding_score", "advocacy_score"),
        *("expansion_score", "expansion_signals", "expansion_amount"),
    ]
    assert every["expansion_signals"].options == SIGNALS


def test_segments_and_stages_are_options_and_without_any_there_is_no_field(tmp_path: Path) -> None:
    assert fields_of(tmp_path)["segment"].options == ("strategic", "mid", "small")
    own = fields_of(tmp_path, "segments: [{name: vip, if: all}]\nstages: [{name: live, enter: all, exit: all}]\n")
    assert (own["segment"].options, own["journey_stage"].options) == (("vip",), ("live",))
    assert not {"segment", "journey_stage"} & fields_of(tmp_path, "segments: []\nstages: []\n").keys()


REACHED = "public_url: https://cs.example.com\n"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        (REACHED, ["survey_link_nps", "survey_link_csat", "survey_link_ces"]),
        (REACHED + "surveys: [nps]\n", ["survey_link_nps"]),
        (REACHED + "surveys: []\n", []),
        (REACHED + "write: {fields: core}\n", []),
        (REACHED + "write: {fields: [nps, survey_link_ces]}\n", ["survey_link_ces"]),
    ],
)
def test_links_are_where_a_survey_can_be_reached(tmp_path: Path, text: str, names: list[str]) -> None:
    found = fields_of(tmp_path, text)
    assert [name for name in found if name.startswith("survey")] == names
    assert all((found[name].on, found[name].type, found[name].length) == ("person", "url", 255) for name in names)
    assert all(field.on == "account" for name, field in found.items() if name not in names)


def test_every_field_is_there_whatever_is_switched_off(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, CONNECTIONS + "write: {fields: []}\n")
    assert [field.name for field in every_field(settings)] == list(known_names())
    assert set(survey_links()) <= set(known_names())


def test_no_name_is_known_twice() -> None:
    assert len(set(known_names())) == len(known_names())
