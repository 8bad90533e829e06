"""How often each flag is on, by the present decisions, and what the admin should know of it.

Gathers from the store; the counting is in ``scoring.flags.rates``.
"""

from collections.abc import Iterator
from datetime import date

from adapters.contract import Finding
from bridge.frames.frames import customer_rows
from bridge.moments import present
from bridge.store import customers, decisions
from bridge.workspace import Workspace
from config.flags import FLAGS
from config.rules import as_text
from config.settings import Currency, Settings
from scoring.flags.rates import CROWDED, FlagRate, FlagRates, rates
from scoring.flags.scene import NOT_OURS

PIECE = 2_000
"""Customers read at a time."""


def flag_rates(workspace: Workspace) -> FlagRates:
    """The rates over every customer in scope that has a decision; prospects and churned accounts do not count."""
    settings = workspace.settings
    moment = present(workspace.now(), settings.zone)
    raised: dict[int, dict[str, date]] = {}
    worth: dict[int, float | None] = {}
    with workspace.store.read() as db:
        for ids in customers.all_ids(db, PIECE):
            decided = decisions.latest(db, customers.inside(db, ids))
            rows, _ = customer_rows(db, settings, sorted(decided), moment)
            for id, row in rows.items():
                if as_text(row.get("status")) not in NOT_OURS:
                    raised[id] = {flag.name: flag.since for flag in decided[id].flags}
                    worth[id] = _in_report(row.get("arr"), row.get("currency"), settings.currency)
    on = [name for name in FLAGS if name in settings.flags]
    return rates(raised, on, moment.day, worth)


def _in_report(amount: float | None, currency: str | None, known: Currency) -> float | None:
    """In the report currency, in which an account without one counts; None where there is no rate."""
    rate = {**known.rates, known.report: 1.0}.get(currency or known.report)
    return None if amount is None or rate is None else amount * rate


def findings(found: FlagRates, settings: Settings) -> Iterator[Finding]:
    """The rates in words, with a warning where flags are on so often that nobody will look at them any more."""
    yield from _never_raised(settings)
    if not found.customers:
        return
    said = ", ".join(f"{rate.name} {rate.customers:,} ({rate.share:.0%})" for rate in found.flags if rate.customers)
    yield Finding("info", f"flags on {found.flagged:,} of {found.customers:,} customers: {said or 'none'}")
    for rate in found.flags:
        if rate.noisy:
            yield _noisy(rate, found.customers)
    if found.crowded:
        who = "1 customer carries" if len(found.crowded) == 1 else f"{len(found.crowded):,} customers carry"
        what = f"{who} more than {CROWDED} flags: none of them stands out"
        yield Finding("warning", what, "leave out flags that say the same of the same customers")


def _noisy(rate: FlagRate, book: int) -> Finding:
    also = next(iter(rate.alongside.items()), None)
    beside = f"; {also[1]:,} of them carry {also[0]} too" if also else ""
    what = (
        f"{rate.name} is on for {rate.customers:,} of {book:,} customers ({rate.share:.0%}): too many to act on{beside}"
    )
    limits = " and ".join(FLAGS[rate.name].takes)
    return Finding("warning", what, f"set flags.{rate.name} more strictly ({limits}), or leave the flag out")


def _never_raised(settings: Settings) -> Iterator[Finding]:
    """Flags that are on, but need what the admin has not said."""
    product, on = settings.product, settings.flags
    if "key_feature_dropped" in on and not product.key_features:
        yield Finding(
            "info", "key_feature_dropped is never raised: no key feature is named", "name product.key_features"
        )
    if "onboarding_stalled" in on and not product.milestones and not product.first_value:
        what = "onboarding_stalled is never raised: neither a milestone nor a first value is named"
        yield Finding("info", what, "name product.milestones or product.first_value")
    if "review_overdue" in on and not any(segment.review_every for segment in settings.segments):
        what = "review_overdue is never raised: no segment asks for a review meeting"
        yield Finding("info", what, "set review_every in segments")
