"""Writes exported files into an admin's folder, and never over a file of theirs.

A list of what was written, with digests, tells our files from others: an edited one is the admin's.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from config.errors import ConfigError, Problem

LIST: Final = "csbridge-export.json"


@dataclass(frozen=True, slots=True)
class Export:
    """Relative paths of what was written, and of our earlier files that nothing names any more and that went."""

    folder: Path
    written: tuple[str, ...]
    removed: tuple[str, ...]


def gathered(exports: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The files of several connections in one tree; where two want the same path, each gets a folder of its name."""
    paths = [path for files in exports.values() for path in files]
    if len(paths) == len(set(paths)):
        return {path: text for files in exports.values() for path, text in files.items()}
    return {f"{name}/{path}": text for name, files in exports.items() for path, text in files.items()}


def write(folder: Path, files: Mapping[str, str]) -> Export:
    """All or nothing. Raises ConfigError with every file that is there and not ours."""
    before = _before(folder)
    theirs = [path for path, text in files.items() if not _may_write(folder / path, text, before.get(path))]
    if theirs:
        expected = "another folder, or those files moved away"
        raise ConfigError(
            [Problem("--export", f"{folder / path} is there and not as csbridge wrote it", expected=expected)
             for path in theirs]
        )  # fmt: skip
    stale = [path for path, digest in before.items() if path not in files and _digest_of(folder / path) == digest]
    for path in stale:
        (folder / path).unlink()
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
    listed = {"files": {path: _digest(text.encode()) for path, text in sorted(files.items())}}
    (folder / LIST).write_bytes(orjson.dumps(listed, option=orjson.OPT_INDENT_2) + b"\n")
    return Export(folder, tuple(files), tuple(stale))


def _before(folder: Path) -> dict[str, str]:
    """What an earlier export wrote there: path → digest; a path that leads out of the folder is none of ours."""
    if not (folder / LIST).is_file():
        return {}
    try:
        listed: dict[str, Any] = orjson.loads((folder / LIST).read_bytes())
        files = {str(path): str(digest) for path, digest in listed["files"].items()}
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError) as exc:
        what = f"{folder / LIST} is not the list of an earlier export"
        raise ConfigError([Problem("--export", what, expected="another folder")]) from exc
    root = folder.resolve()
    return {path: digest for path, digest in files.items() if (folder / path).resolve().is_relative_to(root)}


def _may_write(target: Path, text: str, known: str | None) -> bool:
    if not target.exists():
        return True
    digest = _digest_of(target)
    return digest is not None and digest in (known, _digest(text.encode()))


def _digest_of(target: Path) -> str | None:
    return _digest(target.read_bytes()) if target.is_file() else None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
