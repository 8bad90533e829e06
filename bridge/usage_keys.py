"""How a usage source names accounts, and which customer that is. Names that fit several customers fit none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bridge.knowledge import Fact


@dataclass(frozen=True, slots=True)
class UsageKeys:
    """``account_key`` of a source: ``id``, ``domain`` or a mapped field, after ``connection.`` where one is meant."""

    account_key: str

    def customers(self, accounts: Sequence[Fact]) -> dict[str, int]:
        """Account key → customer, for the accounts known; ambiguous keys are left out."""
        found, ambiguous = _sorted_out(accounts, self)
        return {key: customer for key, customer in found.items() if key not in ambiguous}

    def ambiguous(self, accounts: Sequence[Fact]) -> set[str]:
        """Keys that fit several customers."""
        return _sorted_out(accounts, self)[1]

    def key(self, fact: Fact) -> str | None:
        connection, _, field = self.account_key.rpartition(".")
        if connection and connection != fact.known.connection:
            return None
        if field == "id":
            return fact.known.id
        value = fact.content.get(field, fact.content["extra"].get(field))
        return str(value) if value is not None else None


def _sorted_out(facts: Sequence[Fact], keys: UsageKeys) -> tuple[Mapping[str, int], set[str]]:
    found: dict[str, int] = {}
    ambiguous: set[str] = set()
    for fact in facts:
        key = keys.key(fact)
        if key is None:
            continue
        if found.setdefault(key, fact.customer) != fact.customer:
            ambiguous.add(key)
    return found, ambiguous
