"""A workspace in a test's hand with two fake CRMs, for companies that both of them know."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fake_crm import FakeCrm
from worlds import World, open_world

from adapters.records import Ref
from bridge.pipeline import pushing
from bridge.store import customers
from bridge.store.engine import Store
from bridge.sync.syncing import sync

LINKED = {"link": {"sf": "Ext_Id__c", "hs": "ext_id"}}
FIELDS = {"sf": "link:Ext_Id__c", "hs": "link:ext_id"}

CONNECTIONS = [
    {
        "name": "sf",
        "crm": "salesforce",
        "login_url": "https://acme.my.salesforce.com",
        "auth": {"flow": "client_credentials", "client_id": "id", "client_secret": "secret"},
        "webhook_secret": "hook",
    },
    {"name": "hs", "crm": "hubspot", "auth": {"flow": "private_app", "token": "token"}, "webhook_secret": "secret"},
]


@dataclass
class Twins(World):
    """``crm`` is Salesforce, ``hs`` HubSpot. Accounts are named ``connection:id``."""

    crms: dict[str, FakeCrm] = field(default_factory=dict)

    def has(self, account: str, link: object = None, **fields: Any) -> Ref:
        """A company as it is from now on; ``link`` is what its link field holds."""
        connection, _, id = account.partition(":")
        given = {"name": f"Account {id}", "domain": None, "status": "customer"} | fields
        return self.crms[connection].put("account", id, **given, extra={FIELDS[connection]: link})

    def read(self) -> None:
        for name in self.crms:
            sync(self.workspace, name)

    def run(self) -> None:  # type: ignore[override]
        self.read()
        self.take_in_usage()
        self.score()
        for name in self.crms:
            pushing.push(self.workspace, name)

    def owner(self, account: str) -> int:
        connection, _, id = account.partition(":")
        ref = Ref(connection, "account", id)
        with self.workspace.store.read() as db:
            return customers.of_accounts(db, [ref])[ref]

    def together(self, *accounts: str) -> bool:
        """Whether these are one customer."""
        return len({self.owner(account) for account in accounts}) == 1

    def own(self, account: str, field: str = "health_score") -> Any:
        """What a field of ours holds in the CRM."""
        connection, _, id = account.partition(":")
        return self.crms[connection].own.get(id, {}).get(field)


def open_twins(store: Store, folder: Path, **settings: Any) -> Twins:
    world = open_world(store, folder, **{"connections": CONNECTIONS} | settings)
    crms = {"sf": world.crm, "hs": FakeCrm(world.clock, connection="hs", org_id="portal-1")}
    crms["hs"].provision_all(list(world.workspace.fields.values()))
    world.workspace._adapters |= crms
    return Twins(world.workspace, world.crm, world.clock, crms)
