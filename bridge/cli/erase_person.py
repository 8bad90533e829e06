"""``csbridge erase-person``: one person is forgotten, and kept out from then on."""

import click

from bridge.cli.shell import MISUSED, Result, Shell, counted, verb


@click.command("erase-person", short_help="Forget one person, and keep them out from then on.")
@click.argument("person")
@click.option("--also", multiple=True, metavar="NAME", help="What a usage source calls the person. Several times.")
@click.option("--yes", is_flag=True, help="Do not ask. Nothing brings it back.")
@verb
def command(shell: Shell, person: str, also: tuple[str, ...], yes: bool) -> Result:
    """Erase PERSON (an e-mail address, connection:id or an id) from the store, deliveries, audit and mapped fields.

    A keyed hash stays, by which the next pull leaves the person out. What the CRM holds is deleted there, but for what
    csbridge wrote: the next push blanks the person's survey links, and takes their address out of texts of ours.
    """
    from bridge.persons.erasing import erase
    from bridge.persons.persons import find

    with shell.workspace() as workspace:
        with workspace.store.read() as db:
            someone = find(db, person, also)
        if not someone.known:
            message = "nobody is known by that id; an e-mail address, connection:id or an id is needed"
            return Result({"error": {"family": "unknown", "message": message}}, message, MISUSED)
        if not yes and not _confirmed(len(someone.refs)):
            told = "nothing was erased: it was not confirmed; with --yes nobody is asked"
            return Result({"error": {"family": "usage", "message": told}}, told, MISUSED)
        done = erase(workspace, someone)
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
