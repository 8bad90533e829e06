"""The engine for a notebook: data frames in, data frames out, a public function per step. No store and no CRM.

What a column means stands in ``scoring.frames.COLUMNS``; any may be missing. The index of every result is the accounts'
own ids, in the order in which they were given.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Final

import pandas as pd

from config.document import Document
from config.errors import ConfigError, Problem
from config.problems import did_you_mean
from config.product import Product
from config.scorecards import Action, AdditiveCard, Scorecard, card_of, load_scorecard, shipped_scorecard
from config.words import PURPOSES
from scoring.engine import decide
from scoring.features.table import FEATURES, FIELDS, tabulate
from scoring.frames import COLUMNS, Frames, hashable, typed
from scoring.past import past
from scoring.policy import Policy, one_card
from scoring.scorecard import check, score_frame

ID: Final = "account"
EVENTS: Final = tuple(name for name in COLUMNS if name not in ("customers", "sources"))


@dataclass(frozen=True)
class Book:
    """Accounts and what is known of them at the close of a day."""

    ids: pd.Index
    frames: Frames


def book(accounts: pd.DataFrame, as_of: date | str, **events: pd.DataFrame) -> Book:
    """``accounts``: a row each, its id in the column ``account``, else the index; columns beyond the known ones may be
    named by rules and cards. ``events``: any of persons, usage, tickets, responses, activities, deals, contracts,
    invoices, each naming its account in the column ``account``; rows of other accounts are left out.

    Raises ValueError for a frame that there is none of, one without that column, and ids that are missing or doubled.
    """
    ids = pd.Index(accounts[ID] if ID in accounts.columns else accounts.index, name=ID)
    if ids.hasnans or not ids.is_unique:
        raise ValueError("every account needs an id of its own, in a column account or as the index")
    told = {name: typed(name, _of_accounts(name, rows, ids)) for name, rows in events.items()}
    known = {name: told.get(name, typed(name, pd.DataFrame())) for name in EVENTS}
    numbered = accounts.reset_index(drop=True).rename_axis("customer").drop(columns=ID, errors="ignore")
    extra = numbered.drop(columns=[name for name in numbered.columns if name in COLUMNS["customers"]])
    day = pd.Timestamp(as_of)
    frames = Frames(
        customers=typed("customers", numbered),
        persons=known["persons"],
        usage=known["usage"],
        tickets=known["tickets"],
        responses=known["responses"],
        activities=known["activities"],
        deals=known["deals"],
        contracts=known["contracts"],
        invoices=known["invoices"],
        sources=typed("sources", _newest(known["usage"], day)),
        as_of=day.date(),
        extra=extra.astype("object").map(hashable),
    )
    return Book(ids, frames)


def features(given: Book, product: Product | None = None) -> pd.DataFrame:
    """Every feature and account field, a column each; NaN = unknown."""
    return tabulate(past(given.frames, product or Product())).values.set_axis(given.ids)


def card(source: str | Path | Mapping[str, object]) -> Scorecard:
    """A scorecard: a shipped one by its purpose, one from a file, or one from a plain dictionary.

    Raises ConfigError with every problem of a file or a dictionary.
    """
    for purpose in PURPOSES:
        if source == purpose:
            return shipped_scorecard(purpose)
    if isinstance(source, Mapping):  # its measures may name columns of any table: see ``score``
        return card_of(Document("card", dict(source), dict(source)))
    found = load_scorecard(Path(source))
    if problems := check(found, mapped=None):
        raise ConfigError(problems)
    return found


def score(table: pd.DataFrame, by: Scorecard) -> pd.DataFrame:
    """``score`` (0–100), ``coverage`` (0–1), and the points of each measure and of the cap, which add up to the score.

    Of an index, its own parts ``base`` and ``clamp`` too.

    ``table``: a row per account, of features or of anything else; a measure whose feature is no column of it is
    unknown. Raises ConfigError where there is no such feature either.
    """
    _require_columns(by, table.columns)
    found = score_frame(table, by)
    points = pd.DataFrame(found.points / 10, index=table.index, columns=list(found.measures))
    if isinstance(by, AdditiveCard):
        points = points.assign(base=found.base / 10, clamp=found.clamped / 10)
    return points.assign(cap=found.capped / 10, score=found.score, coverage=found.coverage)


def decisions(given: Book, by: Policy | Scorecard) -> pd.DataFrame:
    """What the whole engine says, in words, of every account that has a health card: score, band, reasons, flags …"""
    policy = by if isinstance(by, Policy) else one_card(by)
    for used in chain.from_iterable(policy.cards.values()):
        _require_columns(used, given.frames.extra.columns)
    names = ("score", "band", "coverage", "reasons", "next_action", "nps", "csat", "segment", "stage")
    rows = {
        given.ids[made.customer]: {
            **{name: getattr(made, name) for name in names},
            "flags": [flag.name for flag in made.flags],
            **{f"{verdict.purpose}_score": verdict.score for verdict in made.verdicts},
        }
        for made in decide(given.frames, policy, {})
    }
    columns = [*names, "flags", *(f"{purpose}_score" for purpose in policy.cards if purpose != "health")]
    return pd.DataFrame.from_dict(rows, orient="index", columns=None if rows else columns).rename_axis(ID)


def _require_columns(by: Scorecard, columns: Iterable[str]) -> None:
    known = dict.fromkeys([*FEATURES, *FIELDS, *map(str, columns)])
    strange = [
        Problem(f"measures.{name}.feature", f"there is no {one.feature}{did_you_mean(one.feature, tuple(known))}")
        for name, one in by.measures.items()
        if one.feature not in known and not (isinstance(one, Action) and one.action)
    ]
    if strange:
        raise ConfigError(strange)


def _of_accounts(name: str, rows: pd.DataFrame, ids: pd.Index) -> pd.DataFrame:
    if name not in EVENTS:
        raise ValueError(f"there is no frame {name}; there are {', '.join(EVENTS)}")
    if ID not in rows.columns:
        raise ValueError(f"the frame {name} needs a column account that names the account of each row")
    numbers = ids.get_indexer(pd.Index(rows[ID]))
    return rows.assign(customer=numbers)[numbers >= 0]


def _newest(usage: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """The watermark of each usage source: the newest day that any account has in it."""
    return usage[usage["day"] <= day].groupby("source", dropna=False)["day"].max().rename("newest").reset_index()
