"""``csbridge metrics``: the numbers of the business, as tables or JSON."""

from pathlib import Path
from typing import Any

import click

from bridge.cli.needing import require
from bridge.cli.shell import Result, Shell, verb
from config.errors import ConfigError, Problem

BY = ("segment", "csm", "cohort", "industry", "plan")


@click.command("metrics", short_help="Retention, NRR, lifetime value, ROI: the numbers of the business.")
@click.option("--months", type=click.IntRange(1, 120), default=12, show_default=True, help="Length of the period.")
@click.option("--by", type=click.Choice(BY), default="segment", show_default=True, help="Whose numbers to compare.")
@click.option("--accounts", type=click.Path(path_type=Path, dir_okay=False), help="A CSV file too, a row per account.")
@verb
def command(shell: Shell, months: int, by: str, accounts: Path | None) -> Result:
    """Print churn, retention, GRR, NRR, cohorts, lifetime value, ROI and more over the last whole months.

    What the store does not know of a month is unknown, and said to be; nothing is filled in from today.
    """
    require("scipy", "proof", "csbridge metrics")
    from bridge.reporting.terminal import shown

    numbers = reckoned(shell, months, by)
    data, said = as_data(numbers), "" if shell.json else shown(numbers)
    if accounts:
        data["accounts"] = _written(numbers.accounts, accounts)
        said += f"\n\nwritten: {accounts}"
    return Result(data, said)


def _written(rows: Any, out: Path) -> str:
    try:
        rows.round(2).to_csv(out, index=False)
    except OSError as exc:
        raise ConfigError([Problem("--accounts", f"{out} cannot be written: {exc.strerror or exc}")]) from exc
    return str(out)


def reckoned(shell: Shell, months: int, by: str) -> Any:
    """The numbers of the workspace."""
    from bridge.business.book import gather
    from bridge.business.numbers import reckon

    with shell.workspace() as workspace, shell.progress() as progress:
        return reckon(gather(workspace, months, progress), workspace.settings.economics, by)


def as_data(numbers: Any) -> dict[str, Any]:
    """For --json; accounts by ``connection:id name`` instead of the store's own numbers."""
    from bridge.plain import plain

    data: dict[str, Any] = plain(numbers)
    labels = data.pop("labels")
    for term in data["roi"]["revenue"]:
        term["accounts"] = {labels.get(id, id): amount for id, amount in term["accounts"].items()}
    if data["effect"]:
        pairs = data["effect"]["pairs"]
        data["effect"]["pairs"] = [[labels.get(str(id), id) for id in pair] for pair in pairs]
    return data
