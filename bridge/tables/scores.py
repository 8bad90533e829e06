"""A file of rows scored by a card, piece by piece: what ``csbridge score --table`` does. Needs no workspace."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pandas as pd

from bridge.tables.files import read_pieces, write_pieces
from config.errors import ConfigError, Problem
from config.scorecards import Scorecard, load_scorecard
from scoring.proof.intake import id_columns
from scoring.tables import Unfit, needed, score_table, together, unfit

BANDS: Final = ("green", "yellow", "red", "unknown")
ROW: Final = "row"
"""What names a row where no column does: its number, from 1."""


@dataclass
class _Tally:
    """What is counted on the way, so that no more than a piece is held."""

    rows: int = 0
    bands: dict[str, int] = field(default_factory=dict)
    chances: float = 0.0
    unfit: Unfit = field(default_factory=lambda: Unfit((), {}, {}))
    ids: list[str] = field(default_factory=list)

    def add(self, scores: pd.DataFrame, lacking: Unfit) -> None:
        self.rows += len(scores)
        for band, number in scores["band"].value_counts().items():
            self.bands[str(band)] = self.bands.get(str(band), 0) + int(number)
        if "probability" in scores:
            self.chances += float(scores["probability"].sum())
        self.unfit = together([self.unfit, lacking])


def score_file(table: Path, scorecard: Path, out: Path | None, ids: Sequence[str]) -> dict[str, Any]:
    """Score the table's rows in their order, write them where ``out`` says, and say what could not be used."""
    card = load_scorecard(scorecard)
    tally = _Tally(bands=dict.fromkeys(BANDS, 0))
    pieces = _scored(table, card, ids, tally)
    if out is not None:
        write_pieces(pieces, out)
    else:
        for _ in pieces:
            pass
    return _data(card, tally, out)


def _scored(table: Path, card: Scorecard, ids: Sequence[str], tally: _Tally) -> Iterator[pd.DataFrame]:
    for piece in read_pieces(table):
        if not tally.rows:
            _check(piece, card, ids)
            tally.ids = _ids(piece, card, ids)
        scores = score_table(piece, card)
        tally.add(scores, unfit(piece, card))
        named = piece[tally.ids] if tally.ids else pd.DataFrame({ROW: piece.index + 1}, index=piece.index)
        yield pd.concat([named, scores], axis=1)


def _check(piece: pd.DataFrame, card: Scorecard, ids: Sequence[str]) -> None:
    found = [Problem("--id", f"the table has no column {name}") for name in ids if name not in piece.columns]
    features = [measure.feature for measure in card.measures.values()]
    if not any(name in piece.columns for name in features):
        what = "the table has none of the columns that the card measures"
        found.append(Problem("--scorecard", what, expected=f"such as {', '.join(features[:5])}"))
    if found:
        raise ConfigError(found)


def _ids(piece: pd.DataFrame, card: Scorecard, ids: Sequence[str]) -> list[str]:
    """Those asked for; else those the card learnt of; else what looks like one, and measures nothing."""
    taken = {*needed(card), "score", "probability", "band", "reasons", "coverage"}
    learnt = [name for name in (card.learnt.ids if card.learnt else ()) if name in piece.columns]
    return list(ids) or learnt or [name for name in id_columns(piece) if name not in taken]


def _data(card: Scorecard, tally: _Tally, out: Path | None) -> dict[str, Any]:
    known = tally.rows - tally.bands["unknown"]
    return {
        "rows": tally.rows,
        "scored": known,
        "bands": tally.bands,
        "mean_probability": round(tally.chances / known, 4) if known and card.learnt else None,
        "probability_of": f"{card.learnt.label} = {card.learnt.positive}" if card.learnt else None,
        "proven": card.learnt.proven if card.learnt else None,
        "version": card.version,
        "ids": tally.ids or [ROW],
        "columns_missing": list(tally.unfit.absent),
        "words_unknown": tally.unfit.unheard,
        "not_numbers": tally.unfit.not_numbers,
        "out": str(out) if out else None,
    }
