"""The contract between the shared parts of the sandbox and one vendor's server; a vendor's package offers ``build``."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from flask import Flask, Response

from adapters.sandbox.clock import SandboxClock
from adapters.sandbox.faults import Fault, Faults
from adapters.sandbox.journal import Journal
from adapters.sandbox.notify import Change, Notifier
from adapters.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Instruments:
    """What both the vendor's server and the control surface work with."""

    clock: SandboxClock
    faults: Faults
    journal: Journal
    notifier: Notifier


@dataclass(frozen=True, slots=True)
class Setup:
    """What the person who starts a sandbox asks of it; ``options`` are the vendor's own switches."""

    secret: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit by a person in the CRM's own pages: creates without ``id``, else changes or deletes."""

    object: str
    id: str | None
    fields: Mapping[str, Any]
    delete: bool = False


class EditRefused(ValueError):
    """The edit names an unknown object, record or field, or a value that the field cannot hold."""


@dataclass(frozen=True, slots=True)
class Edited:
    """The row as it stands after an edit (as the API would show it), and the changes to tell about."""

    row: Mapping[str, Any]
    changes: Sequence[Change]


UsageRow = tuple[str, str | None, str, date, int]
"""account, person, feature, day, count; ids are the vendor's."""


class Vendor(Protocol):
    """One vendor's server, seeded."""

    @property
    def app(self) -> Flask:
        """The vendor's API; the shared parts add the gate and the control surface to it."""

    @property
    def spared(self) -> tuple[str, ...]:
        """Path prefixes that an expired session or a spent quota does not touch (the token endpoint)."""

    def announcement(self) -> Mapping[str, Any]:
        """Credentials, the org's id and whatever else a person needs to connect."""

    def counts(self) -> Mapping[str, int]:
        """Rows per object."""

    def edit(self, edit: Edit) -> Edited:
        """Apply a person's edit; EditRefused when it cannot be done."""

    def usage(self) -> Iterable[UsageRow]:
        """The world's product usage with this vendor's account ids."""

    def allow(self, limit: int | None = None, used: int | None = None) -> Mapping[str, int]:
        """Set the day's ``limit`` of calls, or how many of it are ``used``; both as they are then."""

    def expired(self, fault: Fault) -> Response:
        """401: by ``code`` the caller's session has ended, was never good, or is not let in whatever its token."""

    def limited(self, fault: Fault) -> Response:
        """The vendor's answer to a caller over a limit."""

    def forbidden(self, fault: Fault) -> Response:
        """The vendor's 403; ``code`` names which."""

    def refusal(self, fault: Fault) -> Response:
        """An answer of the fault's ``status`` in the vendor's own shape."""

    def compose(self, url: str, changes: Sequence[Change], attempt: int) -> tuple[Mapping[str, str], bytes]:
        """Headers and body of one delivery of ``changes``; ``attempt`` counts from 0."""

    def accepted(self, status: int, body: bytes) -> bool:
        """Whether the receiver's answer counts as delivered."""


Build = Callable[[World, Instruments, Setup], Vendor]
"""``adapters.sandbox.<crm>.server:build``"""
