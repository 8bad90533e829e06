"""``provision`` on sandbox CRMs, from the command line: exported, by an administrator for once, and taken back."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import requests
from click.testing import CliRunner

from adapters.sandbox.clock import SandboxClock
from adapters.sandbox.generator import generate
from adapters.sandbox.serve import Sandbox, running
from bridge.cli.main import main

NS = "{http://soap.sforce.com/2006/04/metadata}"
KEY = "a passphrase long enough to be one"


@pytest.fixture(scope="module")
def daily() -> Iterator[Sandbox]:
    """An org whose integration user has no administrator's rights."""
    world = generate(3, 1, SandboxClock().now(), False)
    with running("salesforce", world=world, options={"admin": False}) as box:
        yield box


def configured(folder: Path, said: str) -> Callable[..., tuple[int, Any]]:
    (folder / "csbridge.yml").write_text(f"connections:\n{said}\nsecret_key: {KEY}\n", encoding="utf-8")

    def run(*words: str, **environ: str) -> tuple[int, Any]:
        arguments = ["-c", str(folder / "csbridge.yml"), "provision", *words, "--json"]
        result = CliRunner().invoke(main, arguments, env=environ)
        return result.exit_code, json.loads(result.stdout)

    return run


def salesforce(box: Sandbox, who: str = "") -> str:
    said = box.announcement
    auth = f"client_id: {said[who + 'client_id']}, client_secret: {said[who + 'client_secret']}"
    return f"  - {{name: sf, crm: salesforce, login_url: {box.url}, auth: {{flow: client_credentials, {auth}}}}}"


def admin_session(box: Sandbox) -> str:
    said = box.announcement
    form = {"grant_type": "client_credentials", "client_id": said["admin_client_id"],
            "client_secret": said["admin_client_secret"]}  # fmt: skip
    return str(requests.post(f"{box.url}/services/oauth2/token", data=form, timeout=5).json()["access_token"])


def test_an_administrator_creates_for_once_what_the_daily_login_may_not(tmp_path: Path, daily: Sandbox) -> None:
    run = configured(tmp_path, salesforce(daily))
    code, planned = run()
    assert code == 0
    assert planned["connections"]["sf"]["lacking"][0] == "Customize Application"
    code, told = run("--apply")
    assert (code, told["error"]["family"]) == (3, "Unauthorized")
    assert "--as-admin" in told["error"]["message"]
    assert "--export" in told["error"]["message"]
    code, done = run("--apply", "--as-admin", CSBRIDGE_ADMIN_TOKEN=admin_session(daily))
    assert (code, done["connections"]["sf"]["applied"]) == (0, True)
    assert run() == (
        0,
        {
            "connections": {"sf": {"applied": False, "changes": [], "lacking": [], "note": "", "refused": []}},
            "failures": {},
        },
    )
    tables = daily.vendor.desk.org.tables  # type: ignore[attr-defined]
    assigned = [row["AssigneeId"] for row in tables["PermissionSetAssignment"].rows.values()]
    assert assigned == [daily.vendor.apps["integration"].actor.user]  # type: ignore[attr-defined]

    code, shown = run("--undo")
    assert {change["action"] for change in shown["connections"]["sf"]["changes"]} == {
        "delete_field", "unassign", "delete_group",
    }  # fmt: skip
    code, told = run("--undo", "--apply")
    assert (code, "--undo --apply --as-admin" in told["error"]["message"]) == (3, True)
    code, gone = run("--undo", "--apply", "--as-admin", CSBRIDGE_ADMIN_TOKEN=admin_session(daily))
    assert (code, gone["connections"]["sf"]["refused"]) == (0, [])
    assert run("--undo")[1]["connections"]["sf"]["changes"] == []


def test_a_token_that_the_org_does_not_know_is_turned_away(tmp_path: Path, daily: Sandbox) -> None:
    run = configured(tmp_path, salesforce(daily))
    code, told = run("--apply", "--as-admin", CSBRIDGE_ADMIN_TOKEN="not a token of this org")
    assert (code, told["error"]["family"]) == (3, "Unauthorized")


def test_an_administrator_comes_by_browser_and_nothing_is_kept(tmp_path: Path, daily: Sandbox) -> None:
    """The sandbox takes whoever consents for the app's own user: the app here is the administrators'."""
    run = configured(tmp_path, salesforce(daily, "admin_"))
    code, asked = run("--as-admin", "--wait", "0")
    assert code == 0
    back = requests.get(asked["url"], allow_redirects=False, timeout=5).headers["Location"]
    code, done = run("--as-admin", "--apply", "--code", back)
    assert (code, done["connections"]["sf"]["applied"]) == (0, True)
    code, again = run("--as-admin", "--apply", "--code", back)
    assert (code, again["error"]["family"]) == (3, "Unauthorized")
    run("--undo", "--apply")


def test_an_export_is_source_that_an_admin_can_deploy(tmp_path: Path) -> None:
    """No CRM is there to be called."""
    auth = "{flow: client_credentials, client_id: k, client_secret: s}"
    run = configured(
        tmp_path, f"  - {{name: sf, crm: salesforce, login_url: 'http://127.0.0.1:9', auth: {auth}}}\n"
        "  - {name: hs, crm: hubspot, auth: {flow: private_app, token: t}}"
    )  # fmt: skip
    out = tmp_path / "out"
    code, done = run("--export", str(out))
    assert code == 0
    assert {"package.xml", "sfdx-project.json", "README.md", "hubspot/companies/properties.json"} <= set(done["files"])
    root = out / "force-app/main/default"
    score = ET.parse(root / "objects/Account/fields/CSB_Health_Score__c.field-meta.xml").getroot()
    assert (score.tag, score.findtext(f"{NS}fullName"), score.findtext(f"{NS}precision")) == (
        f"{NS}CustomField", "CSB_Health_Score__c", "4",
    )  # fmt: skip
    readers = ET.parse(root / "permissionsets/csbridge_user.permissionset-meta.xml").getroot()
    edited = [
        one.findtext(f"{NS}field")
        for one in readers.iter(f"{NS}fieldPermissions")
        if one.findtext(f"{NS}editable") == "true"
    ]
    assert edited == ["Account.CSB_Pulse_Reason__c", "Account.CSB_Pulse_Until__c", "Account.CSB_Pulse__c"]
    members = [one.text for one in ET.parse(out / "package.xml").getroot().iter(f"{NS}members")]
    assert {"Account.CSB_Health_Score__c", "Account.CSB_Red_Accounts", "csbridge", "csbridge_user"} <= set(members)
    before = {path: (out / path).read_bytes() for path in done["files"]}
    assert run("--export", str(out)) == (0, done), "once more: the same"
    assert {path: (out / path).read_bytes() for path in done["files"]} == before


def test_an_export_never_writes_over_an_admins_file(tmp_path: Path) -> None:
    run = configured(tmp_path, "  - {name: hs, crm: hubspot, auth: {flow: private_app, token: t}}")
    out = tmp_path / "out"
    run("--export", str(out))
    edited = out / "hubspot/companies/group.json"
    edited.write_text("mine")
    code, told = run("--export", str(out))
    assert code == 2
    assert str(edited) in told["error"]["message"]
    assert edited.read_text() == "mine"


def test_a_hubspot_app_is_helped_out_by_an_administrators_token(tmp_path: Path) -> None:
    with running("hubspot", accounts=1, history=False, options={"used_properties": "csb_nps"}) as box:
        token = box.announcement["token"]
        run = configured(
            tmp_path, f"  - {{name: hs, crm: hubspot, base_url: {box.url}, "
            f"auth: {{flow: private_app, token: {token}}}}}"
        )  # fmt: skip
        code, told = run("--apply", "--as-admin")
        assert (code, told["error"]["family"]) == (2, "ConfigError")
        assert "CSBRIDGE_ADMIN_TOKEN" in told["error"]["message"]
        assert run("--apply", "--as-admin", CSBRIDGE_ADMIN_TOKEN=token)[0] == 0
        code, gone = run("--undo", "--apply")
        assert code == 1, "a workflow uses one, and so the group stays"
        assert {one["target"] for one in gone["connections"]["hs"]["refused"]} == {"csb_nps", "csbridge"}
        left = run("--undo")[1]["connections"]["hs"]["changes"]
        assert [one["target"] for one in left] == ["csb_nps", "csbridge"]


def test_a_folder_needs_no_fields_and_keeps_its_results(tmp_path: Path) -> None:
    run = configured(tmp_path, "  - {name: sheet, crm: csv, folder: data}")
    (tmp_path / "data").mkdir()
    (tmp_path / "data/accounts.csv").write_text("id,name\n1,Acme\n")
    (tmp_path / "data/csb_scores.csv").write_text("id,name,health_score\n1,Acme,70\n")
    code, done = run("--undo", "--apply")
    assert (code, done["connections"]["sheet"]["changes"]) == (0, [])
    assert "csb_scores.csv stay" in done["connections"]["sheet"]["note"]
    assert (tmp_path / "data/csb_scores.csv").exists()
    assert run("--export", str(tmp_path / "out")) == (
        0, {"files": [], "folder": str(tmp_path / "out"), "removed": []}
    )  # fmt: skip


def test_a_crm_that_refuses_the_login_keeps_no_other_from_being_provisioned(tmp_path: Path, daily: Sandbox) -> None:
    refused = salesforce(daily).replace(daily.announcement["client_secret"], "wrong")
    (tmp_path / "data").mkdir()
    (tmp_path / "data/accounts.csv").write_text("id,name\n1,Acme\n")
    run = configured(tmp_path, f"{refused}\n  - {{name: sheet, crm: csv, folder: data}}")
    code, told = run("--apply")
    assert (code, told["failures"]["sf"]["family"]) == (3, "Unauthorized")
    assert list(told["connections"]) == ["sheet"]
