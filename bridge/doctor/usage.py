"""Looks at the usage sources: whether they can be read, are alive, and tell of anybody who is known."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from adapters.contract import Finding
from bridge.doctor.noted import Noted
from bridge.moments import EVER
from bridge.store import streams, usage
from bridge.usage import files as usage_files
from bridge.workspace import Workspace
from config.errors import ConfigError
from config.settings import UsageSource


def examine_usage(workspace: Workspace, source: UsageSource) -> Iterator[Noted]:
    """A file that cannot be used is one finding; else whether the source is alive, and what waits."""
    place = f"usage {Path(source.name).name}"
    unusable = _unusable(workspace, source.file) if source.file else None
    if unusable is not None:
        yield Noted(place, unusable, "configuration")
        return
    with workspace.store.read() as db:
        newest = usage.watermark(db, source.name, workspace.today, EVER)
        waiting, _ = streams.without_account(db, source.name, 0)
    if newest is None:
        yield Noted(place, Finding("info", "not taken in yet", _first(workspace, source)))
    elif workspace.today - newest > source.stale_after:
        days = (workspace.today - newest) // timedelta(days=1)
        what = f"stalled: its newest day is {newest}, {days} days ago; usage counts as unknown, not as none"
        mend = "let the export run again" if source.file else "look whether the product still sends"
        yield Noted(place, Finding("warning", what, mend))
    else:
        yield Noted(place, Finding("info", f"alive: its newest day is {newest}"))
    if waiting:
        users = "1 user has" if waiting == 1 else f"{waiting:,} users have"
        what = f"{users} no account, so that nobody's score knows of what they did"
        mend = "send `group` calls, or map account_trait; csbridge usage lists them"
        yield Noted(place, Finding("warning", what, mend))


def _unusable(workspace: Workspace, file: str) -> Finding | None:
    path = workspace.folder / file
    if not path.is_file():
        return Finding("error", f"{path} is not there", "correct usage[].file")
    try:
        usage_files.check_columns(path)
    except ConfigError as exc:
        return Finding("error", exc.problems[0].what, exc.problems[0].expected)
    return None


def _first(workspace: Workspace, source: UsageSource) -> str:
    url = workspace.settings.public_url or "the public port of csbridge serve"
    return "csbridge sync" if source.file else f"point a Segment library at {url}, with the write key"
