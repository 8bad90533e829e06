"""The note that a change of the published health band leaves on an account's page, where ``write.history`` asks for it.

Pure. The key is made of account, day and band, so that a run that is repeated makes no second one.
"""

from datetime import datetime

from adapters.keyed import Creation, key_of
from adapters.records import Fields, Ref
from scoring.decision import Decision
from scoring.messages import catalogue
from scoring.messages.occasions import band_change

BAND = "health_band"
SCORE = "health_score"


def band_note(account: Ref, before: Fields | None, decision: Decision, now: datetime) -> Creation | None:
    """``before``: what was published of the account last. None where it had no band yet, or has this one already."""
    band = (before or {}).get(BAND)
    if band is None or band == decision.band:
        return None
    words = catalogue(decision.language)
    was = (before or {}).get(SCORE)
    subject = band_change(words, str(band), decision.band, was if isinstance(was, float) else None, decision.score)
    key = key_of("band", account.id, decision.day.isoformat(), decision.band)
    return Creation(
        ref=Ref(account.connection, "note", key),
        account=account.id,
        subject=subject,
        body=f"{subject}{words.style.full_stop} {decision.reasons}".strip(),
        at=now.replace(microsecond=0),
        status="done",
    )
