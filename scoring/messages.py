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
    return f"{used} of {seats} seats active in 28 days{_was(facts, 'active_persons_before', used)}"


def _active_persons(facts: Facts) -> str:
    used = facts.text("active_persons")
    return f"{used} persons active in 28 days{_was(facts, 'active_persons_before', used)}"


def _active_trend(facts: Facts) -> str:
    change = round(100 * ((facts.number("active_trend") or 0) - 1))
    if abs(change) <= 10:
        return "Use as high as ever"
    return f"Use {'up' if change > 0 else 'down'} {abs(change)} % against its own average"


def _days_since_login(facts: Facts) -> str:
    days = facts.number("days_since_login") or 0
    if days < 14:
        return "Last login today" if days == 0 else f"Last login {_days(days)} ago"
    return f"No login for {_days(days)}"


def _days_since_touch(facts: Facts) -> str:
    days = facts.number("days_since_touch") or 0
    if days < 30:
        return "In touch today" if days == 0 else f"In touch {_days(days)} ago"
    return f"No call, e-mail or meeting for {_days(days)}"


def _tickets_escalated_open(facts: Facts) -> str:
    number, days = facts.number("tickets_escalated_open"), _days(facts.number("tickets_escalated_open_days"))
    if not number:
        return "No escalated ticket"
    if number == 1:
        return f"Escalated ticket open for {days}"
    return f"{written(number)} escalated tickets open, the oldest for {days}"


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


def _worded(name: str, sentences: Mapping[str, str]) -> Say:
    def say(facts: Facts) -> str:
        return sentences.get(facts.text(name), facts.text(name))

    return say


SENTENCES: Final[Mapping[str, Say]] = {
    "active_persons": _active_persons,
    "active_persons_before": lambda facts: (
        f"{facts.text('active_persons_before')} persons active in the 28 days before"
    ),
    "seat_use": _seat_use,
    "active_trend": _active_trend,
    "usage_drop": lambda facts: f"Use {facts.text('usage_drop')} % below its own average",
    "breadth": _counted(
        "breadth", "No feature used in 28 days", "1 feature used in 28 days", "{} features used in 28 days"
    ),
    "days_since_login": _days_since_login,
    "tickets_open": _counted("tickets_open", "No open ticket", "1 open ticket", "{} open tickets"),
    "tickets_open_old": _counted(
        "tickets_open_old",
        "No ticket open for more than 14 days",
        "1 ticket open for more than 14 days",
        "{} tickets open for more than 14 days",
    ),
    "tickets_open_days": lambda facts: f"Oldest open ticket: {_days(facts.number('tickets_open_days'))}",
    "tickets_escalated_open": _tickets_escalated_open,
    "tickets_escalated_open_days": _tickets_escalated_open,
    "resolution_days": lambda facts: f"Tickets take {_days(facts.number('resolution_days'))} to close",
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
}
"""What a value means, in a sentence. Only called where the feature is known."""

LABELS: Final[Mapping[str, str]] = {
    "seat_use": "Seats used",
    "active_trend": "Trend of use",
    "days_since_login": "Last login",
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
}

REMEDIES: Final[Mapping[str, str]] = {
    "seat_use": "Agree with the account who should use the free seats and offer them a short introduction",
    "active_trend": "Ask what has changed: use has fallen below the account's own average",
    "usage_drop": "Ask what has changed: use has fallen below the account's own average",
    "days_since_login": "Call the account and find out what keeps them from using the product",
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
}
"""What to do when a feature costs the most points."""

FLAG_SENTENCES: Final[Mapping[str, Say]] = {
    "escalated_ticket": _tickets_escalated_open,
    "silent": lambda facts: f"No login for {_days(facts.number('days_since_login'))}",
    "detractor": _detractor,
    "renewal_near": _days_to_renewal,
}

FLAG_REMEDIES: Final[Mapping[str, str]] = {
    "escalated_ticket": "Take on the escalated ticket: agree on a date with support and tell the account today",
    "silent": "Call the account: find out why nobody logs in, and book a session to get them going again",
    "detractor": "Call the person within two days, ask what went wrong, and write down what you promise",
    "renewal_near": "Open the renewal talk: confirm goals reached, who decides, and the terms",
}

ABSENT: Final[Mapping[str, str]] = {
    "customers": "renewal date",
    "persons": "named champion",
    "usage": "usage",
    "tickets": "tickets",
    "responses": "survey answers",
    "activities": "calls, e-mails or meetings",
    "deals": "renewal deal",
}
"""What to call a missing input, by the frame it would have come from."""


def collect(absent: Sequence[str]) -> str:
    return f"Find out what this account lacks in data, and why: {', '.join(absent)}"


def not_enough(coverage: float, absent: Sequence[str]) -> str:
    return f"Not enough data (coverage {written(coverage)} %): {', '.join(f'no {name}' for name in absent)}"


def capped(at_most: float, because: str) -> str:
    return f"Held at {written(at_most)}: {because.rstrip('.')}"


def pulse(band: str, reason: str, until: date | None) -> str:
    what = f"CSM's judgement: {band}" + (f" until {until.isoformat()}" if until else "")
    return f"{what}, because {reason.rstrip('.')}" if reason else what


def assumed(label: str, score: float) -> str:
    return f"{label}: no data, counts as {written(score)}"


def plain(label: str, value: str) -> str:
    return f"{label}: {value}"


ALL_WELL: Final = "Keep in touch; nothing needs mending now"
CAP_LABEL: Final = "Cap"
PULSE_LABEL: Final = "CSM's pulse"
