"""``csbridge scorecard``: look after scorecard files."""

from pathlib import Path

import click

from bridge.cli.shell import Result, Shell, verb


@click.group("scorecard", short_help="Scorecard files: check.")
def command() -> None:
    """Look after the files in scorecards/."""


@command.command("check")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@verb
def check(shell: Shell, file: Path) -> Result:
    """Check a scorecard FILE: form, rules, and whether the features it names exist."""
    from config.errors import ConfigError
    from config.scorecards import load_scorecard
    from scoring import scorecard

    card = load_scorecard(file)
    problems = scorecard.check(card)
    if problems:
        raise ConfigError(problems)
    measures = {
        name: {"feature": measure.feature, "group": measure.group, "weight": measure.weight}
        for name, measure in card.measures.items()
    }
    data = {"version": card.version, "purpose": card.purpose, "for": str(card.applies), "measures": measures}
    total = sum(measure.weight for measure in card.measures.values())
    lines = [f"{file}: good; {card.version}, for {card.applies}"]
    lines += [f"  {measure.weight / total:5.0%}  {name} ({measure.group})" for name, measure in card.measures.items()]
    return Result(data, "\n".join(lines))
