"""Names in the workspace's rules that no account has, where a spreadsheet brings its own columns and any may be one."""

from collections.abc import Iterator

from adapters.contract import Finding
from bridge.doctor.noted import Noted
from bridge.frames.frames import customer_rows
from bridge.moments import present
from bridge.store import customers
from bridge.workspace import Workspace, account_names, customer_rules
from config.problems import did_you_mean
from scoring.features.table import FEATURES, FIELDS
from scoring.journey import COLUMNS

PIECE = 2_000


def examine_rules(workspace: Workspace) -> Iterator[Noted]:
    """Elsewhere such a name is an error already: what an account can have is known there."""
    if account_names(workspace.settings) is not None:
        return
    known = {*FEATURES, *FIELDS, *COLUMNS}
    rules = customer_rules(workspace.settings)
    asked = [(where, name) for where, rule in rules for name in rule.fields if name not in known]
    there = _columns(workspace) if asked else frozenset()
    for where, name in asked:
        if there and name not in there:
            what = f"{where} names {name}, which is no feature, and no column with a value in any account"
            mend = f"the right name{did_you_mean(name, sorted({*known, *there}))}: this one is unknown of everybody"
            yield Noted("csbridge.yml", Finding("warning", what, mend))


def _columns(workspace: Workspace) -> frozenset[str]:
    """What is known of any account; nothing before the first sync."""
    found: set[str] = set()
    moment = present(workspace.now(), workspace.settings.zone)
    with workspace.store.read() as db:
        for ids in customers.all_ids(db, PIECE):
            rows, _ = customer_rows(db, workspace.settings, ids, moment)
            found |= {name for row in rows.values() for name, value in row.items() if value is not None}
    return frozenset(found)
