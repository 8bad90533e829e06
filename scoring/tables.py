"""Any table scored by any card: features are columns. Score, probability where the card learnt one, band, reasons.

A table is scored in pieces of any size with the same result. Must not know files, nor how a card came about.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.languages import DEFAULT
from config.rules import as_text
from config.scorecards import Cap, Measure, Scorecard
from scoring import reasons
from scoring.facts import Facts
from scoring.features.table import FEATURES
from scoring.messages import Catalogue, catalogue, occasions
from scoring.proof.card import probability
from scoring.proof.columns import numbers
from scoring.proof.columns import words as worded
from scoring.scorecard import ScoredFrame, score_frame

Floats = NDArray[np.float64]

TOLD: Final = 3
"""Reasons given per row."""


@dataclass(frozen=True)
class Unfit:
    """What of a table the card could not use: columns that are not there, words that it does not know (and how often),
    and filled values that are no numbers."""

    absent: tuple[str, ...]
    unheard: dict[str, dict[str, int]]
    not_numbers: dict[str, int]


def needed(card: Scorecard) -> list[str]:
    """The columns that the card reads: of its measures, then of its caps."""
    named = [measure.feature for measure in card.measures.values()]
    return list(dict.fromkeys([*named, *(name for cap in card.caps for name in cap.condition.fields)]))


def score_table(table: pd.DataFrame, card: Scorecard, language: str = DEFAULT) -> pd.DataFrame:
    """One row per row of the table: ``score`` (NaN = unknown), ``probability`` (only of a learnt card), ``band``,
    ``reasons``, ``coverage`` (per cent). A column that is not there, a blank and an unknown word are unknown."""
    values = readable(table, card)
    scored = score_frame(values, card)
    found: dict[str, object] = {"score": scored.score}
    if card.learnt is not None:
        found["probability"] = np.round(probability(card.learnt.calibration, scored.score), 4)
    found["band"] = _bands(scored.score, card)
    found["reasons"] = _reasons(values, scored, card, catalogue(language))
    found["coverage"] = np.round(100 * scored.coverage, 1)
    return pd.DataFrame(found, index=table.index)


def readable(table: pd.DataFrame, card: Scorecard) -> pd.DataFrame:
    """The card's columns as it can read them: numbers for curves, words for categories, both for caps."""
    curved = {measure.feature for measure in card.measures.values() if measure.curve is not None}
    there = [name for name in needed(card) if name in table.columns]
    return pd.DataFrame(
        {name: numbers(table[name]) if name in curved else worded(table[name]).array for name in there},
        index=table.index,
    )


def unfit(table: pd.DataFrame, card: Scorecard) -> Unfit:
    """What the card cannot use of the table, to be said once and not per row."""
    values = readable(table, card)
    unheard: dict[str, dict[str, int]] = {}
    odd: dict[str, int] = {}
    for measure in card.measures.values():
        if measure.feature not in values.columns:
            continue
        column = values[measure.feature]
        if measure.categories is not None:
            heard = {as_text(word) for word in measure.categories}
            counts = column[column.notna() & ~column.map(as_text).isin(heard)].value_counts()
            unheard |= {measure.feature: {str(word): int(n) for word, n in counts.items()}} if len(counts) else {}
        elif number := int((column.isna() & worded(table[measure.feature]).notna()).sum()):
            odd[measure.feature] = number
    return Unfit(tuple(name for name in needed(card) if name not in table.columns), unheard, odd)


def together(parts: Iterable[Unfit]) -> Unfit:
    """What several pieces of one table say, counted together."""
    absent: tuple[str, ...] = ()
    unheard: dict[str, dict[str, int]] = {}
    odd: dict[str, int] = {}
    for part in parts:
        absent = part.absent
        for name, counts in part.unheard.items():
            mine = unheard.setdefault(name, {})
            for word, number in counts.items():
                mine[word] = mine.get(word, 0) + number
        for name, number in part.not_numbers.items():
            odd[name] = odd.get(name, 0) + number
    return Unfit(absent, unheard, odd)


def _bands(score: Floats, card: Scorecard) -> NDArray[np.object_]:
    """By the edges alone: a table has no yesterday."""
    known = np.where(score >= card.bands.green, "green", np.where(score >= card.bands.yellow, "yellow", "red"))
    return np.where(np.isnan(score), "unknown", known).astype(object)


def _reasons(values: pd.DataFrame, scored: ScoredFrame, card: Scorecard, words: Catalogue) -> list[str]:
    """Per row the cap that bites, then what costs the most; of an unknown score, what is missing."""
    order = np.argsort(-scored.losses, axis=1, kind="stable")[:, :TOLD]
    columns = {str(name): values[name].tolist() for name in values.columns}
    said = [_sentences(words, values, columns, card.measures[name], name, scored) for name in scored.measures]
    caps = [_capped(words, cap) for cap in card.caps]
    unknown = np.isnan(scored.score)
    lack = _lacking(words, scored, unknown)
    told: list[str] = []
    for row, (ranks, cap, blank) in enumerate(zip(order.tolist(), scored.cap.tolist(), unknown.tolist(), strict=True)):
        if blank:
            told.append(lack[row])
            continue
        spoken = [said[at][row] for at in ranks if scored.losses[row, at] > 0]
        told.append(reasons.fit([caps[cap], *spoken] if cap >= 0 else spoken))
    return told


def _sentences(
    words: Catalogue,
    values: pd.DataFrame,
    columns: dict[str, list[object]],
    measure: Measure,
    name: str,
    scored: ScoredFrame,
) -> list[str]:
    """What the measure says of each row. Of a plain column each different value is put into words once."""
    at = scored.measures.index(name)
    title = reasons.label(words, name, measure) if measure.label or measure.feature in FEATURES else name
    known = scored.known[:, at]
    if measure.feature in FEATURES:
        facts = [Facts(columns, row) for row in range(len(values))]
        return [
            reasons.sentence(words, measure, title, one, bool(here)) for one, here in zip(facts, known, strict=True)
        ]
    column = values[measure.feature] if measure.feature in values.columns else pd.Series(None, index=values.index)
    shown = column.round(1) if column.dtype.kind == "f" else column.astype(object)
    codes, found = pd.factorize(shown)
    words_of = {measure.feature: list(found)}
    said = [reasons.sentence(words, measure, title, Facts(words_of, row), True) for row in range(len(found))]
    blank = reasons.sentence(words, measure, title, Facts({}, 0), False)
    return [said[code] if here else blank for code, here in zip(codes.tolist(), known.tolist(), strict=True)]


def _lacking(words: Catalogue, scored: ScoredFrame, unknown: NDArray[np.bool_]) -> dict[int, str]:
    """Row → why it has no score."""
    return {
        row: reasons.fit(
            [
                occasions.not_enough(
                    words,
                    round(100 * float(scored.coverage[row]), 1),
                    [name for name, here in zip(scored.measures, scored.known[row].tolist(), strict=True) if not here],
                )
            ]
        )
        for row in np.flatnonzero(unknown).tolist()
    }


def _capped(words: Catalogue, cap: Cap) -> str:
    return occasions.capped(words, cap.at_most, cap.because)
