"""What makes an org tell of changes: which of them, to where, as whom, and never with a secret in a file."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from fake_salesforce import connection, context
from hypothesis import given
from hypothesis import strategies as st

from adapters.registry import open_adapter
from adapters.salesforce.watching import LONGEST, watch
from config.fields import OwnField

NS = "{http://soap.sforce.com/2006/04/metadata}"
ROOT = "force-app/main/default"
OWN = (
    OwnField("health_score", "CS Health Score", "number", scale=1),
    OwnField("pulse", "CS Pulse", "picklist", options=("green",), written=False),
)
JWT = {"flow": "jwt_bearer", "client_id": "k", "username": "csbridge@example.com", "private_key": "not-read"}


def exported(public_url: str | None = "https://cs.example.com", **settings: Any) -> Mapping[str, str]:
    opened = open_adapter(connection(**settings), replace(context(), own=OWN, public_url=public_url))
    return opened.export(OWN)


def parsed(files: Mapping[str, str], path: str) -> ET.Element:
    return ET.fromstring(files[f"{ROOT}/{path}"].encode())


def texts(root: ET.Element, path: str) -> list[str]:
    return [element.text or "" for element in root.iterfind("/".join(f"{NS}{name}" for name in path.split("/")))]


def test_without_an_address_nothing_is_told_and_nothing_written_for_it() -> None:
    files = exported(None)
    assert not [path for path in files if "flows/" in path or "workflows/" in path or "customPermissions/" in path]
    assert "replacements" not in json.loads(files["sfdx-project.json"])
    assert "customPermissions" not in files[f"{ROOT}/permissionsets/csbridge.permissionset-meta.xml"]


def test_each_object_that_is_read_has_a_flow_that_sends_its_message() -> None:
    files = exported()
    objects = {"Account", "Case", "Contact", "Contract", "Event", "Opportunity", "Task", "User"}
    assert {path for path in files if path.endswith(".flow-meta.xml")} == {
        f"{ROOT}/flows/CSB_{name}_Changed.flow-meta.xml" for name in objects
    }
    for name in objects:
        flow = parsed(files, f"flows/CSB_{name}_Changed.flow-meta.xml")
        assert flow.tag == f"{NS}Flow"
        assert texts(flow, "start/object") == [name]
        assert texts(flow, "start/triggerType") == ["RecordAfterSave"]
        assert texts(flow, "start/recordTriggerType") == ["CreateAndUpdate"]
        assert texts(flow, "start/connector/targetReference") == texts(flow, "actionCalls/name")
        assert texts(flow, "actionCalls/actionType") == ["outboundMessage"]
        (workflow, sent), [called] = message(files, name), texts(flow, "actionCalls/actionName")
        assert called == f"{name}.{sent['fullName']}"
        assert [child.tag for child in workflow] == [f"{NS}outboundMessages"], "nothing else of the object's workflow"


def message(files: Mapping[str, str], name: str) -> tuple[ET.Element, dict[str, str]]:
    root = parsed(files, f"workflows/{name}.workflow-meta.xml")
    return root, {child.tag.removeprefix(NS): child.text or "" for child in root[0]}


def test_the_message_holds_an_id_and_a_stamp_and_no_session() -> None:
    root, sent = message(exported(), "Account")
    assert texts(root, "outboundMessages/fields") == ["Id", "SystemModstamp"]
    assert sent["includeSessionId"] == "false"
    assert sent["endpointUrl"] == "https://cs.example.com/webhooks/sf/CSBRIDGE_WEBHOOK_SECRET"
    assert sent["apiVersion"] == "60.0"


def test_no_file_holds_a_secret_and_the_deployment_puts_it_in() -> None:
    files = exported(webhook_secret="very-secret-hook", auth={**JWT, "private_key": "very-secret-key"})
    assert not [path for path, text in files.items() if "very-secret" in text]
    (put_in,) = json.loads(files["sfdx-project.json"])["replacements"]
    assert put_in["stringToReplace"] == put_in["replaceWithEnv"] == "CSBRIDGE_WEBHOOK_SECRET"
    assert "CSBRIDGE_WEBHOOK_SECRET" in files["README.md"]
    folder, _, kind = str(put_in["glob"]).partition("*")
    holders = [path for path in files if path.startswith(folder) and path.endswith(kind)]
    assert holders
    assert all("CSBRIDGE_WEBHOOK_SECRET" in files[path] for path in holders)


def test_the_message_is_sent_as_the_integration_user_where_the_settings_name_it() -> None:
    assert message(exported(auth=JWT), "Account")[1]["integrationUser"] == "csbridge@example.com"
    files = exported(auth={"flow": "client_credentials", "client_id": "k", "client_secret": "s"})
    assert message(files, "Account")[1]["integrationUser"] == "CSBRIDGE_INTEGRATION_USER"
    names = [one["replaceWithEnv"] for one in json.loads(files["sfdx-project.json"])["replacements"]]
    assert names == ["CSBRIDGE_WEBHOOK_SECRET", "CSBRIDGE_INTEGRATION_USER"]
    assert "`CSBRIDGE_INTEGRATION_USER`" in files["README.md"]


def test_only_the_integration_user_has_the_permission_that_keeps_its_writes_to_itself() -> None:
    files = exported()
    [permission] = [path for path in files if path.endswith("customPermission-meta.xml")]
    name = permission.rpartition("/")[2].partition(".")[0]
    daily = parsed(files, "permissionsets/csbridge.permissionset-meta.xml")
    assert texts(daily, "customPermissions/name") == [name]
    assert texts(daily, "customPermissions/enabled") == ["true"]
    assert name not in files[f"{ROOT}/permissionsets/csbridge_user.permissionset-meta.xml"]
    for path in (path for path in files if path.endswith(".flow-meta.xml")):
        [condition] = texts(ET.fromstring(files[path].encode()), "start/filterFormula")
        assert re.fullmatch(rf"(AND\()?NOT\({{!\$Permission\.{name}}}\).*", condition)


def watched(files: Mapping[str, str], name: str) -> set[str]:
    [condition] = texts(parsed(files, f"flows/CSB_{name}_Changed.flow-meta.xml"), "start/filterFormula")
    assert condition.count("(") == condition.count(")")
    assert ("ISNEW()" in condition) == ("ISCHANGED(" in condition), "a new record has changed nothing"
    return set(re.findall(r"ISCHANGED\({!\$Record\.(\w+)}\)", condition))


def test_what_is_mapped_is_watched_and_what_csbridge_writes_is_not() -> None:
    files = exported(map={"account": {"fields": {"arr": "ARR__c", "owner": "", "tier": "Parent.Tier__c"}}})
    account = watched(files, "Account")
    assert {"Name", "Website", "ARR__c", "BillingCountry", "CSB_Pulse__c"} <= account
    assert not {"CSB_Health_Score__c", "OwnerId", "Parent.Tier__c", "Tier__c", "CurrencyIsoCode"} & account
    assert watched(files, "Opportunity") == {"AccountId", "Amount", "CloseDate", "StageName", "Type"}
    assert watched(files, "User") == {"Email", "FirstName", "IsActive", "LastName"}
    assert watched(files, "Task") == set(), "every change counts"


INVOICE = {"object": "Invoice__c", "fields": {"account": "Account__c", "due_on": "Due__c", "owner": "OwnerId"}}


def test_an_object_of_the_admins_own_is_told_of_and_the_read_me_says_what_is_not_watched() -> None:
    files = exported(map={"invoice": INVOICE, "usage": {"object": "Daily_Use__c", "fields": {"day": "Day__c"}}})
    assert watched(files, "Invoice_c") == {"Account__c", "Due__c"}
    assert message(files, "Invoice__c")[1]["fullName"] == "CSB_Changed"
    assert "`Invoice__c.OwnerId`: a queue may be the owner" in files["README.md"]
    assert not [path for path in files if "Daily_Use" in path and "flow" in path], "daily usage is polled"
    assert "Deletions, merges and restored records are told by no such flow: the poll finds them." in files["README.md"]


def test_the_manifest_names_what_is_there_and_of_workflows_the_message_alone() -> None:
    root = ET.fromstring(exported()["package.xml"].encode())
    members = {texts(kind, "name")[0]: texts(kind, "members") for kind in root.iterfind(f"{NS}types")}
    assert members["CustomPermission"] == ["CSB_Integration"]
    assert "CSB_Account_Changed" in members["Flow"]
    assert "Account.CSB_Changed" in members["WorkflowOutboundMessage"]
    assert "Workflow" not in members


@given(st.sets(st.from_regex(r"[A-Z][a-z]{0,30}__c", fullmatch=True), max_size=200))
def test_a_condition_never_outgrows_what_a_formula_takes(fields: set[str]) -> None:
    found = watch("Account", fields)
    assert len(found.condition) <= LONGEST
    assert set(found.fields) in (fields, set())


@pytest.mark.parametrize("name", ["OwnerId", "WhoId", "WhatId", "CurrencyIsoCode", "MailingAddress"])
def test_what_no_formula_can_name_is_left_out_and_told(name: str) -> None:
    found = watch("Case", [name, "Status", "SystemModstamp", "CreatedDate", "Id"])
    assert (found.fields, list(found.left_out)) == (("Status",), [name])
