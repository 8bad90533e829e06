"""``csbridge demo``: the whole loop against the sandbox CRMs, no account needed."""

import os
import signal
import tempfile
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import click

from bridge.cli.shell import Result, Shell, verb


@click.command("demo", short_help="The whole loop against the sandbox CRMs; no account needed.")
@click.option("--accounts", type=click.IntRange(20), default=250, show_default=True, help="Accounts of each CRM.")
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same data.")
@click.option("--serve", is_flag=True, help="Stay up afterwards, until interrupted, and print the addresses.")
@verb
def command(shell: Shell, accounts: int, seed: int, serve: bool) -> Result:
    """Start a sandbox Salesforce and a sandbox HubSpot, and drive the ordinary commands against them.

    The data is synthetic: it shows how csbridge works, not how well its scores foresee.
    """
    from bridge.demo.events import run_events
    from bridge.demo.loop import cost, described, read_decisions, run_loop
    from bridge.demo.setting import stage

    say = (lambda text: None) if shell.json else click.echo
    with tempfile.TemporaryDirectory(prefix="csbridge-demo-") as folder:
        say("starting a sandbox Salesforce and a sandbox HubSpot (synthetic data) …")
        with stage(Path(folder), os.environ, accounts, seed) as setting:
            say("doctor, provision --apply, sync, score, push …")
            results = run_loop(setting)
            costs = cost(results)
            say(described(results, costs, setting.folder))
            say("\nserve: now something happens in the CRMs …")
            happenings = run_events(setting, read_decisions(setting.folder))
            for one in happenings:
                say(f"  {one.what} at {one.account}: {one.before:.1f} → {one.after:.1f} in {one.milliseconds} ms")
            if serve:
                _stay(partial(click.echo, err=shell.json), setting)
        data = {"cost": costs, "happenings": [asdict(one) for one in happenings], **results}
        return Result(data, "done" if not shell.json else "")


def _stay(say: Any, setting: Any) -> None:
    """Serve until interrupted, and say where everything is."""
    from bridge.demo.events import serving

    with serving(setting) as addresses:
        say(f"\nSalesforce  {setting.salesforce['url']}   control: {setting.salesforce['control']}")
        say(f"HubSpot     {setting.hubspot['url']}   control: {setting.hubspot['control']}")
        say(f"csbridge    {addresses['public']}   admin: {addresses['admin']}   workspace: {setting.folder}")
        say("until you press Ctrl-C")
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        signal.pause()
