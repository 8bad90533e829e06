"""The account of an activity that Salesforce does not name: that of the record which the activity is about.

Salesforce derives an activity's account from an account, an opportunity or a contract, and from a contact; one about
a case without a contact, or about a custom object, has none. A call per page and object, and only for such rows.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from adapters.salesforce.mapping import Row
from adapters.salesforce.values import long_id
from adapters.salesforce.view import View


class Rows(Protocol):
    """Who can read rows by id."""

    def answers(self, view: View, ids: Sequence[str]) -> Iterator[tuple[Sequence[Row], datetime]]: ...


def placed(rows_of: Rows, view: View, rows: Sequence[Row]) -> Sequence[Row]:
    """``rows`` with the accounts that can be found out."""
    column = view.mapped.get("accounts")
    if not view.about or not column:
        return rows
    asked = {about for row in rows if not row.get(column) and (about := _about(view, row))}
    accounts = dict(_accounts(rows_of, view, asked))
    return [
        {**row, column: accounts[about]} if not row.get(column) and (about := _about(view, row)) in accounts else row
        for row in rows
    ]


def _about(view: View, row: Row) -> str | None:
    what = long_id(row.get("WhatId"))
    return what if what and what[:3] in view.about and row.get("IsDeleted") is not True else None


def _accounts(rows_of: Rows, view: View, ids: set[str]) -> Iterator[tuple[str, str]]:
    for prefix, target in view.about.items():
        mine = sorted(one for one in ids if one.startswith(prefix))
        for rows, _ in rows_of.answers(target, mine):
            for row in rows:
                if account := long_id(row.get(target.mapped["account"])):
                    yield long_id(row.get("Id")) or "", account
