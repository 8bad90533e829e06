"""Every sentence that scoring says, in English, by feature, flag and occasion. Another language is another such file.

A sentence has no full stop at its end; whoever joins several puts them. Must not decide anything.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

from scoring.facts import Facts, written

Say = Callable[[Facts], str]


def _counted(name: str, none: str, one: str, many: str) -> Say:
    """A sentence for 0, for 1 and for more; ``{}`` stands for the number."""

    def say(facts: Facts) -> str:
        number = facts.number(name)
        text = {0.0: none, 1.0: one}.get(number if number is not None else -1.0, many)
        return text.replace("{}", facts.text(name))

    return say


def _days(number: float | None) -> str:
    return "1 day" if number == 1 else f"{written(number or 0)} days"


def _was(facts: Facts, name: str, now: str) -> str:
    before = facts.text(name)
    return f" (was {before})" if before and before != now else ""


def _seat_use(facts: Facts) -> str:
    used, seats = facts.text("active_persons"), facts.text("seats_bought")
    if not used or not seats:
        return f"{written(100 * (facts.number('seat_use') or 0))} % of seats active in 28 days"
    was = _was(facts, "active_persons_before", used)
    bought = "1 seat" if seats == "1" else f"{seats} seats"
    if (facts.number("seat_use") or 0) > 1:
        return f"{used} active, {bought} bought{was}"
    return f"{used} of {bought} active in 28 days{was}"


def _active_persons(facts: Facts) -> str:
    used = facts.text("active_persons")
    who = {"0": "Nobody", "1": "1 person"}.get(used, f"{used} persons")
    return f"{who} active in 28 days{_was(facts, 'active_persons_before', used)}"


def _active_trend(facts: Facts) -> str:
    trend = facts.number("active_trend") or 0
    change = round(100 * (trend - 1))
    if trend == 0:
        return "No use in 28 days"
    if abs(change) <= 10:
        return "Use as usual"
    if change > 200:
        return f"Use {written(trend if trend < 10 else round(trend))} times its average"
    return f"Use {'up' if change > 0 else 'down'} {abs(change)} % against its own average"


def _usage_drop(facts: Facts) -> str:
    drop = round(facts.number("usage_drop") or 0)
    return f"Use {drop} % below its own average" if drop else "Use no lower than its own average"


def _days_since_login(facts: Facts) -> str:
    days = facts.number("days_since_login") or 0
    if days < 14:
        return "Last login today" if days == 0 else f"Last login {_days(days)} ago"
    return f"No login for {_days(days)}"


def _silence(facts: Facts) -> str:
    days, gap = facts.number("days_since_login") or 0, round(facts.number("usual_gap") or 0)
    return f"Last use {'today' if days == 0 else _days(days) + ' ago'}, usually back after {gap}"


def _days_since_touch(facts: Facts) -> str:
    days = facts.number("days_since_touch") or 0
    if days < 30:
        return "In touch today" if days == 0 else f"In touch {_days(days)} ago"
    return f"No call, no meeting and no e-mail from them for {_days(days)}"


def _tickets_escalated_open(facts: Facts) -> str:
    number, age = facts.number("tickets_escalated_open"), facts.number("tickets_escalated_open_days")
    dated = facts.get("escalation_dated") is True
    if not number:
        return "No escalated ticket"
    if number == 1:
        return _one_escalated(age or 0, dated)
    return f"{written(number)} escalated tickets open, {_oldest_escalated(age or 0, dated)}"


def _one_escalated(age: float, dated: bool) -> str:
    """``dated``: the age counts from the escalation, else from the ticket's opening."""
    if age == 0:
        return "Ticket escalated today" if dated else "Escalated ticket opened today"
    return f"Escalated {_days(age)} ago, still open" if dated else f"Escalated ticket open for {_days(age)}"


def _oldest_escalated(age: float, dated: bool) -> str:
    if age == 0:
        return "the first escalated today" if dated else "the oldest opened today"
    return f"the first escalated {_days(age)} ago" if dated else f"the oldest for {_days(age)}"


def _tickets_open_days(facts: Facts) -> str:
    days = facts.number("tickets_open_days") or 0
    if facts.number("tickets_open") == 0:
        return "No open ticket"
    return f"Oldest open ticket: {_days(days)}" if days else "Oldest open ticket opened today"


def _resolution_days(facts: Facts) -> str:
    days = round(facts.number("resolution_days") or 0, 1)
    return f"Tickets take {_days(days)} to close" if days else "Tickets are closed on the day they are opened"


def _silent(facts: Facts) -> str:
    days = facts.number("days_since_login") or 0
    return f"No login for {_days(days)}" if days else "Last login today"


def _nps_latest(facts: Facts) -> str:
    answers = facts.number("nps_answers")
    if answers is None or answers <= 1:
        return f"NPS answer {facts.text('nps_latest')} of 10"
    return f"NPS answers of {written(answers)} persons average {facts.text('nps_latest')} of 10"


def _detractor(facts: Facts) -> str:
    number, low = facts.number("detractors"), facts.text("lowest_answer")
    if number is None or number <= 1:
        return f"A detractor: NPS answer {low} of 10"
    return f"{written(number)} detractors, the lowest NPS answer {low} of 10"


def _days_to_renewal(facts: Facts) -> str:
    days = facts.number("days_to_renewal") or 0
    if days < 0:
        return f"Renewal overdue for {_days(-days)}"
    return "Renewal is due today" if days == 0 else f"Renewal in {_days(days)}"


def _invoices_overdue(facts: Facts) -> str:
    number, days = facts.number("invoices_overdue"), _days(facts.number("invoices_overdue_days"))
    if not number:
        return "No invoice overdue"
    return (
        f"Invoice overdue for {days}" if number == 1 else f"{written(number)} invoices overdue, the oldest for {days}"
    )


def _payment_late(facts: Facts) -> str:
    number, days = facts.number("late_invoices") or 1, _days(facts.number("late_days"))
    amount = facts.number("late_amount")
    worth = "" if amount is None else f" ({amount:,.0f} {facts.text('late_currency')}".rstrip() + ")"
    said = "Invoice overdue" if number == 1 else f"{written(number)} invoices overdue, the oldest"
    return f"{said} for {days}{worth}"


def _worded(name: str, sentences: Mapping[str, str]) -> Say:
    def say(facts: Facts) -> str:
        return sentences.get(facts.text(name), facts.text(name))

    return say


SENTENCES: Final[Mapping[str, Say]] = {
    "active_persons": _active_persons,
    "active_persons_before": _counted(
        "active_persons_before",
        "Nobody active in the 28 days before",
        "1 person active in the 28 days before",
        "{} persons active in the 28 days before",
    ),
    "seat_use": _seat_use,
    "active_trend": _active_trend,
    "usage_drop": _usage_drop,
    "breadth": _counted(
        "breadth", "No feature used in 28 days", "1 feature used in 28 days", "{} features used in 28 days"
    ),
    "days_since_login": _days_since_login,
    "use_days_365d": _counted(
        "use_days_365d", "No use in a year", "Used on 1 day in a year", "Used on {} days in a year"
    ),
    "usual_gap": lambda facts: f"Usually back after {_days(round(facts.number('usual_gap') or 0))}",
    "silence_ratio": _silence,
    "tickets_open": _counted("tickets_open", "No open ticket", "1 open ticket", "{} open tickets"),
    "tickets_open_old": _counted(
        "tickets_open_old",
        "No ticket open for more than 14 days",
        "1 ticket open for more than 14 days",
        "{} tickets open for more than 14 days",
    ),
    "tickets_open_days": _tickets_open_days,
    "tickets_escalated_open": _tickets_escalated_open,
    "tickets_escalated_open_days": _tickets_escalated_open,
    "resolution_days": _resolution_days,
    "nps_latest": _nps_latest,
    "nps_answers": _counted("nps_answers", "No NPS answer", "1 NPS answer", "{} NPS answers"),
    "csat_latest": lambda facts: f"Satisfaction answers average {facts.text('csat_latest')}",
    "days_since_touch": _days_since_touch,
    "meetings_90d": _counted("meetings_90d", "No meeting in 90 days", "1 meeting in 90 days", "{} meetings in 90 days"),
    "persons_engaged_90d": _counted(
        "persons_engaged_90d",
        "Nobody spoken to in 90 days",
        "Only 1 person spoken to in 90 days",
        "{} persons spoken to in 90 days",
    ),
    "champion": _worded("champion", {"present": "Champion still there", "left": "Champion has left"}),
    "days_to_renewal": _days_to_renewal,
    "renewal_deal": _worded(
        "renewal_deal",
        {"won": "Last renewal won", "open": "Renewal deal open", "lost": "Renewal deal lost"},
    ),
    "invoices_overdue": _invoices_overdue,
    "invoices_overdue_days": _invoices_overdue,
}
"""What a value means, in a sentence. Only called where the feature is known."""

LABELS: Final[Mapping[str, str]] = {
    "active_persons": "Active persons",
    "active_persons_before": "Active persons before",
    "usage_drop": "Drop of use",
    "tickets_open_days": "Oldest open ticket",
    "tickets_escalated_open_days": "Oldest escalation",
    "nps_answers": "Number of NPS answers",
    "seat_use": "Seats used",
    "active_trend": "Trend of use",
    "days_since_login": "Last login",
    "use_days_365d": "Days of use in a year",
    "usual_gap": "Usual gap between days of use",
    "silence_ratio": "Silence against their own rhythm",
    "breadth": "Features used",
    "tickets_open": "Open tickets",
    "tickets_open_old": "Old tickets",
    "tickets_escalated_open": "Escalated tickets",
    "resolution_days": "Time to resolution",
    "nps_latest": "NPS answers",
    "csat_latest": "Satisfaction",
    "days_since_touch": "Last touch",
    "meetings_90d": "Meetings",
    "persons_engaged_90d": "Persons engaged",
    "champion": "Champion",
    "days_to_renewal": "Renewal date",
    "renewal_deal": "Renewal deal",
    "invoices_overdue": "Overdue invoices",
    "invoices_overdue_days": "Oldest overdue invoice",
}

REMEDIES: Final[Mapping[str, str]] = {
    "active_persons": "Agree with the account who else should use the product and offer them a short introduction",
    "active_persons_before": "Ask who used the product before, and who should now",
    "tickets_open_days": "Go through the oldest ticket with support and tell the account when it will be solved",
    "tickets_escalated_open_days": "Take on the escalated ticket and tell the account the next step today",
    "nps_answers": "Ask more persons at the account whether they would recommend the product",
    "seat_use": "Agree with the account who should use the free seats and offer them a short introduction",
    "active_trend": "Ask what has changed: use has fallen below the account's own average",
    "usage_drop": "Ask what has changed: use has fallen below the account's own average",
    "days_since_login": "Call the account and find out what keeps them from using the product",
    "use_days_365d": "Give them a reason to come back: show what they have not used yet",
    "usual_gap": "Find an occasion that brings them back more often",
    "silence_ratio": "Call: they are away for longer than is usual for them",
    "breadth": "Show the account the next feature that fits how they work",
    "tickets_open": "Go through the open tickets with support and tell the account when each will be solved",
    "tickets_open_old": "Go through the old tickets with support and tell the account when each will be solved",
    "tickets_escalated_open": "Take on the escalated ticket and tell the account the next step today",
    "resolution_days": "Ask support why this account's tickets take so long",
    "nps_latest": "Call those who gave low marks, ask why, and agree on one thing to mend",
    "csat_latest": "Call those who were not satisfied, ask why, and agree on one thing to mend",
    "days_since_touch": "Get in touch: call or write to the account this week",
    "meetings_90d": "Offer a review meeting",
    "persons_engaged_90d": "Get to know a second person at the account, best an executive",
    "champion": "Find a new champion: ask who has taken over, and introduce yourself",
    "days_to_renewal": "Clear up how the renewal stands",
    "renewal_deal": "Find out why the renewal was lost and whether it can be won back",
    "invoices_overdue": "Ask the account why the invoice is unpaid, and agree with accounting on what follows",
    "invoices_overdue_days": "Ask the account why the invoice is unpaid, and agree with accounting on what follows",
}
"""What to do when a feature costs the most points."""

FLAG_SENTENCES: Final[Mapping[str, Say]] = {
    "escalated_ticket": _tickets_escalated_open,
    "silent": _silent,
    "detractor": _detractor,
    "payment_late": _payment_late,
    "renewal_near": _days_to_renewal,
}

FLAG_REMEDIES: Final[Mapping[str, str]] = {
    "escalated_ticket": "Take on the escalated ticket: agree on a date with support and tell the account today",
    "silent": "Call the account: find out why nobody logs in, and book a session to get them going again",
    "detractor": "Call the person within two days, ask what went wrong, and write down what you promise",
    "payment_late": "Ask the account why the invoice is unpaid: a dispute, a lost letter, or a second thought",
    "renewal_near": "Open the renewal talk: confirm goals reached, who decides, and the terms",
}

ABSENT: Final[Mapping[str, str]] = {
    "customers": "renewal date",
    "persons": "named champion",
    "usage": "usage",
    "tickets": "tickets",
    "responses": "survey answers",
    "activities": "calls, meetings or e-mails from them",
    "deals": "renewal deal",
    "contracts": "contract",
    "invoices": "invoices",
}
"""What to call a missing input, by the frame it would have come from."""


def tidy(text: str) -> str:
    """On one line, without the full stop at its end."""
    return " ".join(text.split()).rstrip(".")


def closed(text: str) -> str:
    """A sentence with what ends it: a full stop, unless it ends by itself; nothing of nothing."""
    said = tidy(text)
    return said if not said or said.endswith(("!", "?", "…")) else f"{said}."


def data_for(label: str) -> str:
    """What a measure lacks: ``Trend of use`` → ``data for trend of use``; ``NPS answers`` keeps its capitals."""
    return "data for " + (label if label[:2].isupper() else label[:1].lower() + label[1:])


def collect(absent: Sequence[str]) -> str:
    return f"Find out what this account lacks in data, and why: {', '.join(absent)}"


def not_enough(coverage: float, absent: Sequence[str]) -> str:
    return f"Not enough data (coverage {written(coverage)} %): {', '.join(f'no {name}' for name in absent)}"


def capped(at_most: float, because: str) -> str:
    return f"Held at {written(at_most)}: {tidy(because)}"


def cap_remedy(because: str) -> str:
    return f"Mend what holds the score down: {tidy(because)}"


def pulse(band: str, reason: str, until: date | None) -> str:
    what = f"CSM's judgement: {band}" + (f" until {until.isoformat()}" if until else "")
    return f"{what}, because {tidy(reason)}" if tidy(reason) else what


def pulse_remedy(reason: str) -> str:
    if said := tidy(reason):
        return f"Settle what lies behind the CSM's judgement: {said}"
    return "Write down what lies behind the CSM's judgement, and settle it with the account"


def assumed(label: str, score: float) -> str:
    return f"{label}: no data, counts as {written(score)}"


def plain(label: str, value: str) -> str:
    return f"{label}: {value}"


def worst_of(counted: int, name: str, score: float) -> str:
    return f"Worst of {counted} accounts: {name} {written(score)}"


def mean_of(counted: int, name: str, score: float) -> str:
    return f"Mean of {counted} accounts, the lowest {name} {written(score)}"


def mean_by_arr_of(counted: int, unweighed: int, name: str, score: float) -> str:
    without = f" ({unweighed} more without ARR)" if unweighed else ""
    return f"Mean by ARR of {counted} accounts{without}, the lowest {name} {written(score)}"


ALL_WELL: Final = "Keep in touch; nothing needs mending now"
RISING: Final = "Keep in touch: all is well again, and the band follows in a few days"
CAP_LABEL: Final = "Cap"
PULSE_LABEL: Final = "CSM's pulse"
