"""A card as a message for Slack's incoming webhooks: Block Kit, with a text for notifications.

https://docs.slack.dev/messaging/formatting-message-text: only &, < and > are escaped; that also takes their meaning
from <!channel> and <@user> in what customers wrote. At most 50 blocks, of 3,000 characters in a section.
"""

from collections.abc import Mapping
from typing import Any

from webhooks.outbound.sentences import Card, Group


def message(card: Card) -> dict[str, Any]:
    blocks = [_section(f"*{_escaped(card.title)}*"), *(_section(_lines(group)) for group in card.groups if group.lines)]
    if card.foot:
        blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": _escaped(card.foot)}]})
    return {"text": _escaped(card.title), "blocks": blocks}


def _lines(group: Group) -> str:
    head = [f"*{_escaped(group.head)}*"] if group.head else []
    bullets = [f"• {_escaped(line)}" if group.head else _escaped(line) for line in group.lines]
    return "\n".join([*head, *bullets])


def _section(text: str) -> Mapping[str, Any]:
    """``verbatim``: what looks like an address or a channel stays text."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _escaped(text: str) -> str:
    """Their control characters as entities; ``*`` and the like may at worst change the weight of a word."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
