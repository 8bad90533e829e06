"""One company, one customer: follows what accounts say of who they are, and joins and parts customers accordingly.

Runs in the transaction that takes the accounts in, over those that changed and whom they touch. The rules are in
``matching`` and ``succession``; this module brings them what the store knows, and keeps what they say.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from adapters.domains import is_shared
from adapters.records import Account, Item, Ref
from bridge.knowledge import usage_keys
from bridge.knowledge.knowledge import gather_accounts
from bridge.rules.matching import SORTS, Identified, Matched, match
from bridge.rules.succession import Member, succeed
from bridge.store import cursors, customers, identities, lookup, membership, references
from bridge.store.rows import chunks
from config.linking import link_name
from config.settings import Settings

PIECE: Final = 2_000

Values = dict[str, str]
"""By what an account is found, by sort."""

Moves = dict[Ref, tuple[int, int]]
"""Account → (the customer it leaves, the one it comes to)."""


def hand_on(db: Connection, survivors: Mapping[Ref, Ref], arrived: Sequence[Ref]) -> None:
    """Merged away → what it was merged into. A CRM may give the merged record a new id: it goes on under that one."""
    heirs = set(survivors.values()).intersection(arrived)
    heirs -= customers.of_accounts(db, heirs).keys()
    owners = customers.of_accounts(db, [ref for ref, heir in survivors.items() if heir in heirs])
    for ref in sorted(owners, key=lambda ref: owners[ref]):
        if survivors[ref] in heirs:  # the oldest of several
            membership.hand_on(db, ref, survivors[ref])
            heirs.discard(survivors[ref])


def follow(db: Connection, settings: Settings, changed: Sequence[Item], now: datetime) -> Moves:
    """Join and part customers by what these accounts have become, and mark those affected; who moved.

    Every account has a customer already.
    """
    now_known = {item.ref: item for item in changed if item.ref.kind == "account"}
    before = identities.of(db, now_known)
    after = {ref: _values(settings, item, before.get(ref, {})) for ref, item in now_known.items()}
    other = {ref: values for ref, values in after.items() if values != before.get(ref, {})}
    identities.keep(db, other, before.keys())
    concerned = {*other, *(ref for ref, values in after.items() if not values)}  # the gone may be back among twins
    left = _pairs(before.get(ref, {}) for ref in other) - _pairs(other.values())
    near = _sharing(db, _pairs(other.values())) | identities.holding(db, left)  # who keeps a value may keep it alone
    if not near and not membership.any_joint(db, concerned):
        return {}
    return _settle(db, near | concerned, now)


def index_whole(db: Connection, settings: Settings, now: datetime) -> None:
    """Identify all accounts anew where the settings say otherwise than the last time."""
    current = repr((settings.identity.key, sorted(settings.identity.link.items())))
    if cursors.fact(db, "identified by") == current:
        return
    for ids in customers.all_ids(db, PIECE):
        facts = gather_accounts(db, ids)
        refs = [Ref(fact.known.connection, "account", fact.known.id) for fact in facts]
        before = identities.of(db, refs)
        found = {
            ref: _found(settings, ref, fact.content, before.get(ref, {})) for ref, fact in zip(refs, facts, strict=True)
        }
        identities.keep(
            db, {ref: values for ref, values in found.items() if values != before.get(ref, {})}, before.keys()
        )
        references.link_parents(db, {ref: fact.content["parent"] for ref, fact in zip(refs, facts, strict=True)})
    cursors.save_fact(db, "identified by", current)
    everybody = membership.all_joint(db).union(*(identities.all_sharing(db, sort) for sort in SORTS))
    moved: Moves = {}
    for some in chunks(sorted(everybody, key=str), PIECE):
        moved |= _settle(db, some, now)
    usage_keys.index(db, settings, {id for move in moved.values() for id in move})


def take_notice(db: Connection, connection: str, now: datetime) -> None:
    """The connection was read whole: what it says of customers whom another one knows counts from now on."""
    joint = customers.of_accounts(db, (ref for ref in membership.all_joint(db) if ref.connection == connection))
    customers.mark_affected(db, joint.values(), now)


def matched(db: Connection, accounts: Iterable[Ref]) -> Matched:
    """How these accounts match, as the index says now."""
    known = identities.of(db, accounts)
    return match(Identified(ref, **values) for ref, values in known.items())


def _values(settings: Settings, item: Item, before: Values) -> Values:
    """By what an account is found now; what is gone is found by nothing."""
    if not isinstance(item, Account):
        return {}
    return _found(settings, item.ref, {"domain": item.domain, "extra": item.extra}, before)


def _found(settings: Settings, ref: Ref, content: Mapping[str, Any], before: Values) -> Values:
    """A link field that was not read (hidden for a while) says nothing new; one that is blank links no more."""
    values: Values = {}
    field = settings.identity.link.get(ref.connection)
    if field:
        extra = content["extra"]
        name = link_name(field) if link_name(field) in extra else field
        link = _text(extra[name]) if name in extra else before.get("link")
        values |= {"link": link} if link else {}
    domain = content["domain"] if settings.identity.key == "domain" else None
    return values | ({"domain": domain} if domain and not is_shared(domain) else {})


def _text(value: object) -> str | None:
    """An id as text, alike whether a CRM keeps it as a number or as text; a yes or no identifies nobody."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    return str(value).strip() or None


def _settle(db: Connection, accounts: Iterable[Ref], now: datetime) -> Moves:
    """Decide anew about these accounts and all whom that concerns, and mark the customers it changes; who moves."""
    members, known = _surroundings(db, accounts)
    living = known.keys() | lookup.living(db, members.keys() - known.keys())
    groups = match(Identified(ref, **known.get(ref, {})) for ref in living).groups
    after = succeed(groups, members)
    moves = {ref: (member.customer, after[ref]) for ref, member in members.items() if after[ref] != member.customer}
    customers.mark_affected(db, membership.move(db, moves), now)
    return moves


def _surroundings(db: Connection, accounts: Iterable[Ref]) -> tuple[dict[Ref, Member], dict[Ref, Values]]:
    """These accounts, those of the same customers, whoever shares a value with one of them, and so on; and by what
    they are found.
    """
    members: dict[Ref, Member] = {}
    known: dict[Ref, Values] = {}
    near, asked = set(accounts), set[tuple[str, str]]()
    while new := membership.members(db, near - members.keys()):
        found = identities.of(db, new)
        members |= new
        known |= found
        values = _pairs(found.values()) - asked
        asked |= values
        near = _sharing(db, values)
    return members, known


def _sharing(db: Connection, values: Iterable[tuple[str, str]]) -> set[Ref]:
    """Who has one of these values with somebody else whom it could join; a link counts within a connection too."""
    by_sort: dict[str, list[str]] = {}
    for sort, value in values:
        by_sort.setdefault(sort, []).append(value)
    return {
        ref for sort, some in by_sort.items() for ref in identities.sharing(db, sort, some, across=sort == "domain")
    }


def _pairs(known: Iterable[Values]) -> set[tuple[str, str]]:
    return {pair for values in known for pair in values.items()}
