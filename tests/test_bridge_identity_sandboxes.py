"""A company that both sandbox CRMs know: one customer, one score in both, parts from both."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import sandbox_salesforce
from click.testing import CliRunner
from two_crms import TwoCrms

from adapters.sandbox.serve import running
from bridge.cli.main import main
from bridge.clock import ShiftedClock
from bridge.demo.setting import SECRET, SETTINGS

IDENTITY = "identity: {link: {sf: accountnumber, hs: hs_object_id}}\n"
FIRST = "10000000001"
"""The first company of the sandbox portal."""


@pytest.fixture
def both(tmp_path: Path) -> Iterator[TwoCrms]:
    """Three companies, the same in both CRMs."""
    world, clock = sandbox_salesforce.world(3), sandbox_salesforce.NOW
    with ExitStack() as stack:
        sf = stack.enter_context(running("salesforce", world=world, clock=clock))
        hs = stack.enter_context(running("hubspot", world=world, clock=clock, secret="s"))
        text = SETTINGS.partition("usage:")[0].format(port=1, salesforce=sf.url, hubspot=hs.url)
        (tmp_path / "csbridge.yml").write_text(text + IDENTITY, "utf-8")
        secrets = {
            "SF_CLIENT_ID": sf.announcement["client_id"],
            "SF_CLIENT_SECRET": sf.announcement["client_secret"],
            "SF_HOOK": SECRET,
            "HS_TOKEN": hs.announcement["token"],
            "HS_CLIENT_SECRET": "s",
        }
        yield TwoCrms(tmp_path, {"sf": sf, "hs": hs}, secrets, ShiftedClock(clock))


def told(both: TwoCrms, *arguments: str) -> Any:
    """The JSON of a command that ends well, in this process."""
    done = CliRunner().invoke(main, ["-c", both.config, *arguments, "--json"], env=dict(both.environ))
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def records_of(both: TwoCrms, account: str) -> dict[str, Any]:
    """Connection → the record's id, of the customer that an account is."""
    return dict(one["account"].split(":") for one in told(both, "explain", account)["records"])


def held(both: TwoCrms, name: str, id: str) -> dict[str, Any]:
    """Our fields in one record, by canonical name; a multi-select as a set."""
    return {
        key.lower().removeprefix("csb_").removesuffix("__c"): set(value.split(";")) if "flags" in key.lower() else value
        for key, value in both.held()[name, id].items()
    }


def edit(both: TwoCrms, name: str, **body: Any) -> str:
    return str(both.asked(name, "edit", {"notify": False, **body})["row"]["id" if name == "hs" else "Id"])


def test_a_company_known_to_both_has_one_score_in_both(both: TwoCrms) -> None:
    """Survey answers from HubSpot, the escalation from Salesforce."""
    told(both, "provision", "--apply")
    told(both, "run")
    assert told(both, "identity") == {"joined": 3, "ambiguous": []}
    twins = records_of(both, "c1.example.com")
    assert list(twins) == ["hs", "sf"]
    case = {"AccountId": twins["sf"], "Subject": "It fails", "Status": "New", "IsEscalated": True}
    edit(both, "sf", object="Case", fields=case)
    told(both, "run")
    there, here = held(both, "hs", twins["hs"]), held(both, "sf", twins["sf"])
    assert float(there["health_score"]) == here["health_score"]
    assert float(there["nps"]) == here["nps"] == 100
    assert "escalated_ticket" in there["risk_flags"] == here["risk_flags"]
    assert there["health_reasons"] == here["health_reasons"]


def test_doubtful_records_are_listed_until_the_link_field_tells(both: TwoCrms) -> None:
    told(both, "provision", "--apply")
    twin = edit(both, "sf", object="Account", fields={"Name": "Twin", "Website": "https://www.c1.example.com/de"})
    told(both, "run")
    (doubt,) = told(both, "identity")["ambiguous"]
    assert (doubt["by"], doubt["value"], len(doubt["accounts"])) == ("domain", "c1.example.com", 3)
    assert f"sf:{twin}" in [one["account"] for one in doubt["accounts"]]
    assert "a common id (hs_object_id in hs, accountnumber in sf)" in doubt["mend"]
    edit(both, "sf", object="Account", id=twin, fields={"AccountNumber": FIRST, "CS_Status__c": "Customer"})
    told(both, "run")
    assert records_of(both, twin) == {"hs": FIRST, "sf": twin}
    assert held(both, "sf", twin)["nps"] == float(held(both, "hs", FIRST)["nps"]) == 100
    edit(both, "sf", object="Account", id=twin, fields={"AccountNumber": None})
    told(both, "run")
    assert records_of(both, twin) == {"sf": twin}


def test_a_link_field_that_is_not_there_is_named_with_what_was_meant(both: TwoCrms) -> None:
    file = Path(both.config)
    file.write_text(file.read_text("utf-8").replace("accountnumber", "AcountNumber"), "utf-8")
    findings = [one for one in told(both, "doctor")["findings"] if "identity.link" in one["what"]]
    assert "Account has no field AcountNumber, or hides it (did you mean AccountNumber?)" in findings[0]["what"]
    assert findings[0]["level"] == "warning"
