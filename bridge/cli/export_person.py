"""``csbridge export-person``: all that is kept of one person."""

import click

from bridge.cli.shell import MISUSED, Result, Shell, verb


@click.command("export-person", short_help="All that is kept of one person, as JSON.")
@click.argument("person")
@click.option("--also", multiple=True, metavar="NAME", help="What a usage source calls the person. Several times.")
@verb
def command(shell: Shell, person: str, also: tuple[str, ...]) -> Result:
    """Print all that csbridge keeps of PERSON: an e-mail address, connection:id or an id."""
    from bridge.persons.personal import export
    from bridge.persons.persons import find

    with shell.workspace() as workspace:
        with workspace.store.read() as db:
            someone = find(db, person, also)
        if not someone.known:
            message = "nobody is known by that id; an e-mail address, connection:id or an id is needed"
            return Result({"error": {"family": "unknown", "message": message}}, message, MISUSED)
        data = export(workspace, someone)
    return Result(data, _as_text(data))


def _as_text(data: dict[str, object]) -> str:
    import orjson

    return orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS, default=str).decode()
