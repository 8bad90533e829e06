"""The life of a scorecard file: checked, activated with memory of what it replaces, taken back, listed.

Owns the files in ``scorecards/`` and their history in the store; what a card means is scoring's.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from bridge.store import audit, cards, records
from bridge.store.engine import Store
from config.document import child, read_yaml
from config.errors import ConfigError, Problem
from config.journey import shipped_segments, shipped_stages
from config.scorecards import CardFile, Scorecard, load_card_file
from config.words import Purpose
from config.workspace import FOLDER, card_files, ended
from scoring.scorecard import check
from scoring.scorecard_check import never_said
from scoring.scorecard_facts import among

UNPROVEN: Final = ("no skill", "too few")
"""Verdicts with which no card proves itself, whatever else it says."""
CHANCE: Final = 0.5
"""AUC of who knows nothing."""


@dataclass(frozen=True, slots=True)
class Activated:
    """What an activation (or its undoing) did. ``path`` is gone where ``version`` is None."""

    path: Path
    version: str | None
    replaced: str | None
    """The version of the file that was there; None where there was none."""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    file: str
    shipped: bool
    card: Scorecard
    since: datetime | None
    """Since when it was activated, else since when it has decided; None where it did neither."""


def checked(file: Path, config: Path) -> CardFile:
    """The scorecard of a file. Raises ConfigError with all that is wrong, names that mean nothing included."""
    found = load_card_file(file)
    if problems := check(found.card, found.document, mapped_names(config)):
        raise ConfigError(problems)
    return found


def mapped_names(config: Path) -> Sequence[str] | None:
    """The account fields that a workspace maps, by its file alone: no secret is needed. None = any name may be one."""
    if not config.exists():
        return ()
    names = {name for name in records.payload_fields("account") if name != "extra"}
    connections = child(read_yaml(config).data, "connections")
    for connection in connections if isinstance(connections, list) else ():
        if child(connection, "crm") == "csv":
            return None
        fields = child(child(child(connection, "map"), "account"), "fields")
        names.update(map(str, fields) if isinstance(fields, Mapping) else ())
    return sorted(names)


def unheard(card: Scorecard, config: Path) -> list[str]:
    """What the card's rules ask for and no rule of the workspace (of the shipped ones, where it has none) says."""
    data = read_yaml(config).data if config.exists() else {}
    segments, stages = (_names(child(data, key)) for key in ("segments", "stages"))
    shipped = ([one.name for one in shipped_segments()], [one.name for one in shipped_stages()])
    return never_said(card, shipped[0] if segments is None else segments, shipped[1] if stages is None else stages)


def _names(entries: object) -> list[str] | None:
    """None where nothing is written down."""
    return [str(child(entry, "name")) for entry in entries] if isinstance(entries, list) else None


def neighbours(folder: Path, given: CardFile, name: str) -> list[str]:
    """What would make no sense among the cards of the purpose, were the file active under that name."""
    others = [file for file in card_files(folder, ()) if file.card.purpose == given.card.purpose]
    named = {file.file.name: file.card for file in others} | {name: given.card}
    return among(sorted(named.items()))


def activate(folder: Path, store: Store, given: CardFile, name: str, now: datetime, *, force: bool) -> Activated:
    """Put a checked card into ``scorecards/`` under that name. Raises ConfigError where it had better not be."""
    _refuse_unproven(given, force)
    path, text = folder / FOLDER / name, given.text
    before = path.read_text("utf-8-sig") if path.exists() else None
    replaced = None if before is None else load_card_file(path).card
    if replaced is not None and replaced.purpose != given.card.purpose and not force:
        what = f"{path} is a scorecard of the purpose {replaced.purpose}, not {given.card.purpose}"
        raise ConfigError([Problem("", what, str(given.file), expected="another name (--as NAME), or --force")])
    if before == text:
        return Activated(path, given.card.version, given.card.version)
    old = None if replaced is None else replaced.version
    warned = (*neighbours(folder, given, name), *ended(folder, given.card.purpose))
    with store.write() as db:
        cards.changed(db, given.card, name, before, text, now)
        detail = {"file": name, "version": given.card.version, "replaced": old}
        audit.record(db, "operator", "scorecard activate", detail, now)
        _write(path, text)
    return Activated(path, given.card.version, old, warned)


def roll_back(folder: Path, store: Store, purpose: Purpose | None, now: datetime, *, force: bool) -> Activated:
    """Take the newest activation back: the file is as it was before. Raises ConfigError where there is none."""
    with store.write() as db:
        change = cards.last_change(db, purpose)
        if change is None:
            raise ConfigError([Problem("", f"no activation{f' of {purpose}' if purpose else ''} to take back")])
        path = folder / FOLDER / change.file
        present = path.read_text("utf-8-sig") if path.exists() else None
        if present != change.after and not force:
            what = "was changed by hand since it was activated; taking that back would lose the change"
            raise ConfigError([Problem("", what, str(path), expected="--force, or a copy of the file first")])
        cards.undone(db, change, now)
        audit.record(db, "operator", "scorecard rollback", {"file": change.file, "version": change.version}, now)
        if change.before is None:
            path.unlink(missing_ok=True)
            return Activated(path, None, change.version)
        _write(path, change.before)
    return Activated(path, load_card_file(path).card.version, change.version)


def listed(folder: Path, store: Store, purposes: Sequence[Purpose]) -> list[Listed]:
    """The cards that count, by purpose, in the order in which they are tried."""
    with store.read() as db:
        activated, seen = cards.activated(db), cards.seen(db)
    found = [
        Listed(
            file=each.file.name,
            shipped=each.shipped,
            card=each.card,
            since=activated.get((each.file.name, each.card.version)) or seen.get(each.card.version),
        )
        for each in card_files(folder, purposes)
    ]
    return sorted(found, key=lambda one: (one.card.purpose, one.file))


def _refuse_unproven(given: CardFile, force: bool) -> None:
    """A learnt card says itself whether it was better than what there was; its own figures must bear that out."""
    lesson = given.card.learnt
    if lesson is None or force:
        return
    if not lesson.proven or lesson.verdict in UNPROVEN or lesson.auc_interval[0] <= CHANCE:
        what = f"it was learnt and did not prove itself: {lesson.verdict or 'no gain was found'}"
        path = ("learnt", "proven")
        raise ConfigError([given.document.problem(path, what, "a card that beats the present one, or --force")])


def _write(path: Path, text: str) -> None:
    """The whole file or none of it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", encoding="utf-8", newline="", dir=path.parent, delete=False) as file:
            file.write(text)
        os.chmod(file.name, 0o644)
        os.replace(file.name, path)
    except OSError as exc:
        raise ConfigError([Problem("", f"cannot be written: {exc.strerror}", str(path))]) from exc
