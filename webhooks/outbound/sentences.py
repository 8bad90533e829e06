"""Events in words, for people in a chat: a card of a title and lines. The words themselves are the caller's.

Must not know how a chat program wants a card written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

SHOWN: Final = 20
"""Customers that a card names, and lines of each: chat programs refuse what is longer."""
LINES: Final = 5
TITLE, LINE, DETAIL = 150, 240, 600
"""Characters."""


class Words(Protocol):
    """A language; ``scoring.messages.Catalogue`` is one."""

    def say(self, id: str, **values: object) -> str: ...

    def said(self, id: str, values: Mapping[str, object]) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that belong together, under a head that may be empty."""

    head: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    title: str
    groups: tuple[Group, ...]
    foot: str = ""


def card(document: Mapping[str, Any], words: Words, zone: ZoneInfo) -> Card:
    """What a person reads of an event, or of a digest (whose day is that of ``zone``)."""
    data = document["data"]
    if document["type"] == "digest":
        return _digest(data, words, zone)
    title = words.say("notify-title", name=_name(data["customer"]), what=line(document, words))
    return Card(cut(title, TITLE), (Group("", _details(document, words)),))


def _digest(data: Mapping[str, Any], words: Words, zone: ZoneInfo) -> Card:
    customers = data["customers"]
    rest = len(customers) - SHOWN
    more = data["more"] + max(rest, 0)
    groups = tuple(_group(one, words) for one in customers[:SHOWN])
    day = datetime.fromisoformat(data["until"]).astimezone(zone).date()
    title = words.say("notify-digest", day=day, count=len(customers) + data["more"])
    return Card(cut(title, TITLE), groups, words.say("notify-more_customers", count=more) if more else "")


def _group(one: Mapping[str, Any], words: Words) -> Group:
    lines = [cut(line(event, words), LINE) for event in one["events"]]
    more = len(lines) - LINES
    foot = [words.say("notify-more", count=more)] if more > 0 else []
    return Group(cut(_name(one["customer"]), TITLE), (*lines[:LINES], *foot))


def line(document: Mapping[str, Any], words: Words) -> str:
    """One event in a line, without its customer."""
    data = document["data"]
    match document["type"]:
        case "band.changed":
            before, after = (words.say("notify-band", band=data[when]["band"]) for when in ("before", "after"))
            return words.say("notify-band_changed", before=before, after=after)
        case "flag.raised" | "flag.cleared" as type:
            return _flag(type, data, words)
        case "response.received":
            return _response(data, words)
        case _:
            return _step(document["type"], data, words)


def _step(type: str, data: Mapping[str, Any], words: Words) -> str:
    """From one value to another; either may be unknown."""
    name = "score" if type == "score.changed" else "stage"
    before, after = data["before"][name], data["after"][name]
    variant = "--begun" if before is None else "--ended" if after is None else ""
    known = {key: value for key, value in (("before", before), ("after", after)) if value is not None}
    return words.say(f"notify-{name}_changed{variant}", **known)


def _flag(type: str, data: Mapping[str, Any], words: Words) -> str:
    flag = words.said(f"flag-{data['flag']}.label", {}) or str(data["flag"])
    if type == "flag.cleared":
        return words.say("notify-flag_cleared", flag=flag)
    if not data["reason"] or not data["since"]:
        return words.say("notify-flag_raised--bare", flag=flag)
    since = date.fromisoformat(data["since"])
    return words.say("notify-flag_raised", flag=flag, reason=data["reason"], since=since)


def _response(data: Mapping[str, Any], words: Words) -> str:
    survey = str(data["survey"] or "").upper()
    if data["score"] is None:
        return words.say("notify-response_received--bare", survey=survey)
    said = words.say("notify-response_received", survey=survey, score=data["score"])
    group = data.get("group")
    return words.say("notify-response_received--group", said=said, group=group) if group else said


def _details(document: Mapping[str, Any], words: Words) -> tuple[str, ...]:
    """What stands below the title: why, and what to do; of an answer, what was written."""
    data = document["data"]
    if comment := data.get("comment"):
        return (cut(str(comment), DETAIL),)
    todo = data.get("next_action") or data.get("remedy")
    said: Sequence[str] = [*_all(data.get("reasons")), *([words.say("notify-next", action=todo)] if todo else [])]
    return tuple(cut(one, DETAIL) for one in said)


def _all(text: object) -> list[str]:
    return [str(text)] if text else []


def _name(customer: Mapping[str, Any]) -> str:
    return str(customer["name"] or customer["records"][0])


def cut(text: str, longest: int) -> str:
    """On one line, and not longer than that."""
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else flat[: longest - 1].rstrip() + "…"
