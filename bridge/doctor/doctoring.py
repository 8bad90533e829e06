"""Looks at everything that can be wrong with a workspace, and says how to mend it. Writes nothing to a CRM."""

from collections.abc import Iterator

from adapters.contract import Finding
from bridge.doctor import senders as doctoring_senders
from bridge.doctor import surveys as doctoring_surveys
from bridge.doctor.connection import examine_connection
from bridge.doctor.noted import Noted
from bridge.doctor.outbound import examine_outbound
from bridge.doctor.rules import examine_rules
from bridge.doctor.usage import examine_usage
from bridge.identity import twins
from bridge.pipeline import flag_rates
from bridge.pipeline.quality import book_quality
from bridge.store import cursors, inbox, lookup
from bridge.sync import forecast
from bridge.workspace import Workspace
from config.not_acting import not_acting
from scoring.messages import catalogue
from scoring.quality import sentence


def examine(workspace: Workspace, *, book: bool = False) -> Iterator[Noted]:
    """Every finding, place by place. One place that fails does not hide the others.

    ``book``: what the whole book says as well, how often each flag is on and what is wrong with the data.
    """
    for key in not_acting(workspace.settings):
        yield Noted("csbridge.yml", Finding("info", f"{key} is accepted, but does not act in this release yet"))
    yield from doctoring_surveys.settings_findings(workspace)
    yield from _cards(workspace)
    yield from examine_rules(workspace)
    for connection in workspace.settings.crms:
        yield from examine_connection(workspace, connection.name)
        yield from (Noted(connection.name, finding) for finding in forecast.findings(workspace, connection.name))
    for source in workspace.settings.usage:
        yield from examine_usage(workspace, source)
    yield from doctoring_senders.examine_senders(workspace)
    yield from _identity(workspace)
    yield from _store(workspace)
    yield from examine_outbound(workspace)
    if book:
        yield from _book(workspace)


def _cards(workspace: Workspace) -> Iterator[Noted]:
    for cards in workspace.policy.cards.values():
        for card in cards:
            what = f"scorecard {card.version}: {len(card.measures)} measures, for {card.applies}"
            yield Noted("scorecards", Finding("info", what))
    if not workspace.scope.conditions:
        mend = "set scope to a rule, such as status = customer, to leave prospects out"
        yield Noted("csbridge.yml", Finding("info", "scope is all: every account is scored", mend))


def _identity(workspace: Workspace) -> Iterator[Noted]:
    if len(workspace.settings.identity.link) == 1:
        what = f"identity.link names {next(iter(workspace.settings.identity.link))} only, and joins nobody by itself"
        yield Noted("identity", Finding("warning", what, "name the field of the other connection, too"))
    with workspace.store.read() as db:
        told = twins.tell(db)
    if told.doubts:
        accounts = len({ref for doubt in told.doubts for ref in doubt.accounts})
        what = f"{len(told.doubts):,} ids or domains that {accounts:,} accounts share do not tell who is one customer"
        between = any(len({ref.connection for ref in doubt.accounts}) > 1 for doubt in told.doubts)
        yield Noted("identity", Finding("warning" if between else "info", what, "csbridge identity lists them"))
    if told.joined:
        yield Noted("identity", Finding("info", f"{told.joined:,} customers have records in several connections"))


def _book(workspace: Workspace) -> Iterator[Noted]:
    for finding in flag_rates.findings(flag_rates.flag_rates(workspace), workspace.settings):
        yield Noted("flags", finding)
    words = catalogue(workspace.settings.language)
    for one in book_quality(workspace):
        said = sentence(words, one.problem, one.frame, one.column, one.rows, one.examples[0].text)
        of = "1 customer" if one.customers == 1 else f"{one.customers:,} customers"
        yield Noted("data", Finding("warning", f"{said}; of {of}" if one.customers else said))


def _store(workspace: Workspace) -> Iterator[Noted]:
    with workspace.store.read() as db:
        numbers, last, waiting = lookup.counts(db), cursors.last_sync(db), inbox.depth(db)
    if waiting["parked"]:
        what = f"{waiting['parked']} deliveries are parked after several tries"
        yield Noted("store", Finding("warning", what, "csbridge inbox list --parked"))
    if last is None:
        yield Noted("store", Finding("info", "empty: nothing was read yet", "csbridge sync"))
        return
    yield Noted("store", Finding("info", f"{sum(numbers.values()):,} records, last read {last:%Y-%m-%d %H:%M} UTC"))
