"""Opens the door for product usage: every source of events with its write keys."""

from collections.abc import Callable
from uuid import uuid4

from flask import Blueprint

from bridge.workspace import Workspace
from webhooks.inbox import Inbox
from webhooks.routes import Count
from webhooks.segment.doors import segment_routes


def events_door(workspace: Workspace, inbox: Inbox, wake: Callable[[], None], count: Count) -> Blueprint:
    """Without a source of events every write key is a wrong one. ``wake``: called after events were stored."""
    streams = [source.segment for source in workspace.settings.usage if source.segment]
    keys = {segment.name: [key.get_secret_value() for key in segment.write_key] for segment in streams}
    return segment_routes(keys, inbox, workspace.now, lambda: uuid4().hex, wake, count)
