"""The workspace folder: ``csbridge.yml``, and ``scorecards/`` beside it.

Owns what ``csbridge init`` writes and where scorecard files are found; must not read what they say.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from config.errors import ConfigError, Problem
from config.shipped import shipped_path, shipped_text

TEMPLATES: Final[Mapping[str, str]] = {
    "csbridge.yml": "workspace/csbridge.yml",
    "scorecards/health.yml": "scorecards/health.yml",
}
"""File of a new workspace → the shipped file it is a copy of."""


def write_workspace(folder: Path) -> list[Path]:
    """Write a commented workspace; the files written. Raises ConfigError, having written nothing, if one is there."""
    targets = {folder / name: source for name, source in TEMPLATES.items()}
    if there := [target for target in targets if target.exists()]:
        expected = "a folder without a workspace; nothing was written"
        raise ConfigError([Problem("", "is there already", str(target), expected=expected) for target in there])
    try:
        for target, source in targets.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("x", encoding="utf-8", newline="\n") as file:
                file.write(shipped_text(source))
    except OSError as exc:
        raise ConfigError([Problem("", f"cannot be written: {exc.strerror}", str(exc.filename or folder))]) from exc
    return list(targets)


def scorecard_paths(folder: Path) -> list[Path]:
    """The scorecard files of a workspace in the order of their names; the shipped ones when it has none."""
    own = sorted(path for path in (folder / "scorecards").glob("*.yml") if path.is_file())
    shipped = Path(str(shipped_path("scorecards")))
    return own or sorted(shipped.glob("*.yml"))
