"""``csbridge sandbox``: serve a sandbox CRM on this machine."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import click
import orjson

from bridge.cli.shell import Result, Shell, verb
from config.errors import ConfigError, Problem


@click.command("sandbox", short_help="Serve a sandbox Salesforce or HubSpot on this machine.")
@click.argument("crm", type=click.Choice(["salesforce", "hubspot"]))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=9101, show_default=True, help="0 chooses a free one.")
@click.option("--accounts", type=click.IntRange(1), default=500, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same data.")
@click.option("--notify", help="Send webhooks here (loopback only).")
@click.option("--secret", default="", help="HubSpot: signs webhooks. Salesforce: replaces {secret} in --notify.")
@click.option("--latency-ms", type=click.FloatRange(0), default=0, help="Added to every answer.")
@click.option("--clock", type=click.DateTime(), help="The sandbox's time at its start; runs on from there (UTC).")
@click.option("--history/--no-history", default=True, help="Without: accounts and contacts only, for size.")
@click.option(
    "--activities", type=click.IntRange(0), default=0, help="Without history: so many activities nevertheless."
)
@click.option("--usage", type=click.Path(path_type=Path, dir_okay=False), help="Write the product usage to this CSV.")
@click.option(
    "--certificate",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Salesforce: the certificate (or public key) whose private key signs JWTs, PEM.",
)
@click.option("--option", "switches", multiple=True, metavar="NAME=VALUE", help="A switch of the sandbox's own.")
@verb
def command(
    shell: Shell,
    crm: str,
    clock: datetime | None,
    usage: Path | None,
    certificate: Path | None,
    switches: tuple[str, ...],
    **how: Any,
) -> Result:
    """Serve a sandbox CRM until interrupted. Its data is synthetic; its credentials are printed at the start.

    Control it at /_sandbox/{writes,faults,clock,quota,edit,events,stats}. Both CRMs have the switch
    rotate_refresh_tokens=true.

    A fault is posted as JSON to /_sandbox/faults, such as {"kind": "status", "status": 503, "match": "GET ",
    "times": 2, "after": 1}. Kinds of a call: 401, 403, 429, status, hang, cut, broken ("done": true: carried out all
    the same); others: timeout_after_write, latency, refuse, trigger, job_failed, job_stuck, truncated.
    """
    from adapters.sandbox.serve import Crm, serve

    def announce(facts: dict[str, Any]) -> None:
        if shell.json:
            click.echo(orjson.dumps(facts, default=str).decode())
        else:
            click.echo("\n".join(f"{name}: {value}" for name, value in facts.items()))

    options = {**dict(_switch(text) for text in switches), **_held("certificate", certificate)}
    moment = clock.replace(tzinfo=UTC) if clock else None
    try:
        serve(cast(Crm, crm), clock=moment, usage_file=usage, announce=announce, options=options, **how)
    except ValueError as exc:  # an unknown or malformed switch, or no certificate
        raise ConfigError([Problem("sandbox", str(exc))]) from exc
    except OSError as exc:
        what = f"cannot listen on port {how['port']}, or write the usage file: {exc.strerror}"
        raise ConfigError(
            [Problem("sandbox", what, expected="a free port (0 chooses one) and a writable file")]
        ) from exc
    return Result(None)


def _switch(text: str) -> tuple[str, str | bool]:
    name, _, value = text.partition("=")
    return name, {"true": True, "false": False}.get(value, value)


def _held(name: str, file: Path | None) -> dict[str, str]:
    return {} if file is None else {name: file.read_text("utf-8")}
