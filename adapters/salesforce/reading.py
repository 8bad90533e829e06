"""Records by id, in as few calls as Salesforce allows, and a tombstone for each that is gone.

Few ids fit one queryAll, which also sees deleted and merged rows. Many go 2,000 a call to the collections
resource; it answers null for a record that is gone and does not say why, so those are asked for again by queryAll.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from adapters.contract import Item
from adapters.errors import Refused
from adapters.records import Ref, Tombstone
from adapters.salesforce import soql
from adapters.salesforce.client import Client
from adapters.salesforce.mapping import Row, mapper
from adapters.salesforce.values import long_id
from adapters.salesforce.view import View
from config.words import Kind

MOST_RETRIEVED: Final = 2000

_UNSUPPORTED: Final = (404, 405)


class Reader:
    """Reads records by id, and remembers whether this org answers the collections resource."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._retrieves = True

    def read(self, kind: Kind, views: Sequence[View], ids: Sequence[str], now: datetime) -> list[Item]:
        """One item per id, in order, without doubles. ``now`` dates the tombstones that leave no trace."""
        wanted = list(dict.fromkeys(long_id(one) or one for one in ids))
        found: dict[str, Item] = {}
        for view in views:
            mine = [one for one in wanted if long_id(one) and one.startswith(view.prefix)]
            items = map(mapper(view), self._rows(view, mine))
            found |= {got.ref.id: got for got in items}
        return [found.get(one) or Tombstone(Ref(self._client.connection, kind, one), now) for one in wanted]

    def _rows(self, view: View, ids: Sequence[str]) -> Iterator[Row]:
        queries = list(soql.by_ids(view, ids))
        if len(queries) > 1 and self._retrieves and not any("." in column for column in view.columns):
            seen: set[str] = set()
            for row in self._retrieved(view, ids):
                seen.add(long_id(row.get("Id")) or "")
                yield row
            queries = list(soql.by_ids(view, [one for one in ids if one not in seen]))
        for query in queries:
            yield from self._queried(query)

    def _retrieved(self, view: View, ids: Sequence[str]) -> Iterator[Row]:
        for first in range(0, len(ids), MOST_RETRIEVED):
            body = {"ids": list(ids[first : first + MOST_RETRIEVED]), "fields": list(view.columns)}
            try:
                reply = self._client.retrieve(f"composite/sobjects/{view.object}", "read", body)
            except Refused as exc:
                if exc.status not in _UNSUPPORTED:
                    raise
                self._retrieves = False
                return
            yield from (row for row in reply.body or () if row)

    def _queried(self, query: str) -> Iterator[Row]:
        body: Any = self._client.query(query, "read", deleted=True).body
        while body:
            yield from body.get("records") or ()
            following = body.get("nextRecordsUrl")
            body = self._client.more(following, "read").body if following and not body.get("done") else None
