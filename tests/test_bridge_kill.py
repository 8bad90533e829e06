"""Kill -9 at the worst moments, then run again: the CRMs' own fields end as after an undisturbed run."""

import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from two_crms import OWN, TwoCrms, two_crms

pytestmark = pytest.mark.slow

POINTS = (
    "before the send",
    "applied but not answered",
    "answered but not committed",
    "between page and cursor",
    "between decision and desired",
)


def killed(crms: TwoCrms, point: str) -> None:
    script = str(Path(__file__).with_name("killed_run.py"))
    command = [sys.executable, script, point, crms.config]
    ended = subprocess.run(command, env=dict(crms.environ), capture_output=True, text=True, check=False, timeout=100)
    assert ended.returncode == -signal.SIGKILL, ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[str, str], Mapping[str, Any]]:
    """What own fields hold after one run that nothing disturbed."""
    with two_crms(tmp_path_factory.mktemp("undisturbed")) as crms:
        crms.done("provision", "--apply")
        crms.done("run")
        return crms.held()


@pytest.mark.parametrize("point", POINTS)
def test_after_a_kill_the_fields_end_as_if_nothing_had_happened(
    point: str, undisturbed: Mapping[tuple[str, str], Mapping[str, Any]], tmp_path: Path
) -> None:
    with two_crms(tmp_path) as crms:
        crms.done("provision", "--apply")
        killed(crms, point)
        crms.done("run")
        assert crms.held() == undisturbed
        before = {name: len(crms.writes(name)) for name in crms.crms}
        crms.done("run")
        assert {name: len(crms.writes(name)) for name in crms.crms} == before, "a quiet run wrote again"
        for name in crms.crms:
            strange = {key for write in crms.writes(name) for key in write["fields"] if not key.startswith(OWN[name])}
            assert not strange, "something else than an own field was written"


def test_an_edit_by_a_user_after_a_lost_answer_ends_right(tmp_path: Path) -> None:
    with two_crms(tmp_path) as crms:
        crms.done("provision", "--apply")
        killed(crms, "applied but not answered")
        name = "sf" if crms.writes("sf") else "hs"
        edited = crms.writes(name)[0]
        key = next(key for key in edited["fields"] if key.lower().startswith("csb_next_action"))
        wanted = edited["fields"][key]
        fields = {key: "something a person typed"}
        crms.asked(name, "edit", {"object": edited["object"], "id": edited["id"], "fields": fields, "notify": False})
        crms.done("run")
        assert crms.held()[name, edited["id"]][key] == wanted
