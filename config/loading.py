"""``csbridge.yml`` → Settings: reads the file, puts secrets from the environment in, reports all problems at once.

Owns ``${NAME}`` substitution and the order of the checks; must not know what a key means to those who act on it.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from config.checks import cross_checks
from config.connections import Listed
from config.document import Document, KeyPath, read_yaml
from config.errors import Problem
from config.logins import JwtBearer
from config.settings import Settings
from config.shipped import shipped
from config.validation import validate
from config.words import Purpose

_REFERENCE = re.compile(r"\$\$\{|\$\{([^}]*)\}?")
_SQLITE_FILE = re.compile(r"(sqlite(?:\+pysqlite)?):///(?!:memory:|file:)([^?]+)(.*)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def load(path: Path, environ: Mapping[str, str]) -> Settings:
    """The settings of a workspace, relative paths taken from its folder. Raises ConfigError with every problem."""
    written = read_yaml(path, mend="a workspace; `csbridge init` writes one")
    document, missing = substituted(written, environ)
    unfilled = {problem.where for problem in missing}
    unfit = [problem for problem in cross_checks(document) if problem.where not in unfilled]
    settings = validate(Settings, document, reference=shipped("csbridge.yml").data, found=[*missing, *unfit])
    return resolved(settings, path.absolute().parent)


def load_store(path: Path, environ: Mapping[str, str]) -> tuple[str, list[Purpose]]:
    """The address of the workspace's store and the purposes it scores: no secret of a connection is needed for these.

    Raises ConfigError for what is wrong with these two keys.
    """
    written = read_yaml(path, mend="a workspace; `csbridge init` writes one")
    document, missing = substituted(written, environ)
    needed = {key: document.data[key] for key in ("store", "scorecards") if document.data.get(key) is not None}
    standing = {"connections": [{"name": "none", "crm": "csv", "folder": "."}]}
    found = [problem for problem in missing if problem.where.partition("[")[0] in needed]
    settings = validate(Settings, replace(document, data={**standing, **needed}), found=found)
    return _resolved_store(settings.store, path.absolute().parent), list(settings.scorecards)


def resolved(settings: Settings, folder: Path) -> Settings:
    """The settings with the SQLite file and key files as absolute paths, taken from ``folder``.

    Usage files stay as they are written: that is the name under which the store knows them, wherever the folder is.
    """
    connections = [_with_key_file(connection, folder) for connection in settings.connections]
    return settings.model_copy(update={"store": _resolved_store(settings.store, folder), "connections": connections})


def _with_key_file(connection: Listed, folder: Path) -> Listed:
    auth = getattr(connection, "auth", None)
    if not isinstance(auth, JwtBearer) or auth.private_key_file is None:
        return connection
    found = auth.model_copy(update={"private_key_file": str(folder / auth.private_key_file)})
    return connection.model_copy(update={"auth": found})


def _resolved_store(url: str, folder: Path) -> str:
    """``sqlite:///csbridge.db`` → ``sqlite:////folder/csbridge.db``; a store in memory or on a server as it is."""
    match = _SQLITE_FILE.fullmatch(url)
    return f"{match[1]}:///{folder / match[2]}{match[3]}" if match else url


def substituted(document: Document, environ: Mapping[str, str]) -> tuple[Document, list[Problem]]:
    """The document with every ``${NAME}`` replaced, and what could not be; such a value stays as written."""
    found: list[Problem] = []

    def filled(value: Any, path: KeyPath) -> Any:
        if isinstance(value, dict):
            return {key: filled(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [filled(item, (*path, position)) for position, item in enumerate(value)]
        if not isinstance(value, str):
            return value
        text, problems = _filled_text(value, environ)
        found.extend(document.problem(path, what, expected) for what, expected in problems)
        return value if problems else text

    return replace(document, data=filled(document.data, ())), found


def _filled_text(text: str, environ: Mapping[str, str]) -> tuple[str, list[tuple[str, str]]]:
    """The text with its variables' values (without space around them), and (what, expected) for each that has none."""
    problems: list[tuple[str, str]] = []

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return "${"
        if not match[0].endswith("}") or not _NAME.fullmatch(name):
            problems.append(
                ("a ${…} that does not name an environment variable", "${NAME}, or $${ for the characters ${")
            )
            return ""
        if not environ.get(name, "").strip():
            state = "empty" if name in environ else "not set"
            problems.append(
                (f"the environment variable {name} is {state}", f"export {name}=… before starting csbridge")
            )
        return environ.get(name, "").strip()

    return _REFERENCE.sub(value, text), problems


__all__ = ["Document", "load", "load_store", "read_yaml", "resolved", "substituted", "validate"]
