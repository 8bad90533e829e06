"""``csbridge run`` when a part of it fails: the other parts are done, and the failure is named."""

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import fake_crm
import pytest
from click.testing import CliRunner, Result
from fake_crm import FakeCrm
from worlds import START

from adapters import registry
from adapters.errors import QuotaSpent, Unauthorized
from bridge.cli.main import main
from bridge.clock import MovableClock

CONFIG = """\
connections:
  - {name: hs, crm: hubspot, auth: {flow: private_app, token: t}}
  - name: sf
    crm: salesforce
    login_url: https://acme.my.salesforce.com
    auth: {flow: client_credentials, client_id: id, client_secret: secret}
"""


@dataclass
class TwoOrgs:
    """A workspace folder with two connections; ``hs`` comes first in every round."""

    folder: Path
    hs: FakeCrm
    sf: FakeCrm

    def run(self, *words: str) -> Result:
        """A command, half an hour after the one before."""
        for crm in (self.hs, self.sf):
            crm.clock.set(self.sf.clock.now() if crm is self.hs else crm.clock.move(timedelta(minutes=30)))
        now = {"CSBRIDGE_CLOCK": self.sf.clock.now().isoformat()}
        return CliRunner(env=now).invoke(main, ["-c", str(self.folder / "csbridge.yml"), *words])

    def data(self, *words: str, code: int = 0) -> Any:
        result = self.run(*words, "--json")
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    def configure(self, more: str) -> None:
        (self.folder / "csbridge.yml").write_text(CONFIG + more, "utf-8")


@pytest.fixture
def orgs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, _empty_sqlite: Path) -> TwoOrgs:
    (tmp_path / "csbridge.db").write_bytes(_empty_sqlite.read_bytes())
    clock = MovableClock(START)
    found = TwoOrgs(tmp_path, FakeCrm(clock, connection="hs", org_id="org-hs"), FakeCrm(clock))
    found.configure("")
    for crm in (found.hs, found.sf):
        monkeypatch.setitem(fake_crm.ORGS, crm.connection, crm)
        crm.put("account", "1", name=f"{crm.connection} One", status="customer")
    for name in ("hubspot", "salesforce"):
        monkeypatch.setitem(registry.ADAPTERS, name, "fake_crm:open_connection")  # type: ignore[arg-type]
    found.data("provision", "--apply")
    return found


def shut(crm: FakeCrm, error: Exception | None = None) -> None:
    """Whatever is asked of this org fails."""
    error = error or Unauthorized("the token was revoked", connection=crm.connection, status=401)
    for verb in ("identify", "write", "plan"):
        crm.fail(verb, *[error] * 9)


@pytest.mark.parametrize("away", ["hs", "sf"])
def test_a_connection_without_rights_keeps_the_other_from_nothing(orgs: TwoOrgs, away: str) -> None:
    shut_out, other = (orgs.hs, orgs.sf) if away == "hs" else (orgs.sf, orgs.hs)
    shut(shut_out)
    data = orgs.data("run", code=3)
    assert list(data["sync"]["failures"]) == [away]
    failure = data["sync"]["failures"][away]
    assert (failure["family"], failure["connection"], failure["exit"]) == ("Unauthorized", away, 3)
    assert "the token was revoked" in failure["message"]
    assert list(data["sync"]["connections"]) == [other.connection]
    assert (data["score"]["customers"], data["push"]["connections"][other.connection]["written"]) == (1, 1)
    assert other.own["1"]["health_band"]
    assert shut_out.writes == []


def test_what_failed_is_said_in_words(orgs: TwoOrgs) -> None:
    shut(orgs.hs)
    ended = orgs.run("run")
    assert ended.exit_code == 3
    assert "failed: hs: [hs] the token was revoked" in ended.stdout
    assert "sf: 1 accounts read, 1 changed" in ended.stdout
    assert "1 customer scored" in ended.stdout
    assert "sf: 1 record written" in ended.stdout


def test_a_connection_that_loses_its_rights_between_two_runs(orgs: TwoOrgs) -> None:
    """It was read before, so that there is something to write to it, too."""
    orgs.data("run")
    for crm in (orgs.hs, orgs.sf):
        crm.writes.clear()
        crm.put("response", "r", account="1", survey="nps", score=1.0, at=crm.clock.now())
    shut(orgs.hs)
    data = orgs.data("run", code=3)
    assert list(data["sync"]["failures"]) == ["hs"]
    assert data["push"]["connections"]["sf"]["written"] == 1
    assert orgs.sf.own["1"]["risk_flags"] == ("detractor",)
    orgs.hs.failing.clear()
    assert orgs.data("run")["push"]["connections"]["hs"]["written"] == 1
    assert orgs.hs.own["1"]["risk_flags"] == ("detractor",)


def test_a_push_that_fails_is_named_and_the_other_is_done(orgs: TwoOrgs) -> None:
    orgs.hs.fail("write", Unauthorized("may not edit", connection="hs", status=401))
    data = orgs.data("run", code=3)
    assert data["sync"]["failures"] == {}
    assert data["push"]["failures"]["hs"]["message"] == "[hs] may not edit (HTTP 401)"
    assert data["push"]["connections"]["sf"]["written"] == 1


@pytest.mark.parametrize("rehearsal", [False, True])
def test_what_a_person_must_mend_is_graver_than_a_spent_quota(orgs: TwoOrgs, rehearsal: bool) -> None:
    orgs.configure("write: {dry_run: true}\n" if rehearsal else "")
    shut(orgs.hs, QuotaSpent("spent", connection="hs"))
    assert list(orgs.data("run", code=4)["sync"]["failures"]) == ["hs"]
    orgs.hs.failing.clear()
    shut(orgs.hs, QuotaSpent("spent", connection="hs"))
    shut(orgs.sf)
    assert sorted(orgs.data("run", code=3)["sync"]["failures"]) == ["hs", "sf"]


def test_a_missing_usage_file_ends_with_2_and_all_else_is_done(orgs: TwoOrgs) -> None:
    orgs.configure("usage: [{file: missing.csv, account_key: sf.id}, {file: there.csv, account_key: sf.id}]\n")
    (orgs.folder / "there.csv").write_text("account,person,feature,day,count\n1,p,login,2026-03-01,3\n", "utf-8")
    data = orgs.data("run", code=2)
    ((what, failure),) = data["sync"]["failures"].items()
    assert what.endswith("missing.csv")
    assert (failure["family"], failure["problems"][0]["where"]) == ("ConfigError", "usage[].file")
    assert [taken["rows"] for taken in data["sync"]["usage"]] == [1]
    assert data["score"]["customers"] == 2
    assert [data["push"]["connections"][name]["written"] for name in ("hs", "sf")] == [1, 1]
    words = orgs.run("run")
    assert words.exit_code == 2
    assert "missing.csv cannot be read" in words.stdout
