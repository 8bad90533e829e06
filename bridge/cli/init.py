"""``csbridge init``: write a commented workspace."""

from pathlib import Path

import click

from bridge.cli.shell import Result, Shell, verb


@click.command("init", short_help="Write a commented workspace to edit.")
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
@verb
def command(shell: Shell, folder: Path) -> Result:
    """Write csbridge.yml and scorecards/ into FOLDER (here, when none is given). Overwrites nothing."""
    from config.workspace import write_workspace

    paths = [str(path) for path in write_workspace(folder)]
    text = "\n".join(["written:", *(f"  {path}" for path in paths), _NEXT])
    return Result({"written": paths}, text)


_NEXT = """next:
  edit csbridge.yml, and export the secrets that it names
  csbridge doctor
  csbridge provision --apply
  csbridge run"""
