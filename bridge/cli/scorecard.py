"""``csbridge scorecard``: the life of scorecard files: check, write, activate, rollback, list."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import click

from bridge.cli.shell import Result, Shell, verb
from config.words import PURPOSES, Purpose

CHOICE = click.Choice(PURPOSES)


@click.group("scorecard", short_help="Scorecard files: check, write, activate, rollback, list.")
def command() -> None:
    """Look after the files in scorecards/."""


@command.command("check")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@verb
def check(shell: Shell, file: Path) -> Result:
    """Check a scorecard FILE: form, rules, and whether the features it names exist. Shows what it is made of."""
    from bridge.cli.scorecard_text import described, facts
    from bridge.setup.carding import checked, mapped_names, neighbours, unheard
    from scoring.scorecard_check import columns_needed
    from scoring.scorecard_facts import warnings

    found = checked(file, shell.config)
    warned = [*warnings(found.card), *unheard(found.card, shell.config)]
    if mapped_names(shell.config) is None:
        warned += columns_needed(found.card)
    if file.absolute().parent == (shell.config.absolute().parent / "scorecards"):
        warned += neighbours(shell.config.parent, found, file.name)
    return Result(facts(found.card, warned), described(file, found.card, warned))


@command.command("write")
@click.argument("purpose", type=CHOICE)
@verb
def write(shell: Shell, purpose: str) -> Result:
    """Copy the shipped scorecards of PURPOSE into scorecards/, to be edited. Overwrites nothing."""
    from config.workspace import write_scorecards

    paths = [str(path) for path in write_scorecards(shell.config.parent, cast(Purpose, purpose))]
    text = "\n".join(["written:", *(f"  {path}" for path in paths), "from now on these count instead of the shipped"])
    return Result({"written": paths}, text)


@command.command("activate")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--as", "name", help="The name in scorecards/; FILE's own when left out.")
@click.option("--force", is_flag=True, help="Even when it was learnt without proof, or takes another purpose's place.")
@verb
def activate(shell: Shell, file: Path, name: str | None, force: bool) -> Result:
    """Check FILE and put it into scorecards/. What it replaces is remembered: `scorecard rollback` brings it back."""
    from bridge.setup.carding import activate, checked, unheard
    from scoring.scorecard_facts import warnings

    target = _file_name(name or file.name)
    found = checked(file, shell.config)
    with _store(shell) as (store, now, _):
        done = activate(shell.config.parent, store, found, target, now(), force=force)
    warned = [*warnings(found.card), *unheard(found.card, shell.config), *done.warnings]
    data = {"file": str(done.path), "version": done.version, "replaced": done.replaced, "warnings": warned}
    before = f"instead of {done.replaced}" if done.replaced else "no file of that name was there"
    lines = [f"{done.path}: {done.version} is active, {before}", *(f"warning: {text}" for text in warned)]
    if done.replaced == done.version:
        lines[0] = f"{done.path}: {done.version} is active already"
    return Result(data, "\n".join([*lines, "next: csbridge run (everybody is decided about anew)"]))


@command.command("rollback")
@click.argument("purpose", type=CHOICE, required=False)
@click.option("--force", is_flag=True, help="Even when the file was changed by hand since.")
@verb
def rollback(shell: Shell, purpose: str | None, force: bool) -> Result:
    """Take the newest activation back (of PURPOSE, when given): the file is what it was before."""
    from bridge.setup.carding import roll_back

    with _store(shell) as (store, now, _):
        done = roll_back(shell.config.parent, store, cast(Purpose | None, purpose), now(), force=force)
    data = {"file": str(done.path), "version": done.version, "replaced": done.replaced}
    state = f"{done.version} is active again" if done.version else "is gone again"
    return Result(data, f"{done.path}: {state}, instead of {done.replaced}")


@command.command("list")
@verb
def list_(shell: Shell) -> Result:
    """The scorecards that count, in the order in which they are tried."""
    from bridge.cli.scorecard_text import table
    from bridge.setup.carding import listed

    with _store(shell) as (store, _, purposes):
        found = listed(shell.config.parent, store, purposes)
    data = [
        {
            "purpose": one.card.purpose,
            "file": one.file,
            "shipped": one.shipped,
            "version": one.card.version,
            "form": one.card.form,
            "for": str(one.card.applies),
            "since": one.since and one.since.isoformat(),
            "scored": one.card.purpose in purposes,
        }
        for one in found
    ]
    return Result({"scorecards": data}, table(data))


def _file_name(name: str) -> str:
    """A plain name of a YAML file."""
    if Path(name).name != name or name.startswith("."):
        raise click.BadParameter(f"{name} is no plain file name", param_hint="--as")
    return name if name.endswith(".yml") else f"{name.removesuffix('.yaml')}.yml"


@contextmanager
def _store(shell: Shell) -> Iterator[Any]:
    """The workspace's store, its clock and the purposes it scores.

    Without its scorecards, which may be what has to be mended, and without the secrets of its connections.
    """
    from bridge.clock import from_environment
    from bridge.store.engine import open_store
    from config.loading import load_store

    address, purposes = load_store(shell.config, shell.environ)
    store = open_store(address)
    try:
        yield store, from_environment(shell.environ).now, list(dict.fromkeys(["health", *purposes]))
    finally:
        store.close()
