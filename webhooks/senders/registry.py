"""Which module reads which sender. A new one is a module with ``verify``, ``read`` and ``ANSWER``, and a line here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from adapters.contract import Answer, Delivery
from adapters.records import Ref
from config.senders import SenderConnection, SenderKind
from webhooks.senders import delighted, form, signing, standard_webhooks, stripe, surveymonkey, typeform
from webhooks.senders.told import News, Sender

SENDERS: Final[Mapping[SenderKind, Sender]] = {
    "delighted": delighted,
    "typeform": typeform,
    "surveymonkey": surveymonkey,
    "form": form,
    "stripe": stripe,
    "standard_webhooks": standard_webhooks,
}


MARKS: Final[Mapping[SenderKind, Callable[[Delivery], str]]] = {
    "standard_webhooks": lambda delivery: delivery.headers.get("webhook-id", ""),
    "form": lambda delivery: signing.stamp_in(delivery.headers.get(form.SIGNATURE, "")),
}
"""What tells a delivery that comes again from a new one with the same words, where the body may hold nothing of it:
something may be as it was before."""


def read(body: bytes, settings: SenderConnection, zone: ZoneInfo) -> list[News]:
    """What a body tells that was verified when it came in."""
    return SENDERS[settings.crm].read(body, settings, zone)


@dataclass(frozen=True, slots=True)
class SenderWebhooks:
    """A sender as the door knows it (``adapters.contract.Webhooks``): it names no records, its bodies are the news."""

    settings: SenderConnection
    zone: ZoneInfo

    def verify(self, delivery: Delivery, secrets: Sequence[str], now: datetime) -> None:
        SENDERS[self.settings.crm].verify(delivery, secrets, now, self.settings)

    def notices(self, delivery: Delivery) -> list[Ref]:
        return []

    def tells(self, delivery: Delivery) -> bool:
        """Whether the body is worth keeping. Raises ``Rejected`` for one that nobody could read later either."""
        return bool(read(delivery.body, self.settings, self.zone))

    def mark(self, delivery: Delivery) -> str:
        """The same for a delivery that is sent again, and for no other; empty where the body says it."""
        marked = MARKS.get(self.settings.crm)
        return marked(delivery) if marked else ""

    def acknowledge(self, delivery: Delivery) -> Answer:
        return SENDERS[self.settings.crm].ANSWER
