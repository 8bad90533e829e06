"""What accounts share, what they are worth and cost, what a programme did, who looks after whom: as sections.

Owns wording; ``business_tables`` says where each stands.
"""

from typing import Final

from bridge.business.numbers import Numbers
from bridge.reporting.page import Section, Table
from bridge.reporting.words import UNKNOWN, count, interval, money, number, share
from scoring.metrics.estimates import Estimate

COSTS: Final = ("people", "tools", "ticket")
"""While none of them is known, what serving costs is not either."""
SHOWN: Final = 12
"""Patterns that are listed; all are in --json."""


def patterns(numbers: Numbers) -> Section:
    notable = [one for one in numbers.patterns if one.notable]
    rows = [
        [
            f"{one.group}: {one.attribute} = {one.value}",
            f"{one.hits} of {one.n}",
            share(one.share, 0),
            share(one.rest, 0),
            number(one.ratio, 2),
            interval(Estimate(one.ratio, one.low, one.high), lambda bound: number(bound, 2)),
            f"{one.q:.3f}",
        ]
        for one in (notable or numbers.patterns)[:SHOWN]
    ]
    columns = ["", "accounts", "share", "the others", "ratio", "95 %", "corrected p"]
    notes = ["They show what goes together, not what causes what"]
    if not numbers.patterns:
        notes = ["Nothing was compared: too few accounts, or nobody churned, grew or is red"]
    elif not notable:
        notes.insert(0, "None stands out from chance; the nearest are shown")
    return Section(
        "patterns", "What the churned, the growing and the red share",
        f"{count(len(numbers.patterns), 'comparison')} made, each value against all others; p is corrected for all of "
        "them (Benjamini–Hochberg). What describes churned and growing accounts is how they were at the start.",
        tables=[Table.of(columns, rows)] if rows else [], notes=notes,
    )  # fmt: skip


def value(numbers: Numbers) -> Section:
    worth, bought = numbers.lifetime_value, numbers.purchase_value
    if bought is not None:
        rows = [["expected of a customer, 36 months", money(bought.mean)], ["of all", money(bought.total)]]
        notes = [f"Unknown: {bought.missing}"] if bought.missing else []
        intro = (
            "Customers buy without a contract: expected purchases (BG/NBD) × expected amount (gamma-gamma), discounted."
        )
        return Section("value", "Lifetime value", intro, tables=[Table.of(["", numbers.currency], rows)], notes=notes)
    rows = [
        ["margin a month, of a customer who is there", money(worth.monthly), ""],
        [f"lifetime value over {worth.months} months", money(worth.value.value), interval(worth.value, money)],
        ["cost of winning a customer (CAC)", money(worth.cac), ""],
        ["lifetime value : CAC", number(worth.ratio.value), interval(worth.ratio, number)],
    ]
    notes = [f"Unknown: {', '.join(worth.missing)} is needed"] if worth.missing else []
    return Section(
        "value", "Lifetime value",
        "Margin × the share still there, month by month, discounted, over the months observed.",
        tables=[Table.of(["", numbers.currency, "95 %"], rows)], notes=notes,
    )  # fmt: skip


def roi(numbers: Numbers) -> Section:
    back = numbers.roi
    rows = [[f"{one.name} revenue", money(one.amount), f"{len(one.accounts):,}"] for one in back.revenue]
    rows += [
        [f"cost of {name}", UNKNOWN if cost is None else money(-cost or 0.0), ""] for name, cost in back.costs.items()
    ]
    rows += [["net", money(back.net), ""], ["revenue ÷ cost", number(back.ratio, 2), ""]]
    notes = [f"Unknown: {', '.join(back.missing)} is needed"] if back.missing else []
    if back.baseline is None:
        notes.append("All kept revenue counts as customer success's: set economics.kept_anyway to the share that would "
                     "have stayed without it")  # fmt: skip
    else:
        notes.append(
            f"{share(back.baseline, 0)} of revenue counts as kept anyway from year to year (economics.kept_anyway)"
        )
    return Section(
        "roi", "Return on customer success",
        "(retention + expansion + referral revenue) − (people + tools + programmes), over the period. "
        "csbridge metrics --json names the accounts behind each sum.",
        tables=[Table.of(["", numbers.currency, "accounts"], rows)], notes=notes,
    )  # fmt: skip


def served(numbers: Numbers) -> Section | None:
    if not numbers.served or {f"economics.costs.{name}" for name in COSTS} <= {*numbers.served_missing}:
        return None
    rows = [
        [name, f"{one.customers:,}", money(one.cost), money(one.cost / one.customers), money(one.revenue),
         money(one.margin), share(one.share, 0)]
        for name, one in sorted(numbers.served.items(), key=lambda item: -item[1].cost)
    ]  # fmt: skip
    columns = [numbers.by, "customers", "cost to serve", "each", "revenue", "margin after", "of revenue"]
    missing = [f"Not in it, for it is not set: {', '.join(numbers.served_missing)}"] if numbers.served_missing else []
    return Section(
        "served", "Cost to serve",
        "People by each account's share of touches and tickets, tools evenly, tickets and meetings by number.",
        tables=[Table.of(columns, rows, numbers.currency)], notes=missing,
    )  # fmt: skip


def effect(numbers: Numbers) -> Section | None:
    found = numbers.effect
    if found is None:
        return None
    intro = (
        f"Accounts with the programme against like accounts without it (segment, size, trend before): what changed in "
        f"{found.months} months after it began, less what changed with the other. {len(found.pairs)} pairs; "
        f"{found.unmatched} of {found.treated} accounts with the programme have none."
    )
    if found.missing:
        return Section("effect", "Effect of the programme", intro, notes=[f"No effect can be told: {found.missing}"])
    rows = [
        ["still a customer", share(found.retention.value), interval(found.retention)],
        ["change of ARR", share(found.growth.value), interval(found.growth)],
    ]
    alike = [
        [one.measure, number(one.treated, 2), number(one.others, 2), number(one.matched, 2), number(one.before, 2),
         number(one.after, 2)]
        for one in found.balance
    ]  # fmt: skip
    columns = ["at the start (logarithms)", "with", "without", "matched", "apart before", "apart after"]
    notes = [_effect_verdict(found.retention, "in retention"), _effect_verdict(found.growth, "in ARR")]
    notes.append("Matching takes away what it can see; that CSMs chose promising accounts it cannot")
    if not found.balanced:
        notes.append("The groups are not alike enough (standardised difference above 0.25): take the effect with care")
    return Section(
        "effect", "Effect of the programme", intro,
        tables=[
            Table.of(["difference", "estimate", "95 %"], rows), Table.of(columns, alike, "how alike the groups are"),
        ],
        notes=notes,
    )  # fmt: skip


def _effect_verdict(one: Estimate, what: str) -> str:
    if one.low is None or one.high is None:
        return f"No interval can be given for the difference {what}"
    if one.low > 0 or one.high < 0:
        return f"The difference {what} is unlikely to be chance"
    return f"The difference {what} may be chance: the interval holds 0"


def team(numbers: Numbers) -> Section | None:
    if not numbers.team:
        return None
    rows = [
        [one.csm, f"{one.customers:,}", money(one.arr), f"{one.red:,}", money(one.red_arr), f"{one.flagged:,}",
         share(one.retention.value), share(one.nrr.value), interval(one.nrr)]
        for one in numbers.team
    ]  # fmt: skip
    columns = ["CSM", "customers", "ARR", "red", "ARR in red", "with a flag", "logo retention", "NRR", "95 %"]
    return Section(
        "team", "Team",
        "What each CSM looks after now; retention is of those who were theirs at the start.",
        tables=[Table.of(columns, rows)],
    )  # fmt: skip
