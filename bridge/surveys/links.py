"""Links to our own surveys: every person of a customer in scope has theirs among the own fields of the CRM's contact.

Decides who has which; the ledger of write-back carries them. Bounded: looks at the persons that changed, at those of
customers that entered or left the scope, and at everybody only when the settings of the links are others.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from adapters.records import Fields, Item, Person, Ref
from bridge.moments import EVER
from bridge.store import cursors, customers, lookup, memory, references
from bridge.store.rows import grouped
from bridge.surveys import keys as survey_keys
from bridge.workspace import Workspace
from config.own_fields import survey_links
from config.surveys import SurveyName
from webhooks.survey.tokens import Invitation, Tokens
from webhooks.writeback.entry import Entry
from webhooks.writeback.settle import leave

PIECE: Final = 2_000
"""Persons in one transaction."""
FACT: Final = "survey links"
"""By what the links were made the last time."""
LONGEST: Final = 255
"""Characters that a URL field holds; a longer link would lead nowhere, and is not written."""


def names(workspace: Workspace) -> dict[str, SurveyName]:
    """The own fields that hold links here, and to which survey; none where nobody could follow them."""
    return {name: survey for name, survey in survey_links().items() if name in workspace.fields}


def may_be_asked(workspace: Workspace) -> bool:
    """Whether somebody may follow a link: one of now, or one that was mailed while there were surveys."""
    if workspace.settings.public_url is None:
        return False
    with workspace.store.read() as db:
        return bool(names(workspace)) or survey_keys.exist(db, workspace.settings)


def tokens(db: Connection, workspace: Workspace) -> Tokens:
    """See ``survey_keys.keys``."""
    return Tokens(survey_keys.keys(db, workspace.settings), [one.name for one in workspace.settings.crms])


def follow(db: Connection, workspace: Workspace, persons: Collection[Ref], read: Iterable[Item] = ()) -> None:
    """Want for these persons what they should have now: their links, or nothing any more.

    ``read``: records of theirs as they have just been stored, where the caller has them at hand.
    """
    wanted = names(workspace)
    if not wanted or not persons:
        return
    made, ledger = tokens(db, workspace), workspace.ledger
    links = {ref: _links(workspace, made, ref, wanted) for ref in _invited(db, persons, read)}
    left = ledger.present(db, [ref for ref in persons if ref not in links])

    def change(entry: Entry) -> Entry:
        return _with_links(entry, links[entry.ref]) if entry.ref in links else leave(entry)

    ledger.update_in(db, sorted(links.keys() | left, key=str), change)


def follow_accounts(db: Connection, workspace: Workspace, accounts: Iterable[Ref]) -> None:
    """The same for the persons of these accounts."""
    if not names(workspace):
        return
    for (connection, _), ids in grouped(accounts).items():
        found = references.linked(db, connection, "account", ids, "person")
        follow(db, workspace, [Ref(connection, "person", id) for id in found])


def follow_customers(db: Connection, workspace: Workspace, ids: Collection[int]) -> None:
    """The same for the persons of these customers, who entered the scope or left it."""
    if ids and names(workspace):
        refs = customers.refs_of(db, sorted(ids))
        follow_accounts(db, workspace, [ref for some in refs.values() for ref in some])


def take_note_of_settings(workspace: Workspace) -> None:
    """Where address, fields or key are others than the last time, everybody's links are made anew, piece by piece."""
    current = _settings(workspace)
    with workspace.store.read() as db:
        before = cursors.fact(db, FACT)
    if (before or "") == current:
        return
    workspace.ledger.refresh(lambda entry: entry)  # which entries have work depends on the fields that are on
    if current:
        for connection in workspace.settings.crms:
            _follow_all(workspace, connection.name)
    with workspace.store.write() as db:
        cursors.save_fact(db, FACT, current)


def _follow_all(workspace: Workspace, connection: str) -> None:
    last = ""
    while True:
        with workspace.store.write() as db:
            ids = lookup.ids_after(db, connection, "person", last, PIECE)
            follow(db, workspace, [Ref(connection, "person", id) for id in ids])
        if not ids:
            return
        last = ids[-1]


def _settings(workspace: Workspace) -> str:
    """All that decides about a link besides the person; empty where there are none."""
    wanted = names(workspace)
    if not wanted:
        return ""
    with workspace.store.read() as db:
        signing = survey_keys.keys(db, workspace.settings) if survey_keys.exist(db, workspace.settings) else None
    if signing is None:
        with workspace.store.write() as db:
            signing = survey_keys.keys(db, workspace.settings)
    return repr((workspace.settings.public_url, sorted(wanted), survey_keys.fingerprint(signing)))


def _invited(db: Connection, persons: Collection[Ref], read: Iterable[Item]) -> set[Ref]:
    """Those who are there, have not left, and belong to a customer in scope."""
    said = {item.ref: item for item in read}
    accounts = {
        ref: _accounts(ref.connection, item.accounts)
        for ref, item in said.items()
        if isinstance(item, Person) and item.left_on is None
    }
    for (connection, kind), ids in grouped(ref for ref in persons if ref not in said).items():
        for known in memory.known(db, connection, kind, ids, EVER):
            if known.content["left_on"] is None:
                accounts[Ref(connection, kind, known.id)] = _accounts(connection, known.content["accounts"])
    owners = customers.of_accounts(db, {account for some in accounts.values() for account in some})
    inside = set(customers.inside(db, sorted(set(owners.values()))))
    return {ref for ref, some in accounts.items() if any(owners.get(account) in inside for account in some)}


def _accounts(connection: str, ids: Iterable[str]) -> list[Ref]:
    return [Ref(connection, "account", id) for id in ids]


def _links(workspace: Workspace, made: Tokens, person: Ref, wanted: Mapping[str, SurveyName]) -> Fields:
    found = {name: link(workspace, made, Invitation(person, survey)) for name, survey in wanted.items()}
    return {name: address if len(address) <= LONGEST else None for name, address in found.items()}


def link(workspace: Workspace, made: Tokens, invitation: Invitation) -> str:
    return f"{workspace.settings.public_url}/s/{made.token(invitation)}"


def _with_links(entry: Entry, links: Fields) -> Entry:
    """Drift that was accepted stays so for links that are as they were."""
    if entry.desired == links:
        return entry
    accepted = {name: value for name, value in entry.accepted.items() if links.get(name) == value}
    return replace(entry, desired=links, accepted=accepted)
