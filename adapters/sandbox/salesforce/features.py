"""What an org may have bought or switched on: several currencies, person accounts, shared activities."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from adapters.sandbox.salesforce import standard
from adapters.sandbox.salesforce.org import Org
from adapters.sandbox.salesforce.tables import Table


def switch(org: Org, options: Mapping[str, Any]) -> None:
    """Give ``org`` the objects and fields of what is on, and take away those of what is off. Before it has rows."""
    org.commit_delay = timedelta(seconds=float(options.get("commit_delay_s", 0)))
    org.setup.custom_fields = int(options.get("custom_fields", org.setup.custom_fields))
    org.setup.reserve_deleted = bool(options.get("reserve_deleted", False))
    referenced = str(options.get("referenced", "")).split(",")
    org.setup.referenced = frozenset(name.strip() for name in referenced if name.strip())
    if not options.get("multi_currency", True):
        for kind in org.types.values():
            kind.drop("CurrencyIsoCode")
    if options.get("person_accounts"):
        for name, table in standard.PERSON_ACCOUNTS.items():
            for field in standard.fields(table):
                org.type(name).put(field)
    if options.get("shared_activities"):
        for kind in standard.shared_activities():
            org.types[kind.name.casefold()] = kind
            org.tables[kind.name] = Table()
