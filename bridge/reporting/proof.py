"""The back-test as a page: the verdict first, then every figure with its interval, and what a reader has to know.

Owns wording and order; takes the data that ``--json`` shows, so that both say the same.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bridge.reporting import proof_pictures as pictures
from bridge.reporting.page import Figure, Headline, Page, Section, Table
from scoring.proof.backtest import GRID, Curves

Data = Mapping[str, Any]
FOOTER = (
    "Made by csbridge. Intervals hold 95 %: whole customers are resampled, for the rows of one are not independent.",
    "AUC: how often a row that was lost had the lower score than one that was not; 0.5 is guessing. Lift: how many "
    "times the average rate of losses the lowest tenth of scores had.",
)


def proof_page(data: Data, curves: Curves | None, title: str, language: str = "en") -> Page:
    """``data``: as ``csbridge backtest --json`` gives it."""
    made = [_ranking(data, curves), _red(data), _months(data), _groups(data), _lead(data), _calibrated(data)]
    return Page(
        title=title,
        subtitle=_subtitle(data),
        headlines=list(_headlines(data)),
        notes=[data["verdict"]["sentence"]],
        sections=[*(section for section in made if section), _made(data)],
        footer=FOOTER,
        language=language,
    )


def _subtitle(data: Data) -> str:
    cuts = data.get("cuts") or []
    months = f"{len(cuts)} months, {cuts[0]} to {cuts[-1]}; " if cuts else ""
    ahead = f"losses within {data['horizon_days']} days; " if data.get("horizon_days") else ""
    cards = ", ".join(data.get("scorecards", []))
    lost = f"{data['customers']:,} customers, {data['customers_lost']:,} lost"
    return f"{cards + ': ' if cards else ''}{months}{ahead}{lost}"


def _headlines(data: Data) -> Iterator[Headline]:
    if not data["score"]:
        yield Headline("Verdict", data["verdict"]["kind"])
        return
    yield _headline("AUC", data["score"]["auc"], figure)
    yield _headline("Lift of the lowest tenth", data["score"]["lift_lowest_decile"], lambda one: figure(one, 1))
    if red := data["red_band"]:
        yield _headline("Lost, of the red", red["precision"], share)
        yield _headline("Red, of the lost", red["recall"], share)
    lead = data["lead_time"]
    if lead and lead["median_days"]:
        detail = f"{lead['ever_red']:,} of {lead['customers_lost']:,} were red at all"
        yield Headline("Median lead time", f"{lead['median_days']['value']:.0f} days", detail)


def _headline(label: str, told: Data | None, said: Any) -> Headline:
    value, _, detail = said(told).partition(" (")
    return Headline(label, value, f"95 %: {detail.removesuffix(')')}" if detail else "")


def _ranking(data: Data, curves: Curves | None) -> Section | None:
    if not data["score"] or curves is None:
        return None
    names = ["score", *(one["name"] for one in data["baselines"].values())]
    aucs = [data["score"]["auc"], *(one["baseline"]["auc"] for one in data["baselines"].values())]
    rows = [["score", figure(data["score"]["auc"]), figure(data["score"]["lift_lowest_decile"], 1), "", ""]]
    for one in data["baselines"].values():
        name, base = one["name"], one["baseline"]
        rows.append([name, figure(base["auc"]), figure(base["lift_lowest_decile"], 1),
                     figure(one["score_on_the_same_rows"]["auc"]), signed(one["auc_difference"])])  # fmt: skip
    columns = ["", "AUC", "lift of the lowest tenth", "AUC of the score on the same rows", "score − baseline"]
    figures = [
        Figure("Beside the baselines", pictures.beside("AUC of the score and its baselines", names, aucs)),
        Figure(
            "Losses caught against false alarms",
            _curve("ROC curve of the score", curves.roc, "of those kept, called", "of the lost, called"),
            "shade: 95 % interval; dots: guessing",
        ),
        Figure(
            "Losses in the lowest scores",
            _curve("Gains curve of the score", curves.gains, "of the book, lowest first", "of the lost"),
            "shade: 95 % interval; dots: guessing",
        ),
        Figure(
            "Scores by what came of them",
            pictures.distribution("Distribution of scores by outcome", curves.distribution),
            "each outcome as a whole of its own",
        ),
    ]  # fmt: skip
    intro = (
        "Recency alone: days since the last use, else the last touch. Logistic regression: on what the card looks at, "
        "learnt for each month from months whose outcome was known by then."
    )
    return Section("ranking", "Does a low score come before a loss?", intro, figures=figures,
                   tables=[Table.of(columns, rows)])  # fmt: skip


def _curve(alt: str, drawn: Any, x: str, y: str) -> Any:
    return pictures.curve(alt, GRID.tolist(), drawn.tolist(), x, y)


def _red(data: Data) -> Section | None:
    if not (red := data["red_band"]):
        return None
    rows = [
        ["of the red, lost (precision)", share(red["precision"])],
        ["of the lost, red (recall)", share(red["recall"])],
        ["of the book, red", share(red["share"])],
        ["of the book, lost (base rate)", share(red["base_rate"])],
    ]
    return Section("red", "What the red band is worth", tables=[Table.of(["", "share (95 %)"], rows)])


def _months(data: Data) -> Section | None:
    if not data["by_cut"]:
        return None
    rows = [[cut["cut"], f"{cut['rows']:,}", f"{cut['lost']:,}", figure(cut["auc"])] for cut in data["by_cut"]]
    drift = data["drift"]
    notes = [f"Later half less earlier half of the months: AUC {signed(drift)}"] if drift else []
    picture = pictures.by_month("AUC of the score by month", data["by_cut"])
    return Section(
        "months", "Month by month", figures=[Figure("AUC by month", picture, "shade: 95 % interval; dots: guessing")],
        tables=[Table.of(["as of", "customers", "lost afterwards", "AUC (95 %)"], rows)], notes=notes,
    )  # fmt: skip


def _groups(data: Data) -> Section | None:
    if not data["by_segment"]:
        return None
    rows = [
        [
            name,
            f"{one['rows']:,}",
            f"{one['customers_lost']:,}",
            figure(one["auc"]),
            figure(one["lift_lowest_decile"], 1),
        ]
        for name, one in data["by_segment"].items()
    ]
    return Section("segments", "By segment", "Only where there is enough to tell.",
                   tables=[Table.of(["", "rows", "customers lost", "AUC (95 %)", "lift (95 %)"], rows)])  # fmt: skip


def _lead(data: Data) -> Section | None:
    lead = data["lead_time"]
    if not lead or not lead["customers_lost"]:
        return None
    rows = [
        [f"red at least {ahead.removesuffix('d')} days ahead", f"{one['customers']:,}", share(one)]
        for ahead, one in lead["caught"].items()
    ]
    picture = pictures.lead_times("Days from the first red to the loss", lead["days"])
    return Section(
        "lead", "How early", "From the first month's end at which the score was red, within the year before the loss.",
        figures=[Figure("Lead time", picture)],
        tables=[Table.of(["", "customers seen so early", "of them (95 %)"], rows)],
    )  # fmt: skip


def _calibrated(data: Data) -> Section | None:
    told = data["calibration"]
    if not told:
        return None
    rows = [[f"{step['foretold']:.1%}", share(step["came"], 1), f"{step['rows']:,}"] for step in told["steps"]]
    base = f"{told['brier_of_base_rate']:.3f}"
    brier = f"Brier score {figure(told['brier'], 3)}; saying the base rate about everybody: {base}"
    picture = pictures.calibration("Foretold and actual rate of losses", told["steps"])
    return Section("calibration", "Does the probability mean what it says?", brier,
                   figures=[Figure("Foretold beside what came", picture, "on the dots both are equal")],
                   tables=[Table.of(["foretold", "came (95 %)", "rows"], rows, words=0)])  # fmt: skip


def _made(data: Data) -> Section:
    counts = [[word, f"{number:,}"] for word, number in (data.get("outcomes") or {}).items()]
    without = data["without_score"]
    notes = list(data.get("notes", []))
    if without["rows"]:
        lost = f", {without['loss_rate']:.1%} of which were lost" if without["loss_rate"] is not None else ""
        notes.insert(0, f"{without['rows']:,} rows had too little data for a score{lost}: they are in no figure")
    tables = [Table.of(["customer-months", "rows"], counts)] if counts else []
    return Section("made", "How this was made", tables=tables, notes=notes)


def figure(told: Data | None, digits: int = 2) -> str:
    """``0.81 (0.77 to 0.85)``."""
    if told is None or told.get("value") is None:
        return "unknown"
    low, high = told["interval"]
    return f"{told['value']:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def share(told: Data | None, digits: int = 0) -> str:
    if told is None or told.get("value") is None:
        return "unknown"
    low, high = told["interval"]
    return f"{told['value']:.{digits}%} ({low:.{digits}%} to {high:.{digits}%})"


def signed(told: Data | None) -> str:
    if told is None:
        return "unknown"
    low, high = told["interval"]
    return f"{told['value']:+.2f} ({low:+.2f} to {high:+.2f})"
