"""What provisioning plans, from facts; and that it carries it out in a sandbox org, with rights and without."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from fake_salesforce import OWN, context, own_rows

from adapters.contract import Change, Patch
from adapters.errors import Refused, Unauthorized
from adapters.registry import open_adapter
from adapters.retrying import Patience
from adapters.salesforce.adapter import SalesforceAdapter
from adapters.salesforce.describe import Described, Field, described
from adapters.salesforce.fitting import creation, from_metadata, unfit, with_options
from adapters.salesforce.mapped_rights import Hidden
from adapters.salesforce.permission_sets import PermissionSet, Right
from adapters.salesforce.planning import missing, plan
from adapters.salesforce.provisioning import Provisioning
from adapters.salesforce.setup import CustomField, Setup
from adapters.sandbox.clock import SandboxClock
from adapters.sandbox.generator import generate
from adapters.sandbox.serve import Sandbox, running
from adapters.sandbox.vendor import Edit
from config.connections import SalesforceConnection
from config.fields import OwnField

SCORE, BAND, FLAGS = OWN[0], OWN[1], OWN[2]
PULSE = next(field for field in OWN if field.name == "pulse")


GRANTED = {
    "csbridge": PermissionSet("0PS1", assignments={"005": "0Pa1"}),
    "csbridge_user": PermissionSet(
        "0PS2",
        {
            "Account.CSB_Health_Score__c": Right("01k1", read=True, edit=False),
            "Account.CSB_Pulse__c": Right("01k2", read=True, edit=True),
        },
    ),
}


def seen(*rows: Any) -> dict[str, Described]:
    return {"account": described({"name": "Account", "fields": [*rows]})}


def actions(fields: list[OwnField], setup: Setup) -> list[tuple[str, str]]:
    return [(change.action, change.target) for change in plan(fields, setup).changes]


def test_in_an_empty_org_everything_is_made_in_order() -> None:
    assert actions([SCORE, PULSE], Setup(seen(), {})) == [
        ("create_group", "csbridge"),
        ("create_field", "Account.CSB_Health_Score__c"),
        ("create_field", "Account.CSB_Pulse__c"),
        ("grant", "Account.CSB_Health_Score__c"),
        ("grant", "Account.CSB_Pulse__c"),
        ("assign", "csbridge"),
    ]


def test_where_all_is_there_and_open_nothing_is_planned() -> None:
    objects = seen(*own_rows([field.name for field in OWN]))
    assert plan(OWN, Setup(objects, {})).changes == ()


def test_a_push_asks_for_nothing_that_is_the_readers_affair() -> None:
    """An org without ``csbridge_user``: provisioning would make it, writing does not wait for it."""
    names = [field.name for field in OWN]
    everything_open, closed = Setup(seen(*own_rows(names)), {}, sets={}), Setup(seen(), {}, sets={})
    assert plan(OWN, everything_open).changes
    assert missing(OWN, everything_open).changes == ()
    assert {change.field for change in missing(OWN, closed).changes} == set(names)


def test_the_pulse_need_not_be_editable() -> None:
    objects = seen(*own_rows(["health_score", "pulse"], updateable=False))
    done = Setup(objects, {}, sets=GRANTED, user="005")
    assert actions([SCORE, PULSE], done) == [("grant", "Account.CSB_Health_Score__c")]


def test_a_hidden_field_is_granted_and_not_made_again() -> None:
    metadata = {"type": "Number", "precision": 4, "scale": 1}
    known = CustomField("00N1", from_metadata("CSB_Health_Score__c", metadata), metadata)
    hidden = Setup(seen(), {"Account.CSB_Health_Score__c": known}, sets=GRANTED, user="another")
    assert actions([SCORE], hidden) == [("grant", "Account.CSB_Health_Score__c"), ("assign", "csbridge")]


def test_people_get_a_set_of_their_own_which_reads_all_and_edits_the_pulse() -> None:
    objects = seen(*own_rows(["health_score", "pulse"]))
    made = plan([SCORE, PULSE], Setup(objects, {}, sets={}, user="005")).changes
    assert [(change.action, change.target, change.detail) for change in made[1:]] == [
        ("grant", "Account.CSB_Health_Score__c", "read, by csbridge_user"),
        ("grant", "Account.CSB_Pulse__c", "read and edit, by csbridge_user"),
    ]
    assert (made[0].action, made[0].target) == ("create_group", "csbridge_user")
    assert not [change for change in made if change.action == "assign"], "to nobody, until an admin does"
    assert plan([SCORE, PULSE], Setup(objects, {}, sets=GRANTED, user="005")).changes == ()


def test_what_is_mapped_and_hidden_is_granted_to_the_user_of_the_connection() -> None:
    hidden = Hidden(("Invoice__c",), ("Account.ARR__c",))
    facts = Setup(seen(*own_rows(["health_score"])), {}, sets=GRANTED, user="005", mapped=hidden)
    assert [(change.target, change.detail) for change in plan([SCORE], facts).changes] == [
        ("Invoice__c", "read, by csbridge"), ("Account.ARR__c", "read, by csbridge"),
    ]  # fmt: skip


def test_what_the_login_lacks_is_told_where_something_is_to_do() -> None:
    assert plan([SCORE], Setup(seen(), {}, lacking=("Customize Application",))).lacking == ("Customize Application",)
    there = Setup(seen(*own_rows(["health_score"])), {}, lacking=("Customize Application",))
    assert plan([SCORE], there).lacking == ()


def test_options_are_added_where_some_are_missing() -> None:
    objects = seen(*own_rows(["risk_flags"]))
    (change,) = plan([replace(FLAGS, options=("silent", "renewal_near"))], Setup(objects, {})).changes
    assert (change.action, change.options, change.blocked) == ("add_options", ("renewal_near",), "")
    shared = Setup(objects, {}, shared=frozenset(["Account.CSB_Risk_Flags__c"]))
    (change,) = plan([replace(FLAGS, options=("renewal_near",))], shared).changes
    assert "value set of the org" in change.blocked


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"type": "string"}, "is a string field"),
        ({"scale": 0}, "holds 4 digits, 0 of them decimals"),
        ({"precision": 3, "scale": 1}, "holds 3 digits"),
    ],
)
def test_a_field_that_cannot_hold_ours_blocks_the_plan(changes: dict[str, Any], why: str) -> None:
    made = plan([SCORE], Setup(seen(*own_rows(["health_score"], **changes)), {}))
    (change,) = made.blocked
    assert why in change.blocked


LENT = replace(SCORE, to="Existing_Score__c")
ROOMY = {"name": "Existing_Score__c", "type": "double", "precision": 18, "scale": 2, "updateable": True}


@pytest.mark.parametrize(
    ("own", "row", "filled", "why"),
    [
        (LENT, None, False, "absent or hidden"),
        (LENT, {**ROOMY, "type": "date"}, False, "is a date field"),
        (LENT, {**ROOMY, "updateable": False}, False, "may not edit"),
        (LENT, ROOMY, True, "adopt: true"),
        (replace(LENT, adopt=True), ROOMY, True, ""),
        (LENT, ROOMY, False, ""),
    ],
)
def test_a_field_of_the_admins_own_is_checked_and_never_changed(
    own: OwnField, row: dict[str, Any] | None, filled: bool, why: str
) -> None:
    facts = Setup(seen(*([row] if row else [])), {}, filled=frozenset(["Account.Existing_Score__c"] if filled else []))
    made = plan([own], facts)
    assert len(made.changes) == len(made.blocked) == (1 if why else 0)
    assert all(why in change.blocked for change in made.blocked)


def test_a_text_that_is_too_short_does_not_fit() -> None:
    reasons = next(field for field in OWN if field.type == "text")
    assert "holds 80 characters" in unfit(reasons, Field("X__c", "string", length=80))
    assert unfit(reasons, Field("X__c", "textarea", length=32768)) == ""


def test_a_pick_list_is_made_restricted_with_its_options() -> None:
    body = creation(BAND, "Account.CSB_Health_Band__c")
    assert body["FullName"] == "Account.CSB_Health_Band__c"
    assert body["Metadata"]["type"] == "Picklist"
    assert body["Metadata"]["valueSet"]["restricted"] is True
    values = body["Metadata"]["valueSet"]["valueSetDefinition"]["value"]
    assert [value["fullName"] for value in values] == ["green", "yellow", "red", "unknown"]


def test_options_are_added_behind_those_that_are_there_and_closed_ones_reopened() -> None:
    there = [{"fullName": "silent", "default": True}, {"fullName": "old", "isActive": False}]
    metadata = {"label": "L", "valueSet": {"restricted": True, "valueSetDefinition": {"sorted": False, "value": there}}}
    grown = with_options(metadata, ("old", "new"))
    assert grown is not None
    assert grown["label"] == "L"
    assert grown["valueSet"]["valueSetDefinition"]["value"] == [
        {"fullName": "silent", "default": True},
        {"fullName": "old", "isActive": True},
        {"fullName": "new", "default": False, "label": "new"},
    ]
    assert with_options({"valueSet": {"valueSetName": "Shared"}}, ("new",)) is None


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    """One org for the module: each test brings fields of names of its own."""
    world = generate(3, 1, SandboxClock().now(), False)
    with running("salesforce", world=world, options={"admin": True}) as sandbox:
        yield sandbox


@contextmanager
def opened(sandbox: Sandbox, own: tuple[OwnField, ...], who: str = "") -> Iterator[SalesforceAdapter]:
    said = sandbox.announcement
    auth = {"client_id": said[f"{who}client_id"], "client_secret": said[f"{who}client_secret"]}
    settings = SalesforceConnection.model_validate(
        {
            "name": "sf",
            "crm": "salesforce",
            "login_url": sandbox.url,
            "auth": {"flow": "client_credentials", **auth},
            "map": {"account": {"fields": {"arr": "ARR__c"}}},
        }
    )
    adapter = open_adapter(settings, context(own=own))
    assert isinstance(adapter, SalesforceAdapter)
    with closing(adapter):
        yield adapter


def test_a_whole_provisioning_and_again(box: Sandbox) -> None:
    own = tuple(replace(field, name=f"whole_{field.name}") for field in OWN)
    with opened(box, own) as org:
        wanted = org.plan(own)
        org.provision(wanted, own)
        assert org.plan(own).changes == ()
        org.provision(wanted, own)
        assert org.plan(own).changes == ()


def test_what_a_push_must_know_is_one_call(box: Sandbox) -> None:
    own = (OwnField("foreseen", "Foreseen", "number", precision=4, scale=1),)
    with opened(box, own) as org:
        assert [change.action for change in org.missing(own).changes] == ["create_field", "grant"]
        org.provision(org.plan(own), own)
        before = sum(org.calls.made.values())
        assert org.missing(own).changes == ()
        assert sum(org.calls.made.values()) == before + 1


def test_a_field_of_the_wrong_type_there_already_stops_everything(box: Sandbox) -> None:
    mine = OwnField("stubborn", "Stubborn", "text", length=100)
    with opened(box, (mine,)) as org:
        org.provision(org.plan([mine]), [mine])
        changed = [replace(mine, type="number")]
        wanted = org.plan(changed)
        assert "is a string field" in wanted.blocked[0].blocked
        with pytest.raises(Refused, match="CSB_Stubborn__c is a string field"):
            org.provision(wanted, changed)


def test_a_field_of_the_admins_own_is_taken_when_it_is_blank_everywhere(box: Sandbox) -> None:
    lent = OwnField("existing", "Existing", "number", precision=4, scale=1)
    borrowed = replace(lent, name="health_score", to="CSB_Existing__c")
    with opened(box, (lent,)) as org:
        org.provision(org.plan([lent]), [lent])
        assert org.plan([borrowed]).changes == ()
        account = next(item for page in org.pull("account", None) for item in page.items)
        box.vendor.edit(Edit("Account", account.ref.id, {"CSB_Existing__c": 12.5}))
        assert "adopt: true" in org.plan([borrowed]).blocked[0].blocked
        assert org.plan([replace(borrowed, adopt=True)]).changes == ()


def test_what_we_wrote_ourselves_into_a_lent_field_blocks_no_later_plan(box: Sandbox) -> None:
    mark = next(field for field in OWN if field.name == "scored_at")
    lent = OwnField("lent", "Lent", "number", precision=4, scale=1)
    own = (replace(lent, name="health_score", to="CSB_Lent__c"), mark)
    with opened(box, (lent, mark)) as org:
        org.provision(org.plan([lent, mark]), [lent, mark])
    with opened(box, own) as org:
        ours, theirs = [item.ref for page in org.pull("account", None) for item in page.items][:2]
        at = datetime(2026, 5, 1, 7, tzinfo=UTC)
        (outcome,) = org.write([Patch(ours, {"health_score": 71.5, "scored_at": at})])
        assert outcome.status == "written"
        assert org.plan(own).changes == ()
        late = (replace(own[0], lent_late=True), mark)
        assert "adopt: true" in org.plan(late).blocked[0].blocked, "we marked the record before, and not by this field"
        assert "adopt: true" in org.plan(own[:1]).blocked[0].blocked, "without our mark nobody knows whose it is"
        box.vendor.edit(Edit("Account", theirs.id, {"CSB_Lent__c": 12.5}))
        assert "adopt: true" in org.plan(own).blocked[0].blocked


def test_without_the_right_the_right_is_named() -> None:
    world = generate(1, 1, SandboxClock().now(), False)
    with running("salesforce", world=world, options={"admin": False}) as sandbox, opened(sandbox, OWN) as org:
        wanted = org.plan(OWN)
        assert wanted.changes
        with pytest.raises(Unauthorized, match="needs the right 'Manage Profiles and Permission Sets'"):
            org.provision(wanted, OWN)


def test_an_administrator_of_another_org_is_turned_away(box: Sandbox) -> None:
    with opened(box, OWN) as org:
        own = org._client
        lent = Provisioning(own, {"account": "Account"}, {}, lambda one: ("00D1" if one is own else "00D2", "005"),
                            Patience())  # fmt: skip
        with opened(box, OWN, "admin_") as another:
            lent.hands = another._client
            with pytest.raises(Unauthorized, match="login is of org 00D2, and this connection is of org 00D1"):
                lent.plan(OWN)


@contextmanager
def org_of(own: tuple[OwnField, ...], who: str = "", **options: Any) -> Iterator[tuple[Sandbox, SalesforceAdapter]]:
    world = generate(1, 1, SandboxClock().now(), False)
    with running("salesforce", world=world, options=options) as sandbox, opened(sandbox, own, who) as org:
        yield sandbox, org


def test_a_name_that_a_deleted_field_keeps_is_told(box: Sandbox) -> None:
    with org_of((SCORE,), reserve_deleted=True) as (_, org):
        org.provision(org.plan([SCORE]), [SCORE])
        assert org.unprovision(org.undoing([SCORE])) == []
        with pytest.raises(Refused, match="deleted in the last 15 days"):
            org.provision(org.plan([SCORE]), [SCORE])


def test_one_field_that_is_refused_stops_no_other_and_the_vendors_code_is_told() -> None:
    with org_of(OWN) as (sandbox, org):
        setup = sandbox.vendor.desk.org  # type: ignore[attr-defined]
        setup.setup.custom_fields = sum(field.custom for field in setup.type("Account").fields()) + 2
        with pytest.raises(Refused, match="CSB_Risk_Flags__c") as caught:
            org.provision(org.plan(OWN), OWN)
        assert caught.value.code == "LIMIT_EXCEEDED"
        made = [change.field for change in org.undoing(OWN).changes if change.action == "delete_field"]
        assert made == ["health_score", "health_band"]
        assert org.plan([SCORE, BAND]).changes == (), "with the rights to them"


def test_a_field_that_other_metadata_refers_to_stays_with_its_rights() -> None:
    with org_of((SCORE, BAND), referenced="Account.CSB_Health_Score__c") as (_, org):
        org.provision(org.plan([SCORE, BAND]), [SCORE, BAND])
        refused = org.unprovision(org.undoing([SCORE, BAND]))
        assert refused[0].target == "Account.CSB_Health_Score__c"
        assert "DEPENDENCY_EXISTS" in refused[0].blocked
        assert {change.action for change in refused[1:]} == {"unassign", "delete_group"}
        assert org.plan([SCORE]).changes == ()


def test_an_inactive_option_is_made_active_again() -> None:
    with org_of((BAND,)) as (sandbox, org):
        org.provision(org.plan([BAND]), [BAND])
        setup = sandbox.vendor.desk.org  # type: ignore[attr-defined]
        kind = setup.type("Account")
        field = kind.field("CSB_Health_Band__c")
        (row,) = (r for r in setup.tables["CustomField"].rows.values() if r["FullName"] == "Account.CSB_Health_Band__c")
        row["Metadata"]["valueSet"]["valueSetDefinition"]["value"][0]["isActive"] = False
        kind.put(replace(field, options=(replace(field.options[0], active=False), *field.options[1:])))
        (change,) = org.plan([BAND]).changes
        assert (change.action, change.options) == ("add_options", ("green",))
        org.provision(org.plan([BAND]), [BAND])
        assert org.plan([BAND]).changes == ()
        assert len(kind.field("CSB_Health_Band__c").options) == 4


def test_a_mapped_field_that_is_hidden_is_granted_by_an_administrator() -> None:
    with org_of((SCORE,), admin=False) as (sandbox, org):
        sandbox.vendor.edit(Edit("CustomField", "Account.ARR__c", {"hidden": True}))
        assert "Account.ARR__c" in [change.target for change in org.plan([SCORE]).changes]
        with opened(sandbox, (SCORE,), "admin_") as lent:
            org._provisioning.hands = lent._client
            org.provision(org.plan([SCORE]), [SCORE])
        assert "arr" not in org.check().missing.get("account", ())


def test_the_rights_to_all_fields_take_one_call_for_each_set() -> None:
    with org_of(OWN) as (sandbox, org):
        org.provision(org.plan(OWN), OWN)
        made = [write for write in sandbox.instruments.journal.writes() if write.object == "FieldPermissions"]
        assert len(made) == 2 * len(OWN)
        assert org.calls.made["provision"] < 2 * len(OWN) + 40


def test_a_field_of_persons_lands_on_contacts() -> None:
    link = OwnField("survey_link_nps", "Survey: NPS", "url", on="person")
    with org_of((SCORE, link)) as (_, org):
        org.provision(org.plan([SCORE, link]), [SCORE, link])
        assert org.plan([SCORE, link]).changes == ()
        targets = [change.target for change in org.undoing([SCORE, link]).changes]
        assert targets[:2] == ["Account.CSB_Health_Score__c", "Contact.CSB_Survey_Link_Nps__c"]
        paths = org.export([SCORE, link])
        assert "force-app/main/default/objects/Contact/fields/CSB_Survey_Link_Nps__c.field-meta.xml" in paths
        assert org.unprovision(org.undoing([SCORE, link])) == []


def test_what_setup_takes_is_not_exceeded() -> None:
    long = replace(SCORE, label="L" * 60, description="d" * 1200)
    metadata = creation(long, "Account.CSB_Health_Score__c")["Metadata"]
    assert [len(metadata[name]) for name in ("label", "description", "inlineHelpText")] == [40, 1000, 510]


def test_a_right_that_is_refused_leaves_the_other_rights_and_the_assignment() -> None:
    with org_of((SCORE,)) as (_, org):
        wanted = org.plan([SCORE])
        odd = Change("grant", "", "Account.Absent__c", group="csbridge")
        with pytest.raises(Refused, match="Absent__c"):
            org.provision(replace(wanted, changes=(odd, *wanted.changes)), [SCORE])
        assert org.plan([SCORE]).changes == ()
