"""How a usage source names accounts (``usage[].account_key``), and the index of those names."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from adapters.domains import domain
from adapters.records import Account
from adapters.registry import id_spelled
from bridge.knowledge.knowledge import Fact, gather_accounts
from bridge.store import cursors, customers, keys
from config.settings import Settings

PIECE = 2_000


@dataclass(frozen=True, slots=True)
class UsageKeys:
    """``account_key`` of a source: ``id``, ``domain`` or a mapped field, after ``connection.`` where one is meant."""

    account_key: str

    @property
    def by_id(self) -> bool:
        """Whether accounts are named by their ids, which are indexed already."""
        return self.account_key.rpartition(".")[2] == "id"

    def key(self, fact: Fact) -> str | None:
        """What the source calls this account; None when it has no such name."""
        connection, _, field = self.account_key.rpartition(".")
        if connection and connection != fact.known.connection:
            return None
        if field == "id":
            return fact.known.id
        value = fact.content.get(field, fact.content["extra"].get(field))
        return str(value) if value is not None else None

    def name(self, account: Account) -> str | None:
        """The same for a record as it is taken in."""
        connection, _, field = self.account_key.rpartition(".")
        if connection and connection != account.ref.connection:
            return None
        value = account.ref.id if field == "id" else getattr(account, field, None)
        value = account.extra.get(field) if value is None else value
        return str(value) if value is not None else None

    def spelled(self, settings: Settings, account: str) -> str:
        """What a source calls an account, as accounts are called here: a domain in any spelling is that domain, an id
        as people copy it from their CRM is that id.
        """
        connection, _, field = self.account_key.rpartition(".")
        if field == "domain":
            return domain(account) or account
        crms = [one.crm for one in settings.crms if connection in ("", one.name)]
        return id_spelled(crms, account) if self.by_id else account

    def customers(self, db: Connection, accounts: Iterable[Fact]) -> dict[str, int]:
        """Key → customer, for the keys of these accounts that fit nobody else, here or elsewhere in the store."""
        named = {key: fact.customer for fact in accounts if (key := self.key(fact)) is not None}
        several = keys.ambiguous(db, self.account_key, named)
        return {key: customer for key, customer in named.items() if key not in several}


def index(db: Connection, settings: Settings, ids: Iterable[int]) -> None:
    """Bring the index up to date about these customers; one whose accounts are gone has no name any more."""
    names = _indexed(settings)
    if names:
        wanted = sorted(ids)
        accounts = gather_accounts(db, wanted)
        for name in names:
            named = [(fact.customer, UsageKeys(name).key(fact)) for fact in accounts]
            keys.keep(db, name, [*((id, None) for id in wanted), *named])


def index_whole(db: Connection, settings: Settings) -> None:
    """Index every customer by the names that the settings have come to use since the last time."""
    current = repr(_indexed(settings))
    if cursors.fact(db, "indexed account keys") != current:
        for ids in customers.all_ids(db, PIECE):
            index(db, settings, ids)
        cursors.save_fact(db, "indexed account keys", current)


def _indexed(settings: Settings) -> list[str]:
    named = {source.account_key for source in settings.usage}
    named |= {sender.account_key for sender in settings.senders}
    return sorted(name for name in named if not UsageKeys(name).by_id)
