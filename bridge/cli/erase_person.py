"""``csbridge erase-person``: one person is forgotten, and kept out from then on."""

import click

from bridge.cli.persons import NOBODY, of_a_person, someone
from bridge.cli.shell import MISUSED, Result, Shell, counted, verb


@click.command("erase-person", short_help="Forget one person, and keep them out from then on.")
@of_a_person
@click.option("--yes", is_flag=True, help="Do not ask. Nothing brings it back.")
@verb
def command(shell: Shell, person: str, also: tuple[str, ...], yes: bool) -> Result:
    """Erase PERSON (an e-mail address, connection:id or an id) from the store, deliveries, audit and mapped fields.

    A keyed hash stays, by which the next pull leaves the person out. What the CRM holds is deleted there, but for what
    csbridge wrote: the next push blanks the person's survey links, and takes their address out of texts of ours.
    """
    from bridge.persons.erasing import erase

    with shell.workspace() as workspace:
        found = someone(workspace, person, also)
        if found is None:
            return NOBODY
        if not yes and not _confirmed(len(found.refs)):
            told = "nothing was erased: it was not confirmed; with --yes nobody is asked"
            return Result({"error": {"family": "usage", "message": told}}, told, MISUSED)
        done = erase(workspace, found)
    lines = [f"{number:>6,}  {what}" for what, number in done.items() if number]
    data = {"erased": {what: number for what, number in done.items() if number}}
    return Result(
        data, "\n".join(["erased:", *lines]) if lines else "nothing of this person was kept; kept out from now on"
    )


def _confirmed(records: int) -> bool:
    """A person says so. Where there is none to answer, or they break off, that is no yes."""
    try:
        return click.confirm(f"erase {counted(records, 'record')} for good?", err=True)
    except click.Abort:
        click.echo(err=True)
        return False
