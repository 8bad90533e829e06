"""A back-test as lines for a terminal: the verdict, then every figure with its interval."""

from collections.abc import Iterator
from typing import Any

from bridge.cli.shell import counted

Data = dict[str, Any]


def judged(data: Data) -> Iterator[str]:
    """``data``: as --json tells it."""
    yield f"{counted(data['rows'], 'row')} of {counted(data['customers'], 'customer')}, {data['customers_lost']:,} lost"
    yield ""
    yield data["verdict"]["sentence"]
    if data["score"]:
        yield from _ranking(data)
    if red := data["red_band"]:
        yield _red(red)
    yield from _lead_time(data["lead_time"])
    for name, skill in data["by_segment"].items():
        yield f"  {name}: AUC {figure(skill['auc'])}"
    if drift := data["drift"]:
        yield f"AUC in the later half less that in the earlier: {figure(drift)}"
    if calibration := data["calibration"]:
        base = f"{calibration['brier_of_base_rate']:.3f}"
        yield f"Brier score of the probability: {figure(calibration['brier'], 3)}; of the base rate alone {base}"
    if data["without_score"]["rows"]:
        without = data["without_score"]
        yield f"without a score: {without['rows']:,} rows, {without['loss_rate']:.1%} of them lost; in no figure"


def _ranking(data: Data) -> Iterator[str]:
    yield ""
    yield f"  {'':22}{'AUC':22}lift of the lowest tenth"
    yield _line("score", data["score"])
    for rival in data["baselines"].values():
        yield _line(rival["name"], rival["baseline"])
        if rival["baseline"]["rows"] != data["score"]["rows"]:
            yield _line("  score, those months", rival["score_on_the_same_rows"])


def _line(name: str, skill: Data) -> str:
    return f"  {name:22}{figure(skill['auc']):22}{figure(skill['lift_lowest_decile'], 1)}"


def _lead_time(lead: Data | None) -> Iterator[str]:
    if not lead or not lead["customers_lost"]:
        return
    parts = [
        f"{percent(caught)} of {caught['customers']:,} at least {ahead.removesuffix('d')} days ahead"
        for ahead, caught in lead["caught"].items()
        if caught["value"] is not None
    ]
    red = f"{lead['ever_red']:,} of {lead['customers_lost']:,} that left were red in the year before"
    median = f", first {lead['median_days']['value']:.0f} days ahead (median)" if lead["median_days"] else ""
    yield f"lead time: {red}{median}"
    if parts:
        yield f"  red were {', '.join(parts)}"


def _red(red: Data) -> str:
    if red["share"] and red["share"]["value"] == 0:
        return f"red band: nobody was in it; of all, {percent(red['base_rate'])} were lost"
    return (
        f"red band: {percent(red['precision'])} of it were lost (of all {percent(red['base_rate'])}); "
        f"it held {percent(red['recall'])} of the losses and {percent(red['share'])} of the book"
    )


def figure(told: Data | None, digits: int = 2) -> str:
    """``0.81 (0.77–0.85)``."""
    if told is None or told["value"] is None:
        return "unknown"
    low, high = told["interval"]
    return f"{told['value']:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def percent(told: Data | None) -> str:
    """``12% (10%–15%)``."""
    if told is None or told["value"] is None:
        return "an unknown share"
    low, high = told["interval"]
    return f"{told['value']:.0%} ({low:.0%}–{high:.0%})"
