"""The command line: what it says, in which form, and how it ends."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import fake_crm
import pytest
from click.testing import CliRunner, Result
from fake_crm import FakeCrm
from segment_messages import body, group, track
from test_bridge_draining import deliver
from worlds import START, World, open_world

from adapters import registry
from adapters.errors import QuotaSpent, Refused, Retry, Unauthorized
from adapters.records import Ref
from bridge.cli.main import VERBS, main
from bridge.clock import MovableClock
from bridge.inlets.streaming import drain_events
from bridge.store.engine import open_store
from bridge.store.inbox import StoreInbox
from bridge.workspace import open_workspace
from config.own_fields import own_fields

CONFIG = """\
connections:
  - name: sf
    crm: salesforce
    login_url: https://acme.my.salesforce.com
    webhook_secret: hook
    auth: {flow: client_credentials, client_id: id, client_secret: secret}
"""


@dataclass
class Shop:
    """A workspace folder on disk, and the CRM that its connection leads to."""

    folder: Path
    crm: FakeCrm

    def run(self, *words: str) -> Result:
        """A command, a minute after the one before."""
        self.crm.clock.move(timedelta(minutes=1))
        now = {"CSBRIDGE_CLOCK": self.crm.clock.now().isoformat()}
        return CliRunner(env=now).invoke(main, ["-c", str(self.folder / "csbridge.yml"), *words])

    def data(self, *words: str, code: int = 0) -> Any:
        """The one JSON object on standard output."""
        result = self.run(*words, "--json")
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    def account(self, id: str, **fields: Any) -> None:
        self.crm.put("account", id, **({"name": f"Account {id}", "status": "customer"} | fields))


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, _empty_sqlite: Path) -> Iterator[Shop]:
    (tmp_path / "csbridge.yml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "csbridge.db").write_bytes(_empty_sqlite.read_bytes())
    crm = FakeCrm(MovableClock(START))
    monkeypatch.setitem(fake_crm.ORGS, "sf", crm)
    monkeypatch.setitem(registry.ADAPTERS, "salesforce", "fake_crm:open_connection")  # type: ignore[arg-type]
    yield Shop(tmp_path, crm)
    assert crm.closed


@pytest.fixture
def ready(shop: Shop) -> Shop:
    """Two accounts, and a CRM that has the fields."""
    shop.account("1", name="Acme", domain="acme.example.com")
    shop.account("2")
    shop.data("provision", "--apply")
    return shop


def test_the_whole_loop_in_json(shop: Shop) -> None:
    shop.account("1")
    shop.account("2")
    planned = shop.data("provision")["connections"]["sf"]
    assert (planned["applied"], len(planned["changes"])) == (False, 23)
    assert shop.data("provision", "--apply")["connections"]["sf"]["applied"] is True
    assert shop.data("provision")["connections"]["sf"]["changes"] == []
    assert shop.data("sync")["connections"]["sf"]["kinds"]["account"]["changed"] == 2
    assert shop.data("score")["customers"] == 2
    dry = shop.data("push", "--dry-run")["connections"]["sf"]
    assert (dry["write_calls"], [one["record"] for one in dry["records"]]) == (1, ["sf:account:1", "sf:account:2"])
    assert shop.crm.writes == []
    pushed = shop.data("push")["connections"]["sf"]
    assert (pushed["written"], pushed["write_calls"], pushed["refused"]) == (2, 1, [])
    again = shop.data("run")
    assert sorted(again) == ["push", "score", "sync"]
    assert again["push"]["connections"]["sf"]["write_calls"] == 0


def test_the_whole_loop_in_words(ready: Shop) -> None:
    assert "everything is there" in ready.run("provision").stdout
    words = ready.run("run").stdout
    assert "sf: 2 accounts read, 2 changed" in words
    assert "2 customers scored" in words
    assert "sf: 2 records written" in words
    assert "everything is written" in ready.run("outbox", "list").stdout
    assert "nothing waits" in ready.run("inbox", "list").stdout
    assert "health unknown" in ready.run("explain", "Acme").stdout


def test_a_refused_record_is_named_kept_and_ends_with_1(ready: Shop) -> None:
    ready.crm.refused.add("2")
    data = ready.data("run", code=1)
    refused = {"record": "sf:account:2", "code": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": "not in this org"}
    assert data["push"]["connections"]["sf"]["refused"] == [refused]
    assert data["push"]["connections"]["sf"]["written"] == 1
    assert ready.data("outbox", "list")["records"] == [{**refused, "standing": "refused"}]
    ready.crm.refused.clear()
    assert ready.data("outbox", "retry", "sf:account:2") == {"retry": ["sf:account:2"]}
    assert ready.data("push")["connections"]["sf"]["written"] == 1
    assert ready.data("outbox", "drop", "sf:account:2", code=2)["missing"] == ["sf:account:2"]


@pytest.mark.parametrize(
    ("error", "code", "family"),
    [
        (Unauthorized("expired", connection="sf", status=401), 3, "Unauthorized"),
        (Retry("no route", connection="sf"), 3, "Retry"),
        (QuotaSpent("spent", until=START, connection="sf"), 4, "QuotaSpent"),
        (Refused("no", connection="sf", status=400), 1, "Refused"),
        (ZeroDivisionError("division by zero"), 70, "Broken"),
    ],
)
def test_a_connection_that_fails_is_told_and_ends_with_its_code(
    ready: Shop, error: Exception, code: int, family: str
) -> None:
    ready.crm.fail("identify", error, error)
    data = ready.data("sync", code=code)
    assert data["failures"]["sf"]["family"] == family
    words = ready.run("sync")
    assert words.exit_code == code
    assert "failed: sf: " in words.stdout


def test_a_spent_quota_says_when_it_resumes(ready: Shop) -> None:
    ready.crm.fail("identify", QuotaSpent("spent", until=START), QuotaSpent("spent", until=START))
    assert ready.data("sync", code=4)["failures"]["sf"]["until"] == START.isoformat()
    assert "will resume after 2026-03-02 09:00 UTC" in ready.run("sync").stdout


def test_missing_fields_stop_a_push_with_2(shop: Shop) -> None:
    shop.account("1")
    data = shop.data("run", code=2)
    assert "does not have what would be written" in json.dumps(data)
    assert shop.crm.writes == []


def test_an_account_that_nobody_knows_or_several_are_ends_with_2_and_the_matches(ready: Shop) -> None:
    ready.account("3", name="Acme")
    ready.data("sync")
    assert ready.data("explain", "Nobody", code=2)["matches"] == []
    matches = ready.data("explain", "Acme", code=2)["matches"]
    assert matches == [{"account": "sf:1", "name": "Acme"}, {"account": "sf:3", "name": "Acme"}]
    words = ready.run("explain", "Acme")
    assert (words.exit_code, words.stdout) == (2, "")
    assert "sf:3  Acme" in words.stderr
    assert ready.data("explain", "sf:3")["decision"] is None
    ready.data("score")
    assert ready.data("explain", "acme.example.com")["decision"]["band"] == "unknown"
    assert ready.data("explain", "sf:1", "--since", "2020-01-01", code=2)["error"]["family"] == "ConfigError"


def test_a_past_day_is_scored_without_storing_and_a_future_one_is_misuse(ready: Shop) -> None:
    ready.data("sync")
    past = ready.data("score", "--as-of", "2026-02-01")
    assert (past["as_of"], past["customers"], past["decisions"]) == ("2026-02-01", 2, 0)
    assert ready.data("explain", "sf:1")["decision"] is None
    assert ready.data("score", "--as-of", "2026-03-03", code=2)["error"]["family"] == "usage"
    assert ready.run("score", "--as-of", "2026-03-03").exit_code == 2


def test_decisions_are_written_to_a_file_by_account(ready: Shop) -> None:
    ready.data("sync")
    out = ready.folder / "scores.csv"
    assert ready.data("score", "--out", str(out))["out"] == str(out)
    with out.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [(row["id"], row["connection"], row["name"], row["band"]) for row in rows] == [
        ("1", "sf", "Acme", "unknown"), ("2", "sf", "Account 2", "unknown"),
    ]  # fmt: skip
    assert (
        ready.data("score", "--out", str(out / "no" / "folder.csv"), code=2)["error"]["problems"][0]["where"] == "--out"
    )


def test_who_left_the_scope_is_in_no_file(ready: Shop) -> None:
    ready.data("run")
    config = ready.folder / "csbridge.yml"
    config.write_text(CONFIG + "scope: name = Acme\n", encoding="utf-8")
    out = ready.folder / "scores.csv"
    data = ready.data("score", "--out", str(out))
    assert (data["outside_scope"], sum(data["bands"].values())) == (1, 1)
    assert len(out.read_text(encoding="utf-8").splitlines()) == 2


def test_the_inbox_is_listed_retried_and_dropped(ready: Shop) -> None:
    store = open_store(f"sqlite:///{ready.folder}/csbridge.db")
    world: World = open_world(store, ready.folder)
    numbers = [deliver(world, Ref("sf", "account", "1")) for _ in range(2)]
    store.close()
    listed = ready.data("inbox", "list")["deliveries"]
    assert [row["id"] for row in listed] == numbers
    assert "body" not in listed[0]
    assert ready.data("inbox", "retry", str(numbers[0])) == {"retry": numbers[:1], "missing": []}
    assert ready.data("inbox", "drop", str(numbers[1]), "99", code=2) == {"drop": numbers[1:], "missing": [99]}
    assert [row["id"] for row in ready.data("inbox", "list")["deliveries"]] == numbers[:1]


def test_doctor_says_what_is_missing_and_ends_by_what_is_wrong(shop: Shop) -> None:
    data = shop.data("doctor")
    assert data["ok"] is True
    assert [row["mend"] for row in data["findings"] if row["level"] == "warning"] == ["csbridge provision --apply"]
    shop.data("provision", "--apply")
    assert not [row for row in shop.data("doctor")["findings"] if row["level"] == "warning"]
    shop.crm.fail("identify", Unauthorized("expired", status=401), Unauthorized("expired", status=401))
    assert shop.data("doctor", code=3)["ok"] is False
    assert "grant the right that is named" in shop.run("doctor").stdout
    shop.crm.org_id = "another"
    assert "belongs to org org-1" in [row["what"] for row in shop.data("doctor", code=2)["findings"]][-2]


def test_doctor_knows_the_state_of_a_usage_file(shop: Shop) -> None:
    (shop.folder / "csbridge.yml").write_text(CONFIG + "usage: [{file: usage.csv}]\n", encoding="utf-8")
    findings = shop.data("doctor", code=2)["findings"]
    assert any(row["place"] == "usage usage.csv" and row["level"] == "error" for row in findings)
    (shop.folder / "usage.csv").write_text("account,feature,day,count\n1,login,2026-02-01,1\n", encoding="utf-8")
    shop.data("sync")
    stalled = [row["what"] for row in shop.data("doctor")["findings"] if row["place"] == "usage usage.csv"]
    assert "stalled: its newest day is 2026-02-01, 29 days ago" in stalled[0]


def test_events_are_told_of_by_usage_and_doctor(shop: Shop) -> None:
    settings = CONFIG + "usage: [{segment: {write_key: key, name: app}}]\npublic_url: https://cs.example.com\n"
    (shop.folder / "csbridge.yml").write_text(settings, encoding="utf-8")

    def said() -> list[str]:
        return [
            f"{row['what']} {row['mend']}" for row in shop.data("doctor")["findings"] if row["place"] == "usage app"
        ]

    assert said() == ["not taken in yet point a Segment library at https://cs.example.com, with the write key"]
    assert "app: nothing yet; 0 accounts" in shop.run("usage").stdout
    workspace = open_workspace(shop.folder / "csbridge.yml", {}, shop.crm.clock.now)
    messages = [group("nobody", "u"), track("opened", "u"), *[track("opened", f"w{n}") for n in range(12)]]
    StoreInbox(workspace.store).put("app", body(*messages), (), START)
    drain_events(workspace, "app")
    workspace.close()
    alive, waiting = said()
    assert alive.startswith("alive: its newest day is 2026-03-02")
    assert waiting.startswith("12 users have no account, so that nobody's score knows of what they did send `group`")
    text = shop.run("usage", "--first", "2").stdout
    assert "app: newest day 2026-03-02; 1 account; 14 messages counted of late" in text
    assert "12 users without an account\n    w0 (1 since 2026-03-02)\n" in text
    assert "and 10 more" in text
    assert "1 account of no customer\n    nobody" in text
    (source,) = shop.data("usage")["sources"]
    assert (source["unplaced_users"], len(source["unplaced"]), source["unknown"]) == (12, 10, ["nobody"])


def test_only_one_connection_is_dealt_with_where_one_is_named(ready: Shop) -> None:
    assert list(ready.data("sync", "--connection", "sf")["connections"]) == ["sf"]
    data = ready.data("sync", "--connection", "hs", code=2)
    assert "there is no connection 'hs'" in data["error"]["problems"][0]["what"]


def test_a_rehearsal_by_the_settings_writes_nothing(ready: Shop) -> None:
    (ready.folder / "csbridge.yml").write_text(CONFIG + "write: {dry_run: true}\n", encoding="utf-8")
    assert ready.data("run")["push"]["dry_run"] is True
    assert ready.data("push")["connections"]["sf"]["write_calls"] == 1
    assert ready.crm.writes == []


@pytest.mark.parametrize("words", [["sync"], ["doctor"], ["outbox", "list"], ["score", "--all"]])
def test_a_workspace_that_is_not_there_is_misuse(tmp_path: Path, words: list[str]) -> None:
    result = CliRunner().invoke(main, ["-c", str(tmp_path / "none.yml"), *words, "--json"])
    assert result.exit_code == 2
    error = json.loads(result.stdout)["error"]
    assert error["family"] == "ConfigError"
    assert "none.yml" in error["problems"][0]["file"]


@pytest.mark.parametrize(
    "words",
    [["nonsense"], ["sync", "--nonsense"], ["explain"], ["score", "--as-of", "someday"], ["inbox", "drop", "x"]],
)
def test_misuse_is_json_for_who_asked_for_it(words: list[str]) -> None:
    plain = CliRunner().invoke(main, words)
    assert (plain.exit_code, plain.stdout) == (2, "")
    assert "Error: " in plain.stderr
    asked = CliRunner().invoke(main, [*words, "--json"])
    assert asked.exit_code == 2
    assert json.loads(asked.stdout)["error"]["family"] == "usage"


def test_init_writes_a_workspace_once(tmp_path: Path) -> None:
    first = CliRunner().invoke(main, ["init", str(tmp_path / "new"), "--json"])
    assert first.exit_code == 0
    assert str(tmp_path / "new" / "csbridge.yml") in json.loads(first.stdout)["written"]
    again = CliRunner().invoke(main, ["init", str(tmp_path / "new"), "--json"])
    assert again.exit_code == 2
    assert "is there already" in json.loads(again.stdout)["error"]["problems"][0]["what"]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_and_json(verb: str) -> None:
    runner = CliRunner()
    shown = runner.invoke(main, [verb, "--help"])
    assert shown.exit_code == 0
    assert shown.stdout.startswith("Usage: ")
    command = main.get_command(None, verb)  # type: ignore[arg-type]
    assert command is not None
    assert command.short_help
    for one in getattr(command, "commands", {"": command}).values():
        assert "--json" in [name for param in one.params for name in param.opts], one.name
        assert one.help


def test_help_loads_nothing_heavy() -> None:
    script = """
import sys
from bridge.cli.main import main
try:
    main(["--help"])
finally:
    print(*(name for name in ("pandas", "sqlalchemy", "simple_salesforce", "hubspot", "flask", "pydantic", "requests")
            if name in sys.modules), file=sys.stderr)
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stderr.strip() == ""
    assert all(verb in ended.stdout for verb in VERBS)


def test_the_shipped_fields_are_what_is_provisioned(shop: Shop) -> None:
    store = open_store(f"sqlite:///{shop.folder}/csbridge.db")
    settings = open_world(store, shop.folder).workspace.settings
    store.close()
    shop.data("provision", "--apply")
    assert shop.crm.provisioned == {field.name for field in own_fields(settings)}


def test_reconcile_repairs_what_no_pull_told(ready: Shop) -> None:
    ready.data("sync")
    del ready.crm.items[Ref("sf", "account", "2")]
    found = ready.data("reconcile", "--connection", "sf")["connections"]["sf"]
    assert found["kinds"]["account"]["gone"] == 1
    assert found["repaired"] == 1
    assert "nothing to repair" in ready.run("reconcile").stdout


def test_reconcile_refuses_to_believe_that_most_of_a_book_is_gone(ready: Shop) -> None:
    for number in range(3, 11):
        ready.account(str(number))
    ready.data("sync")
    for number in range(3, 11):
        del ready.crm.items[Ref("sf", "account", str(number))]
    doubted = ready.data("reconcile", code=2)["connections"]["sf"]["doubted"]
    assert (doubted["account"]["gone"], doubted["account"]["of"]) == (8, 10)
    said = ready.run("reconcile")
    assert (said.exit_code, "8 of 10 records" in said.stdout, "--accept-loss" in said.stdout) == (2, True, True)
    assert ready.data("reconcile", "--accept-loss")["connections"]["sf"]["repaired"] == 8


def test_what_was_taken_back_is_forgotten_and_written_anew(ready: Shop) -> None:
    ready.data("run")
    shown = ready.data("provision", "--undo")["connections"]["sf"]
    assert (shown["applied"], len(shown["changes"])) == (False, 23)
    assert ready.crm.provisioned, "it was only shown"
    assert ready.data("provision", "--undo", "--apply")["connections"]["sf"]["applied"] is True
    assert ready.crm.provisioned == set()
    assert ready.data("provision", "--undo", "--apply")["connections"]["sf"]["changes"] == []
    ready.data("provision", "--apply")
    again = ready.data("run")["push"]["connections"]["sf"]
    assert again["written"] == 2
    assert ready.crm.own["1"]["health_band"] == "unknown"


def test_an_export_stands_alone(ready: Shop) -> None:
    assert "stands alone" in ready.data("provision", "--export", "out", "--apply", code=2)["error"]["message"]
    assert "--as-admin" in ready.data("provision", "--code", "http://localhost/", code=2)["error"]["message"]
