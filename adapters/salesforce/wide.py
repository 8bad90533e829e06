"""Asks an org for rows of as many columns as the admin maps, though an address has room for some hundred.

The columns that do not fit are asked for in further queries over the same rows and joined on Id. A record that
changed between two of them would be half old and half new: it is left out where the stamps differ.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from adapters.contract import Purpose
from adapters.errors import Lost, Refused
from adapters.salesforce import soql
from adapters.salesforce.answers import is_done, next_url, records
from adapters.salesforce.client import Client, Reply
from adapters.salesforce.failures import is_too_long
from adapters.salesforce.mapping import Row, stamp

Text = Callable[[Sequence[str]], str]
"""The query for some columns."""

_SHORTEST: Final = 2_000
"""An edge that takes no address of this length takes none of ours."""


class Asker:
    """Asks one org, and remembers how long an address it takes: a proxy may allow less than Salesforce does."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._room = soql.BUDGET

    @property
    def room(self) -> int:
        return self._room

    def first(self, columns: Sequence[str], text: Text, purpose: Purpose) -> tuple[Reply, Sequence[str]]:
        """The first page of the rows, with as many of the columns as fit; and which those are."""
        while True:
            asked = soql.groups(columns, self._room)[0]
            try:
                return self._client.query(text(asked), purpose, deleted=True), asked
            except Refused as exc:
                if not is_too_long(exc) or self._room <= _SHORTEST:
                    raise
                self._room = max(self._room // 2, _SHORTEST)

    def completed(
        self, columns: Sequence[str], asked: Sequence[str], rows: Sequence[Row], text: Text, purpose: Purpose
    ) -> Sequence[Row]:
        """``rows`` with the columns not yet asked for, as far as they are still the same when these are read."""
        while rows and (lacking := [column for column in columns if column not in asked]):
            reply: Reply | None
            reply, added = self.first(lacking, text, purpose)
            others: dict[str, Row] = {}
            while reply:
                others |= {str(row.get("Id")): row for row in records(reply)}
                reply = self.following(reply, purpose)
            asked = (*asked, *added)
            rows = list(_joined(rows, others))
        return rows

    def following(self, reply: Reply, purpose: Purpose) -> Reply | None:
        """The page behind an answer; None behind the last. Raises Lost for an answer that breaks off before it."""
        url = next_url(reply)
        if not (url or is_done(reply)):
            raise Lost("the rows broke off", connection=self._client.connection)
        return self._client.more(url, purpose) if url else None


def _joined(rows: Iterable[Row], added: Mapping[str, Row]) -> Iterator[Row]:
    for row in rows:
        other = added.get(str(row.get("Id")))
        if other is not None and stamp(other) == stamp(row):
            yield {**row, **{name: _both(row.get(name), value) for name, value in other.items()}}


def _both(first: Any, second: Any) -> Any:
    """Columns of one parent (``Owner.Name``, ``Owner.Email``) arrive in one object, also from two queries."""
    return {**first, **second} if isinstance(first, Mapping) and isinstance(second, Mapping) else second
