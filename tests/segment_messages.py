"""Messages in the Segment format for tests, and the inbox row that a door makes of them."""

import itertools
from datetime import datetime
from typing import Any

import orjson
from worlds import World

from bridge.store.inbox import StoreInbox
from webhooks.segment.bodies import sent

SOURCE = "app"
numbers = itertools.count(1)


def message(kind: str, user: str | None = None, anonymous: str | None = None, **more: Any) -> dict[str, Any]:
    said = {"type": kind, "messageId": f"m{next(numbers)}", "userId": user, "anonymousId": anonymous}
    return {name: value for name, value in said.items() if value is not None} | more


def track(event: str, user: str | None = None, anonymous: str | None = None, **more: Any) -> dict[str, Any]:
    return message("track", user, anonymous, event=event, **more)


def group(account: str, user: str | None = None, anonymous: str | None = None, **more: Any) -> dict[str, Any]:
    return message("group", user, anonymous, groupId=account, **more)


def identify(user: str, anonymous: str | None = None, **traits: Any) -> dict[str, Any]:
    return message("identify", user, anonymous, traits=traits)


def alias(before: str, user: str) -> dict[str, Any]:
    return message("alias", user, previousId=before)


def body(*messages: dict[str, Any], **more: Any) -> bytes:
    """As the inbox keeps a batch."""
    plain = orjson.dumps({"batch": list(messages)} | more)
    return sent("batch", orjson.loads(plain), plain, lambda: "made").body


def post(world: World, *messages: dict[str, Any], at: datetime | None = None, **more: Any) -> None:
    StoreInbox(world.workspace.store).put(SOURCE, body(*messages, **more), (), at or world.clock.now())
