"""``csbridge export-person``: all that is kept of one person."""

import click

from bridge.cli.persons import NOBODY, of_a_person, someone
from bridge.cli.shell import Result, Shell, verb


@click.command("export-person", short_help="All that is kept of one person, as JSON.")
@of_a_person
@verb
def command(shell: Shell, person: str, also: tuple[str, ...]) -> Result:
    """Print all that csbridge keeps of PERSON: an e-mail address, connection:id or an id."""
    from bridge.persons.personal import export

    with shell.workspace() as workspace:
        found = someone(workspace, person, also)
        if found is None:
            return NOBODY
        data = export(workspace, found)
    return Result(data, _as_text(data))


def _as_text(data: dict[str, object]) -> str:
    import orjson

    return orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS, default=str).decode()
