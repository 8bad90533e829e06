"""``csbridge inbox``: what a person sees of the inbox, and does with it."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from adapters.records import Ref
from bridge.cli.main import main
from bridge.store import inbox
from bridge.store.engine import Store, open_store
from bridge.store.inbox import StoreInbox
from bridge.store.schema import inbox as table
from webhooks.writeback.entry import Lease

CONFIG = """\
connections:
  - name: sf
    crm: salesforce
    login_url: https://acme.my.salesforce.com
    webhook_secret: hook-of-the-path
    auth: {flow: client_credentials, client_id: id, client_secret: secret}
"""
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
REFS = (Ref("sf", "account", "1"), Ref("sf", "person", "2"))


@pytest.fixture
def folder(tmp_path: Path, _empty_sqlite: Path) -> Path:
    (tmp_path / "csbridge.yml").write_text(CONFIG, "utf-8")
    shutil.copyfile(_empty_sqlite, tmp_path / "csbridge.db")
    return tmp_path


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{folder}/csbridge.db")
    yield opened
    opened.close()


def said(folder: Path, *words: str, code: int = 0) -> str:
    environ = {"CSBRIDGE_CLOCK": (NINE + timedelta(hours=2)).isoformat()}
    result = CliRunner(env=environ).invoke(main, ["-c", str(folder / "csbridge.yml"), "inbox", *words])
    assert result.exit_code == code, result.output
    return result.output


def data(folder: Path, *words: str, code: int = 0) -> Any:
    return json.loads(said(folder, *words, "--json", code=code))


def put(store: Store, source: str = "sf", body: bytes = b"<x/>", refs: tuple[Ref, ...] = REFS, hours: int = 0) -> int:
    number = StoreInbox(store).put(source, body, refs, NINE + timedelta(hours=hours))
    assert number is not None
    return number


def act(store: Store, source: str, cause: str = "") -> None:
    """What a worker does: finish all that waits, or park it with the cause."""
    with store.write() as db:
        waiting = inbox.claim(db, source, 99, Lease("t", NINE + timedelta(hours=9)), NINE + timedelta(hours=1))
        if cause:
            inbox.fail(db, waiting, "t", cause, NINE, 1)
        else:
            inbox.finish(db, [one.id for one in waiting], "t", NINE)


def test_list_shows_source_age_state_tries_and_cause(folder: Path, store: Store) -> None:
    assert said(folder, "list") == "nothing waits\n"
    bad = put(store, "form", b"{}", ())
    act(store, "form", "no score in it")
    waits = put(store, hours=1)
    lines = said(folder, "list").splitlines()
    assert [line.split() for line in lines] == [
        [str(bad), "form", "2", "h", "parked", "1", "try", "news", "no", "score", "in", "it"],
        [str(waits), "sf", "1", "h", "waits", "0", "tries", "2", "records"],
    ]
    assert [row["id"] for row in data(folder, "list", "--parked")["deliveries"]] == [bad]
    assert [row["id"] for row in data(folder, "list", "--source", "sf")["deliveries"]] == [waits]
    assert data(folder, "list", "--source", "@survey") == {"deliveries": [], "more": 0}


def test_a_long_list_is_cut_and_says_by_how_much(folder: Path, store: Store) -> None:
    row = {"connection": "sf", "received_at": NINE, "refs": [["account", "1"]], "attempts": 0, "parked": False}
    with store.write() as db:
        db.execute(table.insert(), [row] * 1_234)
    found = data(folder, "list")
    assert (len(found["deliveries"]), found["more"]) == (100, 1_134)
    assert said(folder, "list", "--limit", "2").splitlines()[-1].startswith("and 1,232 more")
    assert data(folder, "list", "--limit", "1234")["more"] == 0


def test_show_tells_all_that_is_kept_and_no_secret(folder: Path, store: Store) -> None:
    body = b'{"who": "user-1@example.com", "password": "p4ssw0rd", "at": "/webhooks/sf/hook-of-the-path"}'
    number = put(store, body=body)
    shown = said(folder, "show", str(number))
    assert "user-1@example.com" in shown
    assert "refs: account:1, person:2" in shown
    assert "received_at: 2026-03-02 09:00:00 UTC" in shown
    found = data(folder, "show", str(number))
    assert found["refs"] == [["account", "1"], ["person", "2"]]
    for text in (shown, json.dumps(found)):
        assert "p4ssw0rd" not in text
        assert "hook-of-the-path" not in text
    assert "no delivery 99" in said(folder, "show", "99", code=2)


def test_show_cuts_a_long_body_for_a_person_and_says_where_none_is_kept(folder: Path, store: Store) -> None:
    long = put(store, body=b"x" * 50_000)
    assert len(said(folder, "show", str(long))) < 5_000
    assert len(data(folder, "show", str(long))["body"]) == 50_000
    with store.write() as db:
        db.execute(update(table).values(body=None))
    assert "(the body is not kept)" in said(folder, "show", str(long))


def test_replay_takes_up_again_what_was_acted_on_in_a_stretch_of_time(folder: Path, store: Store) -> None:
    early, first, form, late = put(store), put(store, hours=1), put(store, "form", b"1", (), 1), put(store, hours=3)
    dropped = put(store, hours=1)
    assert data(folder, "drop", str(dropped))["drop"] == [dropped]
    act(store, "sf")
    act(store, "form")
    open_before = put(store, hours=1)
    stretch = ("--since", "2026-03-02T10:00", "--until", "2026-03-02 11:00")
    assert said(folder, "replay", *stretch, "--source", "sf") == "replay: 1 delivery; csbridge serve acts on them\n"
    assert [row["id"] for row in data(folder, "list")["deliveries"]] == [first, open_before]
    assert data(folder, "replay", *stretch) == {"replayed": 1}
    assert [row["id"] for row in data(folder, "list")["deliveries"]] == [first, form, open_before]
    assert data(folder, "replay", "--since", "2026-03-02") == {"replayed": 1}, "what came in from now on is no past"
    assert {row["id"] for row in data(folder, "list")["deliveries"]} == {early, first, form, open_before}
    assert late not in {row["id"] for row in data(folder, "list")["deliveries"]}


def test_a_source_or_a_stretch_that_cannot_be_is_no_quiet_one(folder: Path, store: Store) -> None:
    put(store, "form", b"1", ())
    for words in (("list",), ("replay", "--since", "2026-03-01")):
        told = data(folder, *words, "--source", "from", code=2)["error"]["message"]
        assert "there is no source 'from'" in told
        assert "one of sf, @survey" in told
    assert "form" in said(folder, "list", "--source", "form"), "taken out of the settings, and still waiting"
    backwards = ("--since", "2026-03-02", "--until", "2026-03-01")
    assert "not after --since" in said(folder, "replay", *backwards, code=2)


def test_replay_leaves_out_what_nothing_is_kept_of(folder: Path, store: Store) -> None:
    put(store, "form", b"1", ())
    act(store, "form")
    with store.write() as db:
        db.execute(update(table).values(body=None))
    assert data(folder, "replay", "--since", "2026-03-01") == {"replayed": 0}


def test_retry_and_drop_name_what_is_not_open(folder: Path, store: Store) -> None:
    parked = put(store)
    act(store, "sf", "refused")
    assert data(folder, "retry", str(parked), "7", code=2) == {"retry": [parked], "missing": [7]}
    assert data(folder, "list")["deliveries"][0]["attempts"] == 0
    assert said(folder, "drop", str(parked)) == "drop: 1 delivery\n"
    assert said(folder, "list") == "nothing waits\n"


def test_doctor_names_what_is_parked(folder: Path, store: Store) -> None:
    put(store, "form", b"{}", ())
    act(store, "form", "no score in it")
    result = CliRunner().invoke(main, ["-c", str(folder / "csbridge.yml"), "doctor", "--json"])
    found = [row for row in json.loads(result.stdout)["findings"] if "parked" in row["what"]]
    assert [(row["level"], row["mend"]) for row in found] == [("warning", "csbridge inbox list --parked")]


@pytest.mark.parametrize("action", ["show", "retry", "drop"])
@pytest.mark.parametrize("number", ["0", "9" * 30])
def test_a_number_that_no_delivery_can_have_is_misuse(folder: Path, action: str, number: str) -> None:
    assert data(folder, action, number, code=2)["error"]["family"] == "usage"
