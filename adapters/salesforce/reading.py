"""Records by id, in as few calls as Salesforce allows, and a tombstone for each that is gone.

A record that was purged and one that is not shared with us look the same: absent. Its tombstone is of the vendor's
time of that answer, so that a later reading of the record can win over it.
Few ids fit one queryAll, which also sees deleted and merged rows. Many go 2,000 a call to the collections
resource; it answers null for a record that is gone and does not say why, so those are asked for again by queryAll.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from adapters.contract import Item
from adapters.errors import Refused, Retry
from adapters.records import Ref, Tombstone
from adapters.salesforce import soql
from adapters.salesforce.about import placed
from adapters.salesforce.answers import records
from adapters.salesforce.client import Client, Reply
from adapters.salesforce.failures import is_too_long
from adapters.salesforce.mapping import Row, mapper
from adapters.salesforce.values import long_id
from adapters.salesforce.view import View
from adapters.salesforce.wide import Asker
from config.words import Kind

MOST_RETRIEVED: Final = 2000

Answer = tuple[Sequence[Row], datetime]
"""Some rows, and the vendor's time at which it gave them."""

_UNSUPPORTED: Final = (404, 405)


class Reader:
    """Reads records by id, and remembers whether this org answers the collections resource."""

    def __init__(self, client: Client, asker: Asker) -> None:
        self._client, self.asker = client, asker
        self._retrieves = True

    def read(self, kind: Kind, views: Sequence[View], ids: Sequence[str], now: datetime) -> list[Item]:
        """One item per id, in order, without doubles. ``now`` dates what needs no asking: ids that name nothing."""
        wanted = list(dict.fromkeys(long_id(one) or one for one in ids))
        found: dict[str, Item] = {}
        for view in views:
            mine = [one for one in wanted if long_id(one) and one.startswith(view.prefix)]
            to_item, at = mapper(view), now
            for rows, answered_at in self.answers(view, mine):
                found |= {item.ref.id: item for item in map(to_item, placed(self, view, rows))}
                at = answered_at
            found |= {one: Tombstone(Ref(view.connection, kind, one), at) for one in mine if one not in found}
        return [found.get(one) or Tombstone(Ref(self._client.connection, kind, one), now) for one in wanted]

    def answers(self, view: View, ids: Sequence[str]) -> Iterator[Answer]:
        """The rows of these ids, deleted ones included."""
        step = soql.ids_at_once(view, self.asker.room)
        if len(ids) > step and self._retrieves and view.is_plain:
            seen: set[str] = set()
            for rows, at in self._retrieved(view, ids):
                seen |= {long_id(row.get("Id")) or "" for row in rows}
                yield rows, at
            ids = [one for one in ids if one not in seen]
        for first in range(0, len(ids), step):
            yield from self._queried(view, ids[first : first + step])

    def _retrieved(self, view: View, ids: Sequence[str]) -> Iterator[Answer]:
        for first in range(0, len(ids), MOST_RETRIEVED):
            body = {"ids": list(ids[first : first + MOST_RETRIEVED]), "fields": list(view.columns)}
            try:
                reply = self._client.retrieve(f"composite/sobjects/{view.object}", "read", body)
            except Refused as exc:
                if exc.status not in _UNSUPPORTED:
                    raise
                self._retrieves = False
                return
            yield [row for row in reply.body or () if row], reply.at

    def _queried(self, view: View, ids: Sequence[str]) -> Iterator[Answer]:
        """The rows of few ids; fewer still where the list itself makes an address too long."""
        try:
            yield from self._listed(view, ids)
        except Refused as exc:
            if not is_too_long(exc) or len(ids) == 1:
                raise
            yield from self._queried(view, ids[: len(ids) // 2])
            yield from self._queried(view, ids[len(ids) // 2 :])

    def _listed(self, view: View, ids: Sequence[str]) -> Iterator[Answer]:
        def text(columns: Sequence[str]) -> str:
            return soql.by_ids(view, columns, ids)

        reply: Reply | None
        reply, asked = self.asker.first(view.columns, text, "read")
        while reply:
            rows, at = records(reply), reply.at
            whole = self.asker.completed(view.columns, asked, rows, text, "read")
            if len(whole) < len(rows):
                raise Retry(f"{view.object} changed while its columns were read", connection=view.connection)
            yield whole, at
            reply = self.asker.following(reply, "read")


def leads_elsewhere(one: str, views: Sequence[View]) -> bool:
    """Whether an id names a record of an object that none of ``views`` reads."""
    return long_id(one) is not None and not any(one.startswith(view.prefix) for view in views)
