"""The app of the public port, put together: every door that the settings open, and one inbox behind all of them."""

from collections.abc import Callable

from flask import Blueprint, Flask

from adapters.contract import Webhooks
from bridge.inlets import survey_answers
from bridge.store.inbox import StoreInbox
from bridge.surveys import links as surveying
from bridge.usage.events_door import events_door
from bridge.workspace import Workspace
from webhooks.app import create_public_app
from webhooks.inbox import Inbox
from webhooks.receivers import Receiver
from webhooks.routes import Count
from webhooks.senders.registry import SenderWebhooks
from webhooks.survey.routes import survey_routes


def public_app(
    workspace: Workspace, count: Count = lambda source, outcome: None, on_accepted: Callable[[], None] = lambda: None
) -> Flask:
    """``count`` is told of every delivery, ``on_accepted`` that one was stored."""
    deliveries = StoreInbox(workspace.store)
    return create_public_app(
        receivers(workspace),
        deliveries,
        workspace.now,
        workspace.settings.public_url,
        on_accepted=on_accepted,
        count=count,
        doors=[
            *_surveys(workspace, deliveries, on_accepted),
            events_door(workspace, deliveries, on_accepted, count),
        ],
        trusted_proxies=workspace.settings.trusted_proxies,
    )


def receivers(workspace: Workspace) -> dict[str, Receiver]:
    """Who may knock: every connection, with its webhook secrets (none: nothing is accepted)."""
    settings = workspace.settings
    found: dict[str, Webhooks] = {crm.name: workspace.adapter(crm.name) for crm in settings.crms}
    found |= {sender.name: SenderWebhooks(sender, settings.zone) for sender in settings.senders}
    secrets = {one.name: [secret.get_secret_value() for secret in one.webhook_secret] for one in settings.connections}
    return {name: Receiver(name, webhooks, secrets[name]) for name, webhooks in found.items()}


def _surveys(workspace: Workspace, deliveries: Inbox, on_accepted: Callable[[], None]) -> list[Blueprint]:
    """Our own surveys, where people can reach them."""
    if not surveying.may_be_asked(workspace):
        return []
    return [survey_routes(survey_answers.desk(workspace, deliveries, on_accepted))]
