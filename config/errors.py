"""The root of every error csbridge raises on purpose, and the family "the configuration is wrong".

    CsbridgeError
    ├── ConfigError(problems)      config: a person edits a file
    ├── Broken                     a bug, met by one step of several
    └── adapters.errors            what talking to a CRM can end in (Retry, Refused, Unauthorized, QuotaSpent)

Families are named by what the caller does next; the command line turns each into one exit code.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class CsbridgeError(Exception):
    """Root of the errors that csbridge raises on purpose. Messages never hold a secret."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in the configuration, and how to mend it."""

    where: str
    """Dotted path of the key, e.g. ``connections[0].auth.token``; empty for a whole file."""
    what: str
    """What is wrong, in a sentence."""
    file: str = ""
    line: int | None = None
    expected: str = ""
    example: str = ""

    def __str__(self) -> str:
        place = self.file + (f":{self.line}" if self.line else "")
        parts = [": ".join(part for part in (place, self.where, self.what) if part)]
        if self.expected:
            parts.append(f"    expected: {self.expected}")
        if self.example:
            parts.append(f"    example:  {self.example}")
        return "\n".join(parts)


class Broken(CsbridgeError):
    """A step met a bug, and the others went on; its trace is in the log."""


class ConfigError(CsbridgeError):
    """The configuration cannot be used. Carries every problem found, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
