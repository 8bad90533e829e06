"""``csbridge learn``: a readable scorecard from a table or the own history, judged on rows it has not seen."""

from pathlib import Path
from typing import Any

import click

from bridge.cli.shell import DONE, SOME_REFUSED, Result, Shell, verb
from config.words import PURPOSES

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("learn", short_help="Learn a scorecard from history or a table, and judge it.")
@click.option("--table", type=_FILE, help="CSV, Parquet or Excel; without one, the workspace's own history.")
@click.option("--label", metavar="COLUMN", help="Of a table: the outcome to foretell, a column of two values.")
@click.option("--time", metavar="COLUMN", help="When each row was: learn from the earlier, judge on the later.")
@click.option(
    "--embargo",
    metavar="N",
    help="With --time, how far labels look ahead: N of its periods, or days (90d), "
    "before the judged rows teach nothing. By default 1 period; 0 where times are no periods.",
)
@click.option("--out", type=_FILE, required=True, help="The scorecard to write; its model card goes beside it (.md).")
@click.option("--report", type=_FILE, help="Write the model card as one HTML page too.")
@click.option("--drop", multiple=True, metavar="COLUMN", help="Leave a column out; may be given several times.")
@click.option("--keep", multiple=True, metavar="COLUMN", help="Take a column that looks like an id or a leak.")
@click.option("--id", "customer", metavar="COLUMN", help="Who a row is of, where one customer has several rows.")
@click.option("--positive", metavar="VALUE", help="The label's value to foretell, where that is not plain.")
@click.option("--good/--bad", default=None, help="Whether that value is good news (default: by its name).")
@click.option("--higher-is-better", "up", multiple=True, metavar="COLUMN", help="More of it never lowers the score.")
@click.option("--lower-is-better", "down", multiple=True, metavar="COLUMN", help="More of it never raises the score.")
@click.option("--purpose", type=click.Choice(PURPOSES), default="health", show_default=True)
@click.option("--red", type=click.FloatRange(0.05, 0.95), default=0.5, show_default=True,
              help="Share of the bad outcomes that the red band is to hold.")  # fmt: skip
@click.option("--horizon", default="90d", show_default=True, help="Without a table: how far ahead to foretell.")
@click.option("--force", is_flag=True, help="Write the card although the verdict is against it; it says so itself.")
@verb
def command(shell: Shell, table: Path | None, out: Path, **options: Any) -> Result:
    """Learn a scorecard from a table whose outcome is known, or from the workspace's own history.

    The card stays one that a person can read and edit. It is judged on rows that it was not learnt from, beside one
    column alone and logistic regression, with intervals. Where nothing was found, or too little happened, no card is
    written, and the exit code is 1. From the history, the card also has to beat the present one on later months.
    """
    if table is None:
        return _from_history(shell, out, options)
    if options["label"] is None:
        raise click.UsageError("with --table, --label names the outcome")
    from bridge.tables.files import read_table
    from scoring.proof.learn import learn

    del options["horizon"]
    force, report = options.pop("force"), options.pop("report")
    directions: Any = {**dict.fromkeys(options.pop("up"), "up"), **dict.fromkeys(options.pop("down"), "down")}
    red, embargo = options.pop("red"), _embargo(options.pop("embargo"), options["time"])
    lesson = learn(read_table(table), directions=directions, red_catches=red, embargo=embargo, **options)
    return told(lesson, str(table), out, report, force=force)


def _embargo(text: str | None, time: str | None) -> Any:
    """``2`` → two periods, ``90d`` → 90 days; None where nothing is asked for."""
    from scoring.proof.timing import Embargo

    if text is None:
        return None
    if time is None:
        raise click.UsageError("--embargo counts the periods of --time: name its column")
    digits = text.strip().removesuffix("d").strip()
    if not digits.isdecimal():
        raise click.BadParameter(
            "a number of periods such as 2, or of days such as 90d, is needed", param_hint="--embargo"
        )
    return Embargo(int(digits), "days" if text.strip().endswith("d") else "periods")


_OF_A_TABLE = {
    "label": "--label", "time": "--time", "embargo": "--embargo", "keep": "--keep", "customer": "--id",
    "positive": "--positive", "good": "--good",
}  # fmt: skip


def _from_history(shell: Shell, out: Path, options: dict[str, Any]) -> Result:
    """A row per customer and month's end; lost: it left or shrank within the horizon."""
    if named := [option for name, option in _OF_A_TABLE.items() if options[name]]:
        raise click.UsageError(f"{named[0]} is about a table: name it with --table")
    if options["purpose"] != "health":
        raise click.UsageError("the workspace's history teaches the purpose health; --table any")
    from bridge.cli.backtest import days_of
    from bridge.cli.needing import require

    require("sklearn", "proof", "csbridge learn")
    from bridge.proof.learning import learn_from
    from bridge.proof.panel import Asked
    from scoring.proof.history import refused

    ways = {**dict.fromkeys(options["up"], "up"), **dict.fromkeys(options["down"], "down")}
    asked = Asked(horizon=days_of(options["horizon"]))
    with shell.workspace() as workspace, shell.progress() as progress:
        found = learn_from(workspace, asked, drop=options["drop"], directions=ways, red_catches=options["red"],
                           progress=progress)  # fmt: skip
    lesson, better = refused(found.taught), found.taught.better
    result = told(lesson, found.source, out, options["report"], force=options["force"], may=better)
    lines = [result.text, found.taught.because(), *(f"note: {note}" for note in found.notes)]
    return Result({**(result.data or {}), **found.data, "notes": list(found.notes)}, "\n".join(lines), result.code)


def told(lesson: Any, source: str, out: Path, report: Path | None, *, force: bool, may: bool = True) -> Result:
    """Write what is to be written, and say what came of it. ``may``: False where something else speaks against it."""
    from scoring.proof.model_card import summary

    written = lesson.card is not None and ((lesson.proven and may) or force)
    data = as_data(lesson) | {"out": str(out) if written else None, "model_card": None, "report": None}
    lines = summary(lesson)
    if written:
        data["model_card"] = str(_write_card(lesson, source, out))
        lines.append(f"written: {out}, {data['model_card']}")
    else:
        lines.append(
            f"{out} is not written" + ("" if lesson.card is None or force else "; --force writes it all the same")
        )
    if report:
        data["report"] = str(_write_report(lesson, source, out, report))
        lines.append(f"report: {report}")
    return Result(data, "\n".join(lines), DONE if (lesson.proven and may) or written else SOME_REFUSED)


def as_data(lesson: Any) -> dict[str, Any]:
    """A lesson for --json."""
    from scoring.proof.data import lesson_data

    return lesson_data(lesson)


def _write_card(lesson: Any, source: str, out: Path) -> Path:
    from config.written import scorecard_text
    from scoring.proof.model_card import markdown

    card = lesson.card
    comments = [
        f"Learnt from {Path(source).name}: {lesson.rows:,} rows, {lesson.events:,} with "
        f"{lesson.outcome.column} = {lesson.outcome.positive}.",
        f"Verdict ({lesson.verdict}): {lesson.because}",
        "Every measure maps one column to 0–100; the score is their mean by weight (in per cent). Edit it as you like:",
        "the figures under learnt stay those of the card as it was learnt.",
    ]
    beside = out.with_suffix(".md")
    _write(out, scorecard_text(card, comments))
    _write(beside, markdown(lesson, Path(source).name, out.name))
    return beside


def _write_report(lesson: Any, source: str, out: Path, report: Path) -> Path:
    from scoring.proof.page import page

    _write(report, page(lesson, Path(source).name, out.name))
    return report


def _write(path: Path, text: str) -> None:
    from config.errors import ConfigError, Problem

    try:
        path.write_text(text, "utf-8")
    except OSError as exc:
        raise ConfigError([Problem("--out", f"{path} cannot be written: {exc.strerror}")]) from exc
