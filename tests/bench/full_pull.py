"""A full pull of accounts and activities into the store, beside what people use instead (``peers``).

Every pull runs in a process of its own. Calls are those that the CRM counted.
"""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

import peers
from apart import Facts, Measured, answer, apart, timed
from crm import sandbox, stats, workspace
from report import Line, megabytes

from bridge.store import cursors
from bridge.sync.intake import take_in
from bridge.sync.syncing import connect


def measure(accounts: int, activities: int, repetitions: int) -> list[Line]:
    """csbridge as it is shipped and without the Bulk API, and its peers, taking turns."""
    with TemporaryDirectory() as folder:
        began = perf_counter()
        options = ("--no-history", "--activities", str(activities))
        with sandbox("salesforce", Path(folder), accounts, *options) as announced:
            seeded = perf_counter() - began
            rounds = [{what: _counted(what, announced) for what in SCRIPTS} for _ in range(repetitions)]
    found = {what: _median([each[what] for each in rounds]) for what in SCRIPTS}
    assert {facts["rows"] for facts in found.values() if facts} == {accounts + activities}, found
    ours, size = found["csbridge"], f"{accounts:,} accounts and {activities:,} activities"
    lines = [
        _line(f"full pull of {size}", ours, "a loop over simple-salesforce", found["simple_salesforce"]),
        _line("the same", ours, "dlt, merged into SQLite", found["dlt"]),
        _line(
            "the same, REST only", found["csbridge_rest"], "a loop over simple-salesforce", found["simple_salesforce"]
        ),
    ]
    return [*lines, _speed_of_the_sandbox(found["fetch"], seeded, ours)]


def _counted(what: str, announced: Facts) -> Facts | None:
    if what == "dlt" and not find_spec("dlt"):
        return None
    before = sum(stats(announced)["calls"].values())
    found = apart(SCRIPTS[what], what, announced)
    return {**found, "calls": sum(stats(announced)["calls"].values()) - before}


def _median(rounds: Sequence[Facts | None]) -> Facts | None:
    kept = [each for each in rounds if each]
    return {name: median(each[name] for each in kept) for name in kept[0]} if kept else None


def _line(what: str, ours: Facts, peer: str, theirs: Facts | None) -> Line:
    if theirs is None:
        return Line(what, _said(ours), f"{peer}: not installed (pip install csbridge[bench])", 0, aim="< 1")
    return Line(
        what,
        _said(ours),
        f"{peer}: {_said(theirs)}",
        ours["seconds"] / theirs["seconds"],
        aim="< 1",
        also=f"calls {ours['calls'] / theirs['calls']:.2f}, peak memory {ours['peak'] / theirs['peak']:.2f} of its",
    )


def _said(found: Facts) -> str:
    speed = f"{found['rows'] / found['seconds']:,.0f} rows/s ({found['cpu'] / found['rows'] * 1e6:.0f} µs of CPU a row)"
    return f"{speed}, {found['calls']:.0f} calls, {megabytes(found['peak'])}"


def _speed_of_the_sandbox(fetched: Facts, seeded: float, ours: Facts) -> Line:
    """How fast the pages can be had at all: whoever is slower waits for itself."""
    return Line(
        "the sandbox's own speed: the same rows fetched over REST, not read",
        f"{fetched['rows'] / fetched['seconds']:,.0f} rows/s",
        "csbridge's full pull",
        fetched["seconds"] / ours["seconds"],
        aim="< 1",
        also=f"{fetched['page'] * 1000:.0f} ms a page of {peers.PAGE:,}; {seeded:.0f} s to seed",
    )


def csbridge(announced: Facts, folder: Path, above: int | str = 30_000) -> Facts:
    """Into an empty store, as ``sync`` does: page and cursor in one transaction."""
    with workspace(folder, announced, pull_above=above) as opened:
        adapter = connect(opened, "crm")

        def pull() -> int:
            rows = 0
            for kind in ("account", "activity"):
                for page in adapter.pull(kind, None):
                    now = opened.now()
                    with opened.store.write() as db:
                        rows += take_in(db, opened, page.items, now).read
                        cursors.save_cursor(db, "crm", kind, page.cursor, now)
            return rows

        return timed(pull)


def csbridge_rest(announced: Facts, folder: Path) -> Facts:
    return csbridge(announced, folder, "never")


MEASURED: Mapping[str, Measured] = {"csbridge": csbridge, "csbridge_rest": csbridge_rest}
SCRIPTS: Final = dict.fromkeys(MEASURED, __file__) | dict.fromkeys(peers.MEASURED, peers.__file__)

if __name__ == "__main__":
    answer(MEASURED)
