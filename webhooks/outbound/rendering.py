"""The body of a delivery, in the endpoint's format: the same bytes at every attempt. Pure."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from config.outbound import Format
from webhooks.outbound import slack, teams
from webhooks.outbound.sentences import Words, card


def body(document: Mapping[str, Any], format: Format, words: Words, zone: ZoneInfo, *, rtl: bool = False) -> bytes:
    """``rtl``: the language runs from right to left."""
    match format:
        case "standard":
            return orjson.dumps(document)
        case "slack":
            return orjson.dumps(slack.message(card(document, words, zone)))
        case "teams":
            return orjson.dumps(teams.message(card(document, words, zone), rtl=rtl))
