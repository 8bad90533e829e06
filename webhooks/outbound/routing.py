"""Who is told of an event. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from config.outbound import Endpoint
from webhooks.outbound.event import Event, Subject

COLUMNS: Final = ("segment", "journey_stage")
"""What ``where`` may name beside account fields."""


def listeners(endpoints: Iterable[Endpoint], event: Event, subject: Subject) -> list[Endpoint]:
    """The endpoints that want this type of event about this customer."""
    row: Mapping[str, Any] = {**subject.row, "segment": subject.segment, "journey_stage": subject.stage}
    return [one for one in endpoints if event.type in one.events and one.where.holds(row)]
