"""A card as a message for Teams' Workflows webhooks ("When a Teams webhook request is received"): an Adaptive Card.

https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using: Workflows take
Adaptive Cards only. Texts are runs, in which no Markdown acts: what a customer wrote cannot become a link.
"""

from typing import Any, Final

from webhooks.outbound.sentences import Card, Group

SCHEMA: Final = "http://adaptivecards.io/schemas/adaptive-card.json"
VERSION: Final = "1.4"
"""The newest one that Teams shows on all devices."""


def message(card: Card, *, rtl: bool = False) -> dict[str, Any]:
    body = [_text(card.title, weight="Bolder", size="Medium")]
    body += [line for group in card.groups for line in _lines(group)]
    body += [_text(card.foot, isSubtle=True)] if card.foot else []
    content = {"$schema": SCHEMA, "type": "AdaptiveCard", "version": VERSION, "rtl": rtl, "body": body}
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": content}
    return {"type": "message", "attachments": [attachment]}


def _lines(group: Group) -> list[dict[str, Any]]:
    head = [_text(group.head, weight="Bolder")] if group.head else []
    return [*head, *(_text(f"• {line}" if group.head else line) for line in group.lines)]


def _text(text: str, **style: Any) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **style}]}
