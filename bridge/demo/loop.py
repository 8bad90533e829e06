"""The first half of the demo: read, score, write; and what it cost beside the least it can cost."""

import csv
from collections.abc import Mapping
from math import ceil
from pathlib import Path
from typing import Any, Final

from bridge.demo.processes import result_of
from bridge.demo.setting import Setting

ASIDE: Final = ("describe", "association", "token", "other")
"""Purposes of calls that are shown apart from pages and writes."""
NEEDY: Final = 10
DECISIONS: Final = "scores.csv"


def run_loop(setting: Setting) -> dict[str, Any]:
    """doctor, provision --apply, sync, score, push: the results of the ordinary commands, by name."""
    steps = {
        "doctor": ["doctor"],
        "provision": ["provision", "--apply"],
        "sync": ["sync"],
        "score": ["score", "--out", DECISIONS],
        "push": ["push"],
    }
    return {name: result_of(arguments, setting.folder, setting.environ) for name, arguments in steps.items()}


def cost(results: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Per connection: calls made for pages and writes, the least possible, and the calls beside those."""
    costs = {}
    for name, synced in results["sync"]["connections"].items():
        pushed = results["push"]["connections"][name]
        least_pages = sum(max(1, ceil(kind["read"] / synced["page_size"])) for kind in synced["kinds"].values())
        # a large push goes in bulk, in fewer calls than one for each batch
        least_writes = min(pushed["write_calls"], ceil(pushed["written"] / pushed["batch"]))
        costs[name] = {
            "pages": synced["calls"].get("page", 0),
            "least_pages": least_pages,
            "writes": pushed["write_calls"],
            "least_writes": least_writes,
            "aside": {purpose: synced["calls"].get(purpose, 0) + pushed["calls"].get(purpose, 0) for purpose in ASIDE},
        }
    return costs


def read_decisions(folder: Path) -> list[dict[str, str]]:
    """What ``score --out`` wrote, one row per account with a score."""
    with (folder / DECISIONS).open(encoding="utf-8", newline="") as opened:
        return [row for row in csv.DictReader(opened) if row["score"]]


def needy(folder: Path) -> list[dict[str, str]]:
    """The customers that most need someone: red before yellow, more risks first, lower scores first.

    One that both CRMs know has two accounts, decided alike: it is shown once, with both connections.
    """
    customers: dict[tuple[str, str, str], dict[str, str]] = {}
    for row in read_decisions(folder):
        known = customers.setdefault((row["name"], row["score"], row["reasons"]), row)
        if known is not row:
            known["connection"] += f", {row['connection']}"
    return sorted(customers.values(), key=lambda row: (_ORDER[row["band"]], -_flags(row), float(row["score"])))[:NEEDY]


_ORDER: Final = {"red": 0, "yellow": 1, "green": 2}


def _flags(row: Mapping[str, str]) -> int:
    return sum(map(bool, row["risk_flags"].split(";")))


def described(results: Mapping[str, Any], costs: Mapping[str, Any], folder: Path) -> str:
    """What was read, decided and written, for a person."""
    lines = []
    for name, synced in results["sync"]["connections"].items():
        read = ", ".join(f"{taken['read']:,} {kind}" for kind, taken in synced["kinds"].items())
        lines.append(f"{name} read     {read}")
    bands = results["score"]["bands"]
    lines.append(f"bands       {', '.join(f'{bands.get(band, 0):,} {band}' for band in _BANDS)}")
    for name, pushed in results["push"]["connections"].items():
        lines.append(f"{name} written  {pushed['written']:,} records, {pushed['fields']:,} fields")
    lines += ["", "API calls     made  least possible   beside those"]
    for name, calls in costs.items():
        aside = ", ".join(f"{number} {purpose}" for purpose, number in calls["aside"].items() if number)
        lines.append(f"  {name} pages   {calls['pages']:>5}  {calls['least_pages']:>14}   {aside}")
        lines.append(f"  {name} writes  {calls['writes']:>5}  {calls['least_writes']:>14}")
    lines += ["", f"the {NEEDY} customers that most need someone, and where they are known:"]
    for row in needy(folder):
        name, flags = f"{row['name']} ({row['connection']})", row["risk_flags"] or "no flag"
        lines.append(f"  {float(row['score']):5.1f} {row['band']:<6} {name}  [{flags}]")
        lines += [f"        {row['reasons']}", f"        → {row['next_action']}"]
    return "\n".join(lines)


_BANDS = ("green", "yellow", "red", "unknown")
