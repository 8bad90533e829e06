"""Canonical words that every floor shares: record kinds, bands, statuses, flags.

Owns no behaviour. Vendor words are translated into these inside ``adapters``; a vendor word
without a translation becomes ``UNKNOWN`` and is never guessed at.
"""

from typing import Final, Literal, get_args

Kind = Literal["account", "person", "activity", "deal", "ticket", "contract", "response", "invoice", "usage", "user"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
KeyedKind = Literal["task", "note"]
"""What csbridge itself creates in a CRM, each by a key of its own; never read as a customer's record."""
KEYED_KINDS: Final[tuple[KeyedKind, ...]] = get_args(KeyedKind)
AnyKind = Kind | KeyedKind

UNKNOWN: Final = "unknown"

AccountStatus = Literal["prospect", "customer", "churned", "unknown"]
PersonRole = Literal["champion", "executive", "user", "other", "unknown"]
ActivityKind = Literal["call", "email", "meeting", "task", "note", "unknown"]
Direction = Literal["in", "out", "unknown"]
Precision = Literal["instant", "day"]
DealKind = Literal["new", "renewal", "expansion", "unknown"]
DealStatus = Literal["open", "won", "lost", "unknown"]
TicketStatus = Literal["open", "pending", "closed", "unknown"]
TicketPriority = Literal["low", "normal", "high", "urgent", "unknown"]
ContractStatus = Literal["draft", "active", "ended", "unknown"]
Survey = Literal["nps", "csat", "ces", "unknown"]

Band = Literal["green", "yellow", "red", "unknown"]
BANDS: Final[tuple[Band, ...]] = get_args(Band)

NpsGroup = Literal["promoter", "passive", "detractor"]
NPS_GROUPS: Final[tuple[NpsGroup, ...]] = get_args(NpsGroup)

Purpose = Literal["health", "risk", "expansion", "onboarding", "advocacy"]
PURPOSES: Final[tuple[Purpose, ...]] = get_args(Purpose)

Trend = Literal["up", "flat", "down"]

SignalName = Literal[
    "near_limit", "seats_filling", "users_growing", "locked_tried", "ticket_hint", "happy_adopted", "cross_sell"
]
SIGNALS: Final[tuple[SignalName, ...]] = get_args(SignalName)
"""Hints that a customer may want more."""

Pulse = Literal["green", "yellow", "red"]
PULSES: Final[tuple[Pulse, ...]] = get_args(Pulse)

Urgency = Literal["login", "urgent", "poll", "ordinary", "reconcile", "cosmetic", "backfill"]
"""What calls to a CRM are for, the most urgent first: when the budget shrinks, the last ones stop first.

login     finding out who we are and what the CRM has
urgent    reading what events named; writing raised and cleared flags and bands
poll      asking what changed
ordinary  writing scores and figures
reconcile comparing every id: the net under events and polls
cosmetic  writing sentences only
backfill  histories of before the first sync
"""
WriteUrgency = Literal["urgent", "ordinary", "cosmetic"]
"""Those that a write can have, the most urgent first."""
WRITE_URGENCIES: Final[tuple[WriteUrgency, ...]] = get_args(WriteUrgency)
