"""What is said on occasions that are no feature and no flag: caps, the pulse, missing data, parent accounts.

Must not decide anything. ``words`` is the language, wherever it stands.
"""

import re
from collections.abc import Sequence
from datetime import date

from scoring.messages.catalogue import Catalogue
from scoring.messages.style import tidy


def capped(words: Catalogue, limit: float, because: str, *, lifted: bool = False) -> str:
    """``lifted``: the cap keeps the score up, as of a risk."""
    return words.say("capped--least" if lifted else "capped", at_most=limit, because=_because(words, because))


def outside(words: Catalogue, part: str, low: float, high: float) -> str:
    """What an index's own part is: its ``base``, or its ``clamp``."""
    return words.say(f"index-{part}", low=low, high=high)


def cap_remedy(words: Catalogue, because: str) -> str:
    return words.say("capped.remedy", because=_because(words, because))


def _because(words: Catalogue, because: str) -> str:
    """A card's own words; where they are shipped ones, in the language."""
    slug = re.sub(r"[^a-z0-9]+", "-", because.lower()).strip("-")
    return words.said(f"because-{slug}", {}) or tidy(because)


def band_change(words: Catalogue, before: str, after: str, was: float | None, now: float | None) -> str:
    bands = {"before": words.say(f"band-{before}"), "after": words.say(f"band-{after}")}
    if was is None or now is None:
        return words.say("band-change--unscored", **bands)
    return words.say("band-change", **bands, was=was, now=now)


def pulse(words: Catalogue, band: str, reason: str, until: date | None) -> str:
    parts = [*(["until"] if until else []), *(["because"] if tidy(reason) else [])]
    id = "--".join(["pulse", *(["-".join(parts)] if parts else [])])
    given = {"band": band, "reason": tidy(reason), "until": until}
    return words.say(id, **{name: given[name] for name in sorted(words.asks(id))})


def pulse_remedy(words: Catalogue, reason: str) -> str:
    said = tidy(reason)
    return words.say("pulse--because.remedy", reason=said) if said else words.say("pulse.remedy")


def not_enough(words: Catalogue, coverage: float, absent: Sequence[str]) -> str:
    lacks = words.style.listed(words.say("no-data", what=name) for name in absent)
    return words.say("not-enough", coverage=coverage, lacks=lacks)


def collect(words: Catalogue, absent: Sequence[str]) -> str:
    return words.say("collect", absent=words.style.listed(absent))


def absent(words: Catalogue, source: str) -> str:
    """What to call a missing input, by the frame it would have come from."""
    return words.said(f"absent-{source}", {}) or source


def data_for(words: Catalogue, title: str) -> str:
    """What a measure lacks: ``Trend of use`` → ``data for trend of use``; ``NPS answers`` keeps its capitals."""
    return words.say("data-for", label=title)


def assumed(words: Catalogue, title: str, score: float) -> str:
    return words.say("assumed", label=title, score=score)


def trend(words: Catalogue, word: str, moved: float, weeks: float) -> str:
    """What a trend (up, flat, down) stands on: points against the level of so many weeks ago."""
    id = f"trend-{word}"
    return words.say(id, moved=moved, weeks=weeks)


def drop_own(words: Catalogue, points: float) -> str:
    return words.say("drop-own", drop_own=points)


def forecast(words: Catalogue, expected: float, low: float, high: float) -> str:
    return words.say("forecast", expected=expected, low=low, high=high)


def arr_at_risk(words: Catalogue, arr: float, currency: str, days: int) -> str:
    return words.say("arr-at-risk", arr=arr, currency=currency, days=days)


def worst_of(words: Catalogue, counted: int, name: str, score: float) -> str:
    return words.say("worst-of", counted=counted, name=name, score=score)


def mean_of(words: Catalogue, counted: int, name: str, score: float) -> str:
    return words.say("mean-of", counted=counted, name=name, score=score)


def mean_by_arr_of(words: Catalogue, counted: int, unweighed: int, name: str, score: float) -> str:
    if unweighed:
        return words.say("mean-by-arr-of--some", counted=counted, unweighed=unweighed, name=name, score=score)
    return words.say("mean-by-arr-of", counted=counted, name=name, score=score)


def for_account(words: Catalogue, name: str, action: str) -> str:
    return words.say("for-account", name=name, action=action)
