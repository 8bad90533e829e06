"""What can be wrong with the endpoints that events go out to. Looks names up, and sends nothing."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from adapters.contract import Finding
from bridge.doctor.noted import Noted
from bridge.outbound import subscriptions
from bridge.workspace import Workspace
from config.outbound import Endpoint
from webhooks.outbound.addresses import why_not
from webhooks.outbound.connecting import Forbidden, judged


def examine_outbound(workspace: Workspace) -> Iterator[Noted]:
    """Each endpoint: whether it is well, and whether its address is one that may be sent to."""
    endpoints = {endpoint.name: endpoint for endpoint in workspace.settings.outbound}
    for row in subscriptions.standing(workspace):
        place = f"outbound {row['endpoint']}"
        yield from (Noted(place, finding, "connection") for finding in _standing(row))
        if endpoint := endpoints.get(row["endpoint"]):
            yield from (Noted(place, finding, "configuration") for finding in _address(endpoint))


def _standing(row: dict[str, object]) -> Iterator[Finding]:
    name, waits = row["endpoint"], f"{row['waiting']:,} notifications wait"
    match row["state"]:
        case "disabled":
            what = f"disabled since {row['disabled_at']:%Y-%m-%d %H:%M} UTC: {row['cause']}; {waits}"
            yield Finding("error", what, f"mend the receiver, then csbridge outbox retry {name}")
        case "failing":
            what = f"failing since {row['failing_since']:%Y-%m-%d %H:%M} UTC: {row['cause']}; {waits}"
            yield Finding("warning", what, "csbridge outbox list")
        case subscriptions.NOWHERE:
            yield Finding("warning", f"{subscriptions.NOWHERE}; {waits}", f"csbridge outbox drop {name}")
        case _:
            last = (
                f"last delivery {row['delivered_at']:%Y-%m-%d %H:%M} UTC" if row["delivered_at"] else "nothing sent yet"
            )
            yield Finding("info", last)
    if row["parked"]:
        what = f"{row['parked']:,} notifications are parked after their last try"
        yield Finding("warning", what, f"csbridge outbox retry {name}, or drop")


def _address(endpoint: Endpoint) -> Iterator[Finding]:
    url = urlsplit(endpoint.url.get_secret_value())
    plain = url.scheme == "http"

    def judge(address: str) -> str | None:
        return why_not(address, private=endpoint.allow_private, plain=plain)

    try:
        judged(endpoint.host, url.port or (80 if plain else 443), judge)
    except Forbidden as exc:
        yield Finding("error", str(exc), "another url, or allow_private: true for one's own network")
    except OSError as exc:
        yield Finding("error", f"{endpoint.host} cannot be looked up: {exc.strerror or type(exc).__name__}", "mend url")
