"""A scorecard over a million customers: with parts, caps, bands and the top reasons, beside who else could do it."""

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from machine import allocated, seconds
from report import Line, megabytes
from report import seconds as shown

from config.scorecards import Bands, Cap, Measure, Scorecard
from scoring.bands import BandStates, next_states
from scoring.ranking import Ranked, largest
from scoring.scorecard import BLANK, ScoredFrame, score_frame

DAY = date(2026, 6, 1)
UNKNOWN = 0.15
PIECE = 16_384
AIM = "≤ 1.5 s, < 300 MB"
WORDS = ("monthly", "quarterly", "yearly")
PEERS = {"duckdb": "DuckDB", "polars": "Polars"}


@dataclass(frozen=True, slots=True)
class Book:
    """Features of customers, and the bands of yesterday."""

    card: Scorecard
    features: pd.DataFrame
    before: BandStates


def measure(customers: int, repetitions: int) -> list[Line]:
    found = book(customers)
    size = f"{customers:,} × {len(found.card.measures)}"
    ours, held = seconds(lambda: by_card(found), repetitions), allocated(lambda: by_card(found))
    bare = seconds(lambda: weighted_mean(found), repetitions)
    what = f"{size} measures to score, coverage, parts, losses, caps, bands and the top 3 reasons"
    also = f"{customers / ours:,.0f} customers/s; {megabytes(held)} over the input at the peak, its results included"
    lines = [Line(what, shown(ours), f"bare NumPy: curves and weighted mean, {shown(bare)}", ours / bare, AIM, also)]
    for module, name in PEERS.items():
        prepared = _peer(module, found)
        if prepared is None:
            lines.append(Line("the same", shown(ours), f"{name} is not installed (extra: bench)", 0))
            continue
        scores, agree = prepared(), by_card(found)[0].score
        same = float(np.mean(np.isclose(scores, agree, atol=0.0501, equal_nan=True)))
        taken = seconds(prepared, repetitions)
        beside = f"{name}: score, coverage, caps and bands only, {shown(taken)}"
        lines.append(Line("the same", shown(ours), beside, ours / taken, also=f"{same:.2%} of its scores are ours"))
    return lines


def by_card(given: Book) -> tuple[ScoredFrame, BandStates, Ranked]:
    """All that csbridge decides between features and words."""
    scored = score_frame(given.features, given.card)
    return scored, next_states(scored, given.card.bands, given.before, DAY), largest(scored.losses)


def weighted_mean(given: Book) -> np.ndarray:
    """The least that the card can be: curves, Σ w s ÷ Σ w over what is known, piece by piece."""
    card, size = given.card, len(given.features)
    weights = np.array([each.weight for each in card.measures.values()])
    result = np.empty(size)
    columns = [_numbers(each, given.features[each.feature]) for each in card.measures.values()]
    for start in range(0, size, PIECE):
        rows = slice(start, start + PIECE)
        scores = np.array([np.interp(values[rows], xs, ys) for values, xs, ys in columns])
        known = ~np.isnan(scores)
        result[rows] = weights @ np.where(known, scores, 0.0) / (weights @ known)
    return result


def _numbers(each: Measure, column: pd.Series) -> tuple[np.ndarray, list[float], list[float]]:
    if each.curve is not None:
        xs, ys = zip(*each.curve, strict=True)
        return column.to_numpy(), list(xs), list(ys)
    codes = column.cat.codes.to_numpy().astype(np.float64)
    return np.where(codes < 0, np.nan, codes), [0.0, 1.0, 2.0], [each.categories[word] for word in WORDS]


def book(customers: int, seed: int = 1) -> Book:
    """Eighteen curves of two to five points and two tables of words, three caps; 15 % unknown."""
    dice = np.random.default_rng(seed)
    measures, columns = {}, {}
    for number in range(18):
        points = 2 + number % 4
        heights = np.linspace(0, 100, points) if number % 2 else np.linspace(100, 0, points)
        curve = tuple(zip(np.linspace(0, 50, points).tolist(), heights.round().tolist(), strict=True))
        measures[f"m{number:02}"] = Measure(feature=f"f{number}", group="g", weight=1 + number % 5 / 2, curve=curve)
        values = dice.uniform(-5, 60, customers)
        values[dice.random(customers) < UNKNOWN] = np.nan
        columns[f"f{number}"] = values
    for number in (18, 19):
        table = dict(zip(WORDS, (40, 60, 100), strict=True))
        measures[f"m{number}"] = Measure(feature=f"f{number}", group="g", weight=1, categories=table)
        columns[f"f{number}"] = pd.Categorical.from_codes(dice.integers(-1, 3, customers), WORDS)
    conditions = (("f0 > 55", 39.0), ("f3 > 50 and f4 < 10", 45.0), ("f7 > 58", 60.0))
    caps = tuple(Cap.model_validate({"if": rule, "at_most": most, "because": "why"}) for rule, most in conditions)
    since = np.datetime64(DAY, "D") - dice.integers(1, 60, customers)
    return Book(
        Scorecard(purpose="health", measures=measures, caps=caps),
        pd.DataFrame(columns),
        BandStates(dice.integers(0, BLANK + 1, customers).astype(np.int8), since),
    )


def _peer(module: str, given: Book) -> Callable[[], np.ndarray] | None:
    """The same card by another engine, from its own format; None where that is not installed."""
    try:
        engine = importlib.import_module(module)
    except ImportError:
        return None
    plain = given.features.assign(old=given.before.code.astype(np.int64), held=_held(given.before))
    if module == "polars":
        return _polars(engine, plain, given.card)
    connection = engine.connect()
    connection.execute("SET threads = 2")
    connection.register("given", plain)
    connection.execute("CREATE TABLE book AS SELECT * FROM given")
    query = sql(given.card)
    return lambda: connection.execute(query).fetchnumpy()["score"]


def _held(before: BandStates) -> np.ndarray:
    return (np.datetime64(DAY, "D") - before.since).astype(np.int64)


def sql(card: Scorecard) -> str:
    """Score, coverage, cap and band as one statement."""
    scores = ", ".join(f"{_case(each)} AS {name}" for name, each in card.measures.items())
    weights = [(name, each.weight) for name, each in card.measures.items()]
    points = " + ".join(f"coalesce({name} * {weight}, 0)" for name, weight in weights)
    weight = " + ".join(f"CASE WHEN {name} IS NULL THEN 0 ELSE {weight} END" for name, weight in weights)
    total = sum(weight for _, weight in weights)
    limits = ", ".join(
        f"CASE WHEN {cap.condition!s} AND {_all_known(cap)} THEN {cap.at_most} ELSE 100 END" for cap in card.caps
    )
    return f"""
        WITH scored AS (SELECT *, {scores} FROM book),
             summed AS (SELECT *, {points} AS points, {weight} AS known FROM scored),
             mean AS (SELECT *, known / {total} AS coverage, least({limits}) AS most,
                      CASE WHEN known / {total} >= {card.min_coverage} THEN round(points / known, 1) END AS plain
                      FROM summed),
             capped AS (SELECT old, held, coverage, plain > most AS caps, least(plain, most) AS score FROM mean)
        SELECT score, coverage, {_band_sql(card.bands)} AS band FROM capped"""


def _all_known(cap: Cap) -> str:
    return " AND ".join(f"NOT isnan({field})" for field in cap.condition.fields)


def _case(each: Measure) -> str:
    field = each.feature
    if each.curve is None:
        return (
            f"CASE {field} "
            + " ".join(f"WHEN '{word}' THEN {score}" for word, score in each.categories.items())
            + " END"
        )
    parts = [f"WHEN {field} IS NULL OR isnan({field}) THEN NULL"]
    parts += [f"WHEN {field} < {x} THEN {y} + ({field} - {x}) * {slope}" for x, y, slope in _segments(each)]
    first, last = each.curve[0], each.curve[-1]
    parts.insert(1, f"WHEN {field} <= {first[0]} THEN {first[1]}")
    return f"CASE {' '.join(parts)} ELSE {last[1]} END"


def _segments(each: Measure) -> Iterator[tuple[float, float, float]]:
    """Right end, height there, slope of each straight piece."""
    for (x0, y0), (x1, y1) in zip(each.curve[:-1], each.curve[1:], strict=True):
        yield x1, y1, (y1 - y0) / (x1 - x0)


def _band_sql(bands: Bands) -> str:
    green, yellow, margin = bands.green, bands.yellow, bands.margin
    plain = f"CASE WHEN score >= {green} THEN 2 WHEN score >= {yellow} THEN 1 ELSE 0 END"
    upper = f"CASE WHEN old = 2 THEN {green - margin} ELSE {green + margin} END"
    lower = f"CASE WHEN old = 0 THEN {yellow + margin} ELSE {yellow - margin} END"
    moved = f"CASE WHEN score >= {upper} THEN 2 WHEN score >= {lower} THEN 1 ELSE 0 END"
    at_once = f"old = {BLANK} OR (caps AND {plain} < old)"
    waits = f"held < {bands.dwell_days}"
    return f"CASE WHEN score IS NULL THEN {BLANK} WHEN {at_once} THEN {plain} WHEN {waits} THEN old ELSE {moved} END"


def _polars(pl: object, plain: pd.DataFrame, card: Scorecard) -> Callable[[], np.ndarray]:
    frame = pl.from_pandas(plain, nan_to_null=True)
    names = list(card.measures)
    weights = {name: each.weight for name, each in card.measures.items()}
    scores = [_expression(pl, each).alias(name) for name, each in card.measures.items()]
    points = pl.sum_horizontal([pl.col(name) * weights[name] for name in names])
    known = pl.sum_horizontal([pl.col(name).is_not_null() * weights[name] for name in names])
    limits = [pl.when(_rule(pl, cap)).then(cap.at_most).otherwise(100.0) for cap in card.caps]
    mean = (pl.col("points") / pl.col("known")).round(1)
    bands = card.bands

    def run() -> np.ndarray:
        done = (
            frame.lazy()
            .with_columns(scores)
            .with_columns(points.alias("points"), known.alias("known"), pl.min_horizontal(limits).alias("most"))
            .with_columns((pl.col("known") / sum(weights.values())).alias("coverage"))
            .with_columns(pl.when(pl.col("coverage") >= card.min_coverage).then(mean).alias("plain"))
            .with_columns(
                pl.min_horizontal("plain", "most").alias("score"), (pl.col("plain") > pl.col("most")).alias("caps")
            )
            .with_columns(pl.when(pl.col("plain").is_null()).then(None).otherwise(pl.col("score")).alias("score"))
            .select("score", "coverage", _band(pl, bands).alias("band"))
            .collect()
        )
        return done["score"].to_numpy()

    return run


def _expression(pl: object, each: Measure) -> object:
    column = pl.col(each.feature)
    if each.curve is None:
        return column.cast(pl.String).replace_strict(dict(each.categories), default=None, return_dtype=pl.Float64)
    chain = pl.when(column.is_null()).then(None).when(column <= each.curve[0][0]).then(each.curve[0][1])
    for x, y, slope in _segments(each):
        chain = chain.when(column < x).then(y + (column - x) * slope)
    return chain.otherwise(each.curve[-1][1])


def _rule(pl: object, cap: Cap) -> object:
    held = pl.lit(True)
    for condition in cap.condition.conditions:
        column = pl.col(condition.field)
        held = held & (column > condition.value if condition.op == ">" else column < condition.value)
    return held


def _band(pl: object, bands: Bands) -> object:
    score, old = pl.col("score"), pl.col("old")
    plain = (score >= bands.green).cast(pl.Int64) + (score >= bands.yellow).cast(pl.Int64)
    upper = pl.when(old == 2).then(bands.green - bands.margin).otherwise(bands.green + bands.margin)
    lower = pl.when(old == 0).then(bands.yellow + bands.margin).otherwise(bands.yellow - bands.margin)
    moved = (score >= upper).cast(pl.Int64) + (score >= lower).cast(pl.Int64)
    at_once = (old == BLANK) | (pl.col("caps") & (plain < old))
    waits = pl.when(pl.col("held") < bands.dwell_days).then(old).otherwise(moved)
    return pl.when(score.is_null()).then(BLANK).otherwise(pl.when(at_once).then(plain).otherwise(waits))
