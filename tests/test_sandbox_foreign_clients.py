"""Other people's clients against the sandbox CRMs, so that these cannot be right for our own requests only.

Needs node, and the packages of ``tests/foreign`` (``npm install --prefix tests/foreign``): left out where they are not.
"""

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from adapters.sandbox.clock import SandboxClock
from adapters.sandbox.generator import generate
from adapters.sandbox.serve import running
from adapters.sandbox.world import World

FOREIGN = Path(__file__).parent / "foreign"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("node") is None or not (FOREIGN / "node_modules").is_dir(),
        reason="node, or the packages of tests/foreign, are not installed",
    ),
]


@cache
def world() -> World:
    return generate(120, 1, SandboxClock().now(), True)


def run(script: str, said: Any) -> dict[str, Any]:
    """What a script saw of a sandbox; its own words where it failed."""
    command = ["node", str(FOREIGN / script), json.dumps(dict(said))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def test_jsforce_finds_an_org() -> None:
    with running("salesforce", world=world()) as box:
        now = box.instruments.clock.now().isoformat()
        seen = run("jsforce.mjs", {**box.announcement, "url": box.url, "now": now})
    assert {"Account", "Contact", "Task"} <= set(seen.pop("objects"))
    assert seen.pop("versions") >= 1
    assert seen.pop("fields") > 20
    assert seen == {
        "identity": box.announcement["org_id"],
        "accounts": 120,
        "total": 120,
        "found": 3,
        "retrieved": True,
        "updated": [True] * 3,
        "read_back": "by jsforce",
        "made": True,
        "gone": True,
        "deleted": True,
        "scan_all": [True],
        "refused": "INVALID_FIELD",
        "bulk_rows": 120,
        "bulk_updated": [3, 0],
        "limits": True,
        "usage": True,
    }


def test_hubspots_node_client_finds_a_portal() -> None:
    with running("hubspot", world=world(), options={"search_limit": 0, "rate_limit": 0}) as box:
        seen = run("hubspot.mjs", {**box.announcement, "url": box.url})
    assert seen.pop("owners") > 0
    assert seen.pop("pipelines") > 0
    assert seen.pop("properties") > 10
    assert seen == {
        "companies": 120,
        "found": 3,
        "read": ["COMPLETE", 3, True],
        "updated": ["COMPLETE", 3],
        "read_back": "by the Node client",
        "linked": True,
        "property": "foreign_number",
        "refused": [400, "VALIDATION_ERROR"],
        "archived": True,
    }
