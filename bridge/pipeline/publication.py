"""Decisions become desired fields: what each CRM record should hold. The gate decides what is worth a write."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from adapters.records import Fields, Ref
from bridge.outbound import notifying
from bridge.pipeline.band_notes import band_note
from bridge.store import customers, lookup
from bridge.workspace import Workspace
from config.fields import OwnField
from config.languages import DEFAULT
from config.words import PURPOSES
from scoring.decision import Decision
from webhooks.writeback.entry import Entry
from webhooks.writeback.gate import LANGUAGE, want
from webhooks.writeback.settle import leave


def fields_of(decision: Decision, now: datetime) -> Fields:
    """A decision as own fields, by canonical name; None leaves a field blank."""
    scores = {verdict.purpose: verdict.score for verdict in decision.verdicts} | {"health": decision.score}
    return {
        **{f"{purpose}_score": scores.get(purpose) for purpose in PURPOSES},
        "health_band": decision.band,
        "health_trend": decision.trend.direction,
        "health_change_30d": decision.trend.change_30d,
        "churn_risk": decision.churn_risk,
        "csat": decision.csat,
        "expansion_signals": tuple(sorted(signal.name for signal in decision.signals)),
        "expansion_amount": decision.expansion_amount,
        "segment": decision.segment,
        "journey_stage": decision.stage,
        "health_reasons": decision.reasons,
        "health_coverage": decision.coverage,
        "risk_flags": tuple(sorted(flag.name for flag in decision.flags)),
        "top_risk": decision.top_risk,
        "risk_since": min((flag.since for flag in decision.flags), default=None),
        "risk_count": len(decision.flags),
        "nps": decision.nps,
        "nps_last": decision.nps_last,
        "nps_group": decision.nps_group,
        "next_action": decision.next_action,
        "scored_at": now.replace(microsecond=0),
        "score_version": decision.version,
    }


def publish(db: Connection, workspace: Workspace, decisions: Sequence[Decision], now: datetime) -> None:
    """Set what the records of these customers should hold, as part of the caller's transaction."""
    decided = by_record(db, decisions)
    min_change = workspace.settings.write.min_change
    steps: dict[Ref, notifying.Step] = {}

    def wanted(entry: Entry) -> Entry:
        # A customer was pulled before it was scored: with no entry yet, its own fields were seen to be blank.
        seen = entry if entry.desired is not None else replace(entry, seen=True)
        after = want(seen, told_of(workspace, decided[entry.ref], now), min_change, workspace.ledger.fields)
        steps[entry.ref] = (entry.desired, after.desired)
        return after

    workspace.ledger.update_in(db, list(decided), wanted)
    notifying.tell_changes(db, workspace, decisions, steps, now)
    _note_bands(db, workspace, decided, steps, now)


def by_record(db: Connection, decisions: Sequence[Decision]) -> dict[Ref, Decision]:
    """What each living record of these customers is told by: the decision, with amounts in its own currency alone."""
    refs = customers.refs_of(db, [decision.customer for decision in decisions])
    several = [ref for some in refs.values() if len(some) > 1 for ref in some]
    gone = set(several) - lookup.living(db, several)  # a customer outlives one of its records
    currencies = lookup.currencies(db, several)
    return {
        ref: _in_its_currency(decision, currencies.get(ref))
        for decision in decisions
        for ref in refs.get(decision.customer, ())
        if ref not in gone
    }


def _note_bands(
    db: Connection,
    workspace: Workspace,
    decided: Mapping[Ref, Decision],
    steps: Mapping[Ref, notifying.Step],
    now: datetime,
) -> None:
    """Want a note on every record whose published band changed, where the admin asks for those."""
    noting = {ref.connection for ref in decided if workspace.keys_for(ref.connection)}
    made = (band_note(ref, before, decided[ref], now) for ref, (before, _) in steps.items() if ref.connection in noting)
    notes = {note.ref: note for note in made if note}
    workspace.ledger.update_in(db, list(notes), lambda entry: replace(entry, desired=notes[entry.ref].fields))


def _in_its_currency(decision: Decision, currency: str | None) -> Decision:
    """Without an amount that the record would show as one of its own currency: records of a customer may differ."""
    if currency is None or decision.expansion_currency in (None, currency):
        return decision
    return replace(decision, expansion_amount=None)


def told_of(workspace: Workspace, decision: Decision, now: datetime) -> Fields:
    """All that the records of a customer are told, before the gate: the fields, and the language of the sentences."""
    language = workspace.settings.language
    said_in = None if language == DEFAULT else language
    decided = _offered(fields_of(decision, now), workspace.fields)
    return {**decided, **dict.fromkeys(workspace.leaving), LANGUAGE: said_in}


def _offered(fields: Fields, own: Mapping[str, OwnField]) -> Fields:
    """Without a segment or stage that the admin's own field says and our pick-list does not have."""
    strange = {name for name in ("segment", "journey_stage") if name in own and fields[name] not in own[name].options}
    return {name: None if name in strange else value for name, value in fields.items()}


def withdraw(db: Connection, workspace: Workspace, outside: Mapping[int, Sequence[Ref]]) -> None:
    """These customers are out of scope: what csbridge wrote on their records is blanked, once."""
    refs = [ref for some in outside.values() for ref in some]
    workspace.ledger.update_in(db, sorted(workspace.ledger.present(db, refs), key=str), leave)
