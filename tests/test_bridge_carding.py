"""The life of a scorecard: checked against the workspace, activated, taken back, listed, remembered."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from worlds import START

from bridge.cli.main import main
from bridge.setup.carding import activate, checked, listed, mapped_names, roll_back, unheard
from bridge.store import cards
from bridge.store.engine import Store
from config.errors import ConfigError
from config.scorecards import Scorecard, load_card_file, shipped_scorecard
from config.shipped import shipped_text

CONFIG = """\
connections:
  - name: sf
    crm: salesforce
    login_url: https://acme.my.salesforce.com
    auth: {flow: client_credentials, client_id: id, client_secret: "${NOT_SET_HERE}"}
    map: {account: {fields: {tier: Tier__c}}}
"""
CARD = """\
# mine
purpose: health
for: all
measures:
  seats: {feature: seat_use, group: usage, weight: 1, curve: [[0, 0], [1, 100]]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ws").mkdir()
    (tmp_path / "ws" / "csbridge.yml").write_text(CONFIG)
    return tmp_path / "ws"


def card(folder: Path, text: str = CARD, name: str = "new.yml") -> Path:
    path = folder.parent / name
    path.write_text(text)
    return path


def test_a_rule_may_name_mapped_fields_without_any_secret(folder: Path) -> None:
    config = folder / "csbridge.yml"
    assert {"tier", "arr", "domain"} <= set(mapped_names(config) or ())
    file = card(folder, CARD.replace("for: all", "for: tier = gold and touch = high"))
    assert checked(file, config).card.applies.fields == ("tier", "touch")
    with pytest.raises(ConfigError, match=r"new\.yml:3: for: there is no feature or account field teir"):
        checked(card(folder, CARD.replace("for: all", "for: teir = gold")), config)
    with pytest.raises(ConfigError, match="account field tier"):
        checked(card(folder, CARD.replace("for: all", "for: tier = gold")), folder / "no-workspace.yml")
    config.write_text("connections: [{name: x, crm: csv, folder: data}]")
    assert mapped_names(config) is None


def test_a_rule_that_asks_for_a_word_nobody_says_is_warned_of(folder: Path) -> None:
    rule = "for: segment = strategik and touch in (high, hihg) and journey_stage != onbording and status = customer"
    given = checked(card(folder, CARD.replace("for: all", rule)), folder / "csbridge.yml").card
    assert [said.partition(":")[0] for said in unheard(given, folder / "csbridge.yml")] == [
        "segment is never strategik (did you mean strategic?)",
        "touch is never hihg (did you mean high?)",
        "journey_stage is never onbording (did you mean onboarding?)",
    ]
    (folder / "csbridge.yml").write_text(CONFIG + "segments: [{name: Strategik}]\nstages: [{name: onbording}]\n")
    assert len(unheard(given, folder / "csbridge.yml")) == 1


def test_activated_and_taken_back_to_the_letter(folder: Path, store: Store) -> None:
    target = folder / "scorecards" / "health.yml"
    first = activate(folder, store, load_card_file(card(folder)), "health.yml", START, force=False)
    assert (first.path, first.replaced) == (target, None)
    other = load_card_file(card(folder, CARD.replace("weight: 1", "weight: 2").replace("mine", "yours")))
    second = activate(folder, store, other, "health.yml", START, force=False)
    assert (second.version, second.replaced) == (other.card.version, first.version)
    assert target.read_text() == other.text
    back = roll_back(folder, store, None, START, force=False)
    assert (back.version, back.replaced) == (first.version, second.version)
    assert target.read_text() == CARD
    gone = roll_back(folder, store, "health", START, force=False)
    assert gone.version is None
    assert not target.exists()
    with pytest.raises(ConfigError, match="no activation of health to take back"):
        roll_back(folder, store, "health", START, force=False)


def test_the_same_again_changes_nothing(folder: Path, store: Store) -> None:
    file = load_card_file(card(folder))
    activate(folder, store, file, "health.yml", START, force=False)
    again = activate(folder, store, file, "health.yml", START, force=False)
    assert again.version == again.replaced
    assert roll_back(folder, store, None, START, force=False).version is None


def test_only_activations_of_that_purpose_are_taken_back(folder: Path, store: Store) -> None:
    activate(folder, store, load_card_file(card(folder)), "health.yml", START, force=False)
    risk = load_card_file(card(folder, CARD.replace("health", "risk")))
    activate(folder, store, risk, "risk.yml", START, force=False)
    assert roll_back(folder, store, "health", START, force=False).path.name == "health.yml"
    assert [path.name for path in (folder / "scorecards").iterdir()] == ["risk.yml"]


def test_what_was_changed_by_hand_since_is_not_lost(folder: Path, store: Store) -> None:
    done = activate(folder, store, load_card_file(card(folder)), "health.yml", START, force=False)
    done.path.write_text(CARD + "# by hand\n")
    with pytest.raises(ConfigError, match="was changed by hand since"):
        roll_back(folder, store, None, START, force=False)
    assert done.path.read_text().endswith("# by hand\n")
    assert roll_back(folder, store, None, START, force=True).version is None


def test_a_card_does_not_take_the_place_of_another_purpose(folder: Path, store: Store) -> None:
    activate(folder, store, load_card_file(card(folder)), "health.yml", START, force=False)
    risk = load_card_file(card(folder, CARD.replace("health", "risk")))
    with pytest.raises(ConfigError, match="is a scorecard of the purpose health, not risk"):
        activate(folder, store, risk, "health.yml", START, force=False)


LEARNT = """\
learnt:
  {label: churned, positive: "yes", rows: 900, events: 90, base_rate: 0.1, judged: folds, judged_rows: 900, auc: 0.5,
   auc_interval: [0.45, 0.55], brier: 0.09, brier_interval: [0.08, 0.1], verdict: no better than chance, proven: false,
   red_catches: 0.5, data: abc, calibration: [[0, 0.2], [100, 0.1]]}
"""


def test_a_learnt_card_that_did_not_prove_itself_is_refused(folder: Path, store: Store) -> None:
    learnt = load_card_file(card(folder, CARD + LEARNT))
    with pytest.raises(ConfigError, match="did not prove itself: no better than chance") as caught:
        activate(folder, store, learnt, "health.yml", START, force=False)
    assert caught.value.problems[0].line == 8
    assert activate(folder, store, learnt, "health.yml", START, force=True).version == learnt.card.version
    forged = load_card_file(card(folder, CARD + LEARNT.replace("proven: false", "proven: true")))
    with pytest.raises(ConfigError, match="did not prove itself"):
        activate(folder, store, forged, "health.yml", START, force=False)
    honest = LEARNT.replace("proven: false", "proven: true").replace("[0.45, 0.55]", "[0.55, 0.65]")
    proven = load_card_file(card(folder, CARD + honest))
    assert activate(folder, store, proven, "health.yml", START, force=False).version == proven.card.version


def test_what_would_leave_customers_without_a_card_is_said(folder: Path, store: Store) -> None:
    some = load_card_file(card(folder, CARD.replace("for: all", "for: touch = high")))
    assert "no file is for: all" in activate(folder, store, some, "health-high.yml", START, force=False).warnings[0]
    everybody = load_card_file(card(folder))
    (warned,) = activate(folder, store, everybody, "a.yml", START, force=False).warnings
    assert warned.startswith("health-high.yml is never used: a.yml is tried before it")


def test_every_version_that_decided_is_remembered_whole(store: Store) -> None:
    index = {
        "purpose": "health",
        "form": "additive",
        "measures": {"m": {"action": "meeting", "value": 3, "window": "28d"}},
    }
    known = [shipped_scorecard("health"), Scorecard.model_validate(index), shipped_scorecard("risk")]
    with store.write() as db:
        assert len(cards.remember(db, known, START)) == 3
        assert cards.remember(db, [*known, *known], START + timedelta(days=1)) == []
        assert [cards.recalled(db, one.version) for one in known] == known
        assert cards.recalled(db, "health-00000000") is None
        assert set(cards.seen(db).values()) == {START}


def test_the_list_says_since_when(folder: Path, store: Store) -> None:
    activate(folder, store, load_card_file(card(folder)), "mine.yml", START, force=False)
    with store.write() as db:
        cards.remember(db, [shipped_scorecard("risk")], START + timedelta(days=2))
    found = {one.file: one for one in listed(folder, store, ["health", "risk"])}
    assert list(found) == ["mine.yml", "risk-high.yml", "risk-tech.yml", "risk.yml"]
    assert (found["mine.yml"].since, found["mine.yml"].shipped) == (START, False)
    assert (found["risk.yml"].since, found["risk.yml"].shipped) == (START + timedelta(days=2), True)
    assert found["risk-high.yml"].since is None


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["-c", str(folder / "csbridge.yml"), *words])


def data(folder: Path, *words: str, code: int = 0) -> Any:
    result = run(folder, *words, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def test_the_commands(folder: Path) -> None:
    file = str(card(folder))
    shown = run(folder, "scorecard", "check", file).output
    assert "usage: 100% of the weight; reaches the floor of 30% alone" in shown
    assert "green from 70, yellow from 40; margin 2, 3 days" in shown
    facts = data(folder, "scorecard", "check", file)
    assert facts["measures"]["seats"] == {"feature": "seat_use", "group": "usage", "weight": 1}
    assert (facts["form"], facts["warnings"]) == ("weighted", [])
    assert len(data(folder, "scorecard", "write", "risk")["written"]) == 3
    first = data(folder, "scorecard", "activate", file, "--as", "mine")
    assert (Path(first["file"]).name, first["replaced"]) == ("mine.yml", None)
    rows = data(folder, "scorecard", "list")["scorecards"]
    assert [(row["file"], row["scored"]) for row in rows][:2] == [("mine.yml", True), ("risk-high.yml", False)]
    assert "mine.yml" in run(folder, "scorecard", "list").output
    assert data(folder, "scorecard", "rollback")["version"] is None
    assert data(folder, "scorecard", "rollback", code=2)["error"]["family"] == "ConfigError"
    assert run(folder, "scorecard", "activate", file, "--as", "../x").exit_code == 2


def test_what_is_wrong_with_the_store_is_told(folder: Path) -> None:
    config = folder / "csbridge.yml"
    config.write_text(CONFIG + "store: ${NOT_SET_EITHER}\nscorecards: [health, risc]\n")
    problems = data(folder, "scorecard", "list", code=2)["error"]["problems"]
    assert [(problem["where"], problem["line"]) for problem in problems] == [("store", 7), ("scorecards[1]", 8)]
    assert data(folder.parent, "scorecard", "list", code=2)["error"]["problems"][0]["what"] == "there is no such file"


def test_an_index_is_shown_by_its_values(folder: Path) -> None:
    text = "purpose: health\nform: additive\nmeasures:\n  talks: {action: meeting, value: 3, cap: 30}\n"
    shown = run(folder, "scorecard", "check", str(card(folder, text))).output
    assert "+3  talks (actions): each of meeting, at most 30" in shown


def test_the_shipped_card_that_init_writes_checks_clean(folder: Path) -> None:
    file = card(folder, shipped_text("scorecards/health.yml"), "health.yml")
    shown = run(folder, "scorecard", "check", str(file)).output
    assert " 8%  active_trend (usage): 0.0 to 8.3 points by active_trend" in shown
    assert "warning" not in shown
