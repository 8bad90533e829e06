"""Fields that follow from others: a case is closed by its status, a task's account is that of what it is about."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from adapters.sandbox.salesforce import times
from adapters.sandbox.salesforce.tables import Row

Find = Callable[[str], Row | None]
_PROBABILITY: Final = {"Prospecting": 10.0, "Qualification": 20.0, "Negotiation/Review": 80.0}


def derived(name: str, row: Row, find: Find, now: str) -> dict[str, Any]:
    """What the derived fields of ``row``, an object called ``name``, must hold now (null: None)."""
    rule = _RULES.get(name)
    return rule(row, find, now) if rule else {}


def _person(row: Row, find: Find, now: str) -> dict[str, Any]:
    return {"Name": " ".join(part for part in (row.get("FirstName"), row.get("LastName")) if part)}


def _opportunity(row: Row, find: Find, now: str) -> dict[str, Any]:
    stage = row.get("StageName", "")
    won, closed = stage == "Closed Won", stage.startswith("Closed")
    chance = 100.0 if won else 0.0 if closed else _PROBABILITY.get(stage, 50.0)
    forecast = "Closed" if won else "Omitted" if closed else "Pipeline"
    return {"IsClosed": closed, "IsWon": won, "Probability": chance, "ForecastCategoryName": forecast}


def _case(row: Row, find: Find, now: str) -> dict[str, Any]:
    closed = row.get("Status") == "Closed"
    return {"IsClosed": closed, "ClosedDate": row.get("ClosedDate", now) if closed else None}


def _task(row: Row, find: Find, now: str) -> dict[str, Any]:
    closed = row.get("Status") == "Completed"
    return {
        "IsClosed": closed,
        "CompletedDateTime": row.get("CompletedDateTime", now) if closed else None,
        "IsHighPriority": row.get("Priority") == "High",
        **_activity_account(row, find),
    }


def _event(row: Row, find: Find, now: str) -> dict[str, Any]:
    start = row.get("StartDateTime") or row.get("ActivityDateTime")
    if start is None:
        return _activity_account(row, find)
    minutes = row.get("DurationInMinutes") or _minutes(start, row.get("EndDateTime"))
    end = times.shown(times.moment(start) + timedelta(minutes=minutes))
    return {
        "StartDateTime": start,
        "ActivityDateTime": start,
        "ActivityDate": start[:10],
        "DurationInMinutes": minutes,
        "EndDateTime": end,
        **_activity_account(row, find),
    }


def _minutes(start: str, end: str | None) -> int:
    return int((times.moment(end) - times.moment(start)).total_seconds() // 60) if end else 60


def _activity_account(row: Row, find: Find) -> dict[str, Any]:
    """The account an activity is about: the What itself, or that of an opportunity, else that of the Who.

    A case does not count: https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_task.htm
    """
    about = row.get("WhatId")
    if about and about.startswith("001"):
        return {"AccountId": about}
    for key in (about if about and about.startswith("006") else None, row.get("WhoId")):
        parent = find(key) if key else None
        if parent and parent.get("AccountId"):
            return {"AccountId": parent["AccountId"]}
    return {"AccountId": None}


_RULES: Final[Mapping[str, Callable[[Row, Find, str], dict[str, Any]]]] = {
    "Contact": _person, "User": _person, "Opportunity": _opportunity, "Case": _case, "Task": _task, "Event": _event,
}  # fmt: skip
