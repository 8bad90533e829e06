"""The workspace folder: ``csbridge.yml``, and ``scorecards/`` beside it.

Owns what ``csbridge init`` writes, and which scorecard files count: a workspace's own, and of a purpose for which it
has none, those that come with csbridge.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from config.errors import ConfigError, Problem
from config.scorecards import CardFile, load_card_files, load_shipped_card, shipped_files
from config.shipped import shipped_text
from config.words import PURPOSES, Purpose

FOLDER: Final = "scorecards"

TEMPLATES: Final[Mapping[str, str]] = {
    "csbridge.yml": "workspace/csbridge.yml",
    "scorecards/health.yml": "scorecards/health.yml",
    "scorecards/health-high.yml": "scorecards/health-high.yml",
    "scorecards/health-tech.yml": "scorecards/health-tech.yml",
}
"""File of a new workspace → the shipped file it is a copy of."""


def write_workspace(folder: Path) -> list[Path]:
    """Write a commented workspace; the files written. Raises ConfigError, having written nothing, if one is there."""
    return _copied(folder, TEMPLATES, "a folder without a workspace; nothing was written")


def write_scorecards(folder: Path, purpose: Purpose) -> list[Path]:
    """Copy the shipped cards of a purpose into the workspace, to be edited. Raises ConfigError if one is there."""
    files = {f"{FOLDER}/{path.name}": f"scorecards/{path.name}" for path in shipped_files(purpose)}
    return _copied(folder, files, "no file of that name; nothing was written")


def _copied(folder: Path, files: Mapping[str, str], expected: str) -> list[Path]:
    targets = {folder / name: source for name, source in files.items()}
    if there := [target for target in targets if target.exists()]:
        raise ConfigError([Problem("", "is there already", str(target), expected=expected) for target in there])
    try:
        for target, source in targets.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("x", encoding="utf-8", newline="\n") as file:
                file.write(shipped_text(source))
    except OSError as exc:
        raise ConfigError([Problem("", f"cannot be written: {exc.strerror}", str(exc.filename or folder))]) from exc
    return list(targets)


def own_paths(folder: Path) -> list[Path]:
    """The scorecard files of the workspace itself, in the order of their names."""
    return sorted(path for path in (folder / FOLDER).glob("*.yml") if path.is_file())


def card_files(folder: Path, purposes: Iterable[Purpose] = PURPOSES) -> list[CardFile]:
    """The scorecards that count: the workspace's own, and the shipped ones of those ``purposes`` that have no own.

    In the order in which they are tried (file name). Raises ConfigError with all that is wrong in any file.
    """
    own = load_card_files(own_paths(folder))
    there = {file.card.purpose for file in own}
    shipped = [path for purpose in purposes if purpose not in there for path in shipped_files(purpose)]
    found = [*own, *(load_shipped_card(path) for path in shipped)]
    return sorted(found, key=lambda file: file.file.name)


def ended(folder: Path, purpose: Purpose) -> list[str]:
    """What a first card of the workspace's own ends: the shipped ones of its purpose, in a sentence. Else nothing."""
    if any(one.card.purpose == purpose for one in load_card_files(own_paths(folder))):
        return []
    shipped = ", ".join(path.name for path in shipped_files(purpose))
    return [
        f"scorecards/ has no card of the purpose {purpose} yet: once this one is there, it alone counts, and the "
        f"shipped {shipped} no more (`csbridge scorecard write {purpose}` first keeps them beside it)"
    ]


def scorecard_paths(folder: Path, purposes: Iterable[Purpose] = PURPOSES) -> list[Path]:
    """Where those files lie."""
    return [file.file for file in card_files(folder, purposes)]
