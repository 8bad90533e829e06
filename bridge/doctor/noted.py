"""What doctor notes: a finding, and where it was made."""

from dataclasses import dataclass
from typing import Literal

from adapters.contract import Finding

Severity = Literal["configuration", "connection", "quota", ""]
"""What an error of doctor is about; it decides the exit code."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A finding, and where it was made."""

    place: str
    finding: Finding
    about: Severity = ""
