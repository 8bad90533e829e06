"""``csbridge report``: the numbers of the business as one HTML file with pictures."""

from pathlib import Path

import click

from bridge.cli.metrics import BY, as_data, reckoned
from bridge.cli.needing import require
from bridge.cli.shell import Result, Shell, verb


@click.command("report", short_help="The numbers of the business as one HTML file with pictures.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file to write.")
@click.option("--months", type=click.IntRange(1, 120), default=12, show_default=True, help="Length of the period.")
@click.option("--by", type=click.Choice(BY), default="segment", show_default=True, help="Whose numbers to compare.")
@verb
def command(shell: Shell, out: Path, months: int, by: str) -> Result:
    """Write one self-contained HTML file: it loads nothing from elsewhere, holds no script, and prints well."""
    require("scipy", "proof", "csbridge report")
    require("matplotlib", "report", "csbridge report")
    from bridge.reporting.business import business_page
    from bridge.reporting.business_pictures import pictures
    from bridge.reporting.page import write

    numbers = reckoned(shell, months, by)
    write(business_page(numbers, pictures(numbers)), out)
    return Result({"out": str(out), **as_data(numbers)}, f"written: {out}")
