"""Notes of ours in both sandbox CRMs, from the place for their keys to what comes back of them: nothing."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from two_crms import TwoCrms, two_crms

from adapters.contract import Delivery
from adapters.keyed import Creation, key_of
from adapters.records import Record, Ref, Tombstone
from bridge.doctor.connection import _fields
from bridge.pipeline import outbox, pushing
from bridge.pipeline.deciding import score
from bridge.setup.provisioning import exported, provision, take_back
from bridge.store import customers
from bridge.sync.intake import take_in
from bridge.sync.syncing import sync
from bridge.workspace import Workspace, open_workspace

KEYS = {"sf": "CSB_Key__c", "hs": "csb_key"}


@pytest.fixture
def crms(tmp_path: Path) -> Iterator[TwoCrms]:
    with two_crms(tmp_path, accounts=6, hubspot={"echo_api_writes": True}) as both:
        config = Path(both.config)
        config.write_text("write: {history: note}\n" + config.read_text("utf-8"), "utf-8")
        yield both


@pytest.fixture
def workspace(crms: TwoCrms) -> Iterator[Workspace]:
    """Everything is there but the place for keys; scored, and a note is wanted on every account."""
    with closing(open_workspace(Path(crms.config), crms.environ, crms.clock.now)) as opened:
        for name in crms.crms:
            adapter, fields = opened.adapter(name), opened.fields_for(name)
            adapter.provision(adapter.plan(fields), fields)
            sync(opened, name)
        score(opened)
        for name in crms.crms:
            for ref in [entry.ref for entry in opened.ledger.entries(name) if entry.ref.kind == "account"]:
                wants_note(opened, ref)
        yield opened


def wants_note(workspace: Workspace, account: Ref) -> None:
    ref = Ref(account.connection, "note", key_of("band", account.id, "2026-03-02", "red"))
    at = workspace.now().replace(microsecond=0)
    note = Creation(ref, account.id, "Health green → red: 80 → 20", "Health green → red: 80 → 20. 3 < 5", at=at)
    workspace.ledger.update([ref], lambda entry: replace(entry, desired=replace(note, status="done").fields))


def creations(crms: TwoCrms, name: str) -> list[str]:
    made = [write for write in crms.asked(name, "writes") if write["action"] == "create" and not write.get("error")]
    return sorted(write["fields"][KEYS[name]] for write in made if KEYS[name] in write["fields"])


@pytest.mark.parametrize("name", ["sf", "hs"])
def test_notes_wait_for_a_place_for_their_keys_and_then_come_once(
    name: str, crms: TwoCrms, workspace: Workspace
) -> None:
    notes = sorted(entry.ref.id for entry in workspace.ledger.entries(name) if entry.ref.kind == "note")
    planned = pushing.plan(workspace, name)
    assert sorted(patch.ref.id for patch in planned.patches if patch.new) == notes, "a dry run shows them"
    summary = pushing.push(workspace, name)
    assert summary.written == len(planned.patches) - len(notes), "own fields are written all the same"
    assert {outcome.code for outcome in summary.refused} == {"NO_KEY_FIELD"}
    assert creations(crms, name) == []
    told = [noted.finding.what for noted in _fields(workspace, workspace.adapter(name), name)]
    assert any(KEYS[name] in what for what in told), "doctor says what is missing"

    provision(workspace, name, apply=True)
    assert pushing.push(workspace, name).written == len(notes), "what was refused for want of it is tried again"
    assert creations(crms, name) == notes
    assert outbox.pending(workspace) == [] or all(name not in row["record"] for row in outbox.pending(workspace))
    assert pushing.push(workspace, name).calls == 0

    store_is_untouched_by_them(crms, workspace, name)
    done = take_back(workspace, name, apply=True)
    assert KEYS[name] in {change.target.rpartition(".")[2] for change in done.plan.changes}
    missing = provision(workspace, name, apply=False).plan.changes
    assert KEYS[name] in {change.target.rpartition(".")[2] for change in missing}


def store_is_untouched_by_them(crms: TwoCrms, workspace: Workspace, name: str) -> None:
    """Polled, named by a webhook or listed: our own notes are nobody's touches, and nobody is scored for them."""
    score(workspace)
    assert sync(workspace, name).kinds["activity"].changed == 0
    adapter = workspace.adapter(name)
    if name == "sf":
        rows = crms.crms[name].vendor.desk.org.tables["Task"].rows
        ids = [id for id, row in rows.items() if row.get("CSB_Key__c")]
    else:
        rows = crms.crms[name].vendor.portal.shelves["notes"].rows
        ids = [f"notes:{row.id}" for row in rows.values() if row.props.get("csb_key")]
        event = {"subscriptionType": "object.creation", "objectTypeId": "0-46", "objectId": int(ids[0][6:])}
        assert adapter.notices(Delivery("POST", "", {}, orjson.dumps([event]))) == [Ref("hs", "activity", ids[0])]
    items = adapter.read("activity", ids)
    assert ids
    assert {type(item) for item in items} == {Tombstone}
    with workspace.store.write() as db:
        assert take_in(db, workspace, items, workspace.now()).changed == 0
        assert customers.count_affected(db) == 0
    listed = {one.id for page in adapter.ids("activity") for one in page}
    assert not listed & set(ids)
    assert not any(isinstance(item, Record) for item in items)


def test_what_an_admin_deploys_instead_has_the_place_for_keys(workspace: Workspace) -> None:
    files = exported(workspace, "sf")
    (field,) = [
        text for path, text in files.items() if path.endswith("objects/Activity/fields/CSB_Key__c.field-meta.xml")
    ]
    assert "<length>80</length>" in field
    (daily,) = [text for path, text in files.items() if path.endswith("/csbridge.permissionset-meta.xml")]
    assert "<field>Task.CSB_Key__c</field>" in daily
    notes = orjson.loads(exported(workspace, "hs")["hubspot/notes/properties.json"])["inputs"]
    assert [(one["name"], one["hasUniqueValue"]) for one in notes] == [("csb_key", True)]
