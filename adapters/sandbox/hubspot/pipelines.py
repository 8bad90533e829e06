"""The default pipelines of a portal as the API shows them, and what a stage means for a record. Pure."""

from typing import Any, Final

_EPOCH: Final = "1970-01-01T00:00:00Z"
DEAL_STAGES: Final = (
    ("appointmentscheduled", "Appointment Scheduled", "0.2"),
    ("qualifiedtobuy", "Qualified To Buy", "0.4"),
    ("presentationscheduled", "Presentation Scheduled", "0.6"),
    ("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
    ("contractsent", "Contract Sent", "0.9"),
    ("closedwon", "Closed Won", "1.0"),
    ("closedlost", "Closed Lost", "0.0"),
)
TICKET_STAGES: Final = (
    ("1", "New", "OPEN"),
    ("2", "Waiting on contact", "OPEN"),
    ("3", "Waiting on us", "OPEN"),
    ("4", "Closed", "CLOSED"),
)


def default_pipelines() -> dict[str, list[dict[str, Any]]]:
    """Pipelines by object type; metadata values are texts, defaults were made in 1970."""
    deals = [
        _stage(i, name, label, {"isClosed": str(name.startswith("closed")).lower(), "probability": probability})
        for i, (name, label, probability) in enumerate(DEAL_STAGES)
    ]
    tickets = [_stage(i, *stage[:2], {"ticketState": stage[2]}) for i, stage in enumerate(TICKET_STAGES)]
    return {
        "deals": [_pipeline("default", "Sales Pipeline", deals)],
        "tickets": [_pipeline("0", "Support Pipeline", tickets)],
    }


def _stage(order: int, name: str, label: str, metadata: dict[str, str]) -> dict[str, Any]:
    return {
        "id": name,
        "label": label,
        "displayOrder": order,
        "metadata": metadata,
        "createdAt": _EPOCH,
        "updatedAt": _EPOCH,
        "archived": False,
        "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
    }


def _pipeline(name: str, label: str, stages: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": name,
        "label": label,
        "displayOrder": 0,
        "stages": stages,
        "createdAt": _EPOCH,
        "updatedAt": _EPOCH,
        "archived": False,
    }


def consequences(kind: str, changes: dict[str, str | None], now: str) -> dict[str, str | None]:
    """What HubSpot sets by itself when a stage changes: closed flags and the closing time."""
    if kind == "deals" and changes.get("dealstage"):
        stage = changes["dealstage"]
        chance = next((chance for name, _, chance in DEAL_STAGES if name == stage), None)
        return {
            "hs_is_closed": str(stage in ("closedwon", "closedlost")).lower(),
            "hs_is_closed_won": str(stage == "closedwon").lower(),
            "hs_deal_stage_probability": chance,
        }
    if kind == "tickets" and changes.get("hs_pipeline_stage"):
        closed = changes["hs_pipeline_stage"] == "4"
        return {"hs_is_closed": str(closed).lower(), "closed_date": now if closed else None}
    return {}
