"""The command ``csbridge``: finds the verb's module and hands over. Imports nothing heavy, so that --help is quick."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import click

from bridge import __version__
from bridge.cli.shell import Shell

VERBS: Final = {
    "init": "bridge.cli.init",
    "connect": "bridge.cli.connect",
    "doctor": "bridge.cli.doctor",
    "provision": "bridge.cli.provision",
    "sync": "bridge.cli.sync",
    "score": "bridge.cli.score",
    "learn": "bridge.cli.learn",
    "push": "bridge.cli.push",
    "run": "bridge.cli.run",
    "reconcile": "bridge.cli.reconcile",
    "serve": "bridge.cli.serve",
    "explain": "bridge.cli.explain",
    "identity": "bridge.cli.identity",
    "metrics": "bridge.cli.metrics",
    "report": "bridge.cli.report",
    "scorecard": "bridge.cli.scorecard",
    "whatif": "bridge.cli.whatif",
    "backtest": "bridge.cli.backtest",
    "export-person": "bridge.cli.export_person",
    "erase-person": "bridge.cli.erase_person",
    "inbox": "bridge.cli.inbox",
    "outbox": "bridge.cli.outbox",
    "sandbox": "bridge.cli.sandbox",
    "demo": "bridge.cli.demo",
}
"""Verb → module, whose ``command`` it is; in the order in which a new workspace needs them."""


_GIVEN: Final = "csbridge.given"


class Verbs(click.Group):
    """A group whose commands are imported when they are asked for."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[_GIVEN] = tuple(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; who asked for JSON gets the misuse of an option as JSON, too."""
        try:
            return super().invoke(ctx)
        except click.UsageError as exc:
            if "--json" not in ctx.meta[_GIVEN]:
                raise
            click.echo(json.dumps({"error": {"family": "usage", "message": exc.format_message()}}))
            ctx.exit(exc.exit_code)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        command: click.Command = import_module(VERBS[cmd_name]).command
        return command


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-c",
    "--config",
    "config",
    type=click.Path(path_type=Path),
    default=Path("csbridge.yml"),
    show_default=True,
    envvar="CSBRIDGE_CONFIG",
    help="The workspace's settings.",
)
@click.version_option(__version__, prog_name="csbridge")
@click.pass_context
def main(ctx: click.Context, config: Path) -> None:
    """Customer success inside the CRM you already have.

    Reads accounts and activities from Salesforce and HubSpot, scores every customer's health with reasons, and
    writes scores, risk flags and next actions back as CRM fields.

    Exit codes: 0 done; 1 done, but the CRM refused some records; 2 usage or configuration; 3 no connection or no
    rights; 4 quota spent, will resume; 70 a bug.
    """
    ctx.obj = Shell(config)
