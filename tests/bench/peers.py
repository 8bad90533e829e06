"""What people use instead of csbridge to have a CRM's rows in a database: a loop over simple-salesforce, and dlt.

Each reads the same columns of the same rows into a SQLite file. dlt comes with the extra ``bench``. Imports nothing of
csbridge, so that the memory measured is theirs.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final

import requests
from apart import Facts, Measured, answer, timed
from requests.adapters import HTTPAdapter
from salesforce import COLUMNS, login, query
from simple_salesforce.api import Salesforce

PAGE: Final = 2000


def simple_salesforce(announced: Facts, folder: Path) -> Facts:
    """A loop as one writes it: every row into a table, again when it comes again."""
    client = _client(announced)
    db = sqlite3.connect(folder / "loop.db")

    def pull() -> int:
        rows = 0
        for name, columns in COLUMNS.items():
            db.execute(f"CREATE TABLE {name} ({', '.join(columns)}, PRIMARY KEY (Id))")
            insert = f"INSERT OR REPLACE INTO {name} VALUES ({', '.join('?' * len(columns))})"
            for page in _pages(client, name):
                db.executemany(insert, [tuple(row[column] for column in columns) for row in page])
                db.commit()
                rows += len(page)
        return rows

    return timed(pull)


def dlt(announced: Facts, folder: Path) -> Facts:
    """A resource over the same loop, merged by Id into SQLite."""
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    import dlt

    client = _client(announced)
    resources = [
        dlt.resource(_pages(client, name), name=name.lower(), primary_key="Id", write_disposition="merge")
        for name in COLUMNS
    ]
    target = dlt.destinations.sqlalchemy(f"sqlite:///{folder / 'dlt.db'}")
    pipeline = dlt.pipeline("bench", destination=target, dataset_name="crm", pipelines_dir=str(folder / "dlt"))

    def pull() -> int:
        pipeline.run(resources)
        taken = pipeline.last_trace.last_normalize_info.row_counts
        return sum(taken[name.lower()] for name in COLUMNS)

    return timed(pull)


def fetch(announced: Facts, _folder: Path) -> Facts:
    """Nothing but the pages as bytes, and how long the last of them took each."""
    http = login(announced)
    data, waits = f"{announced['url']}/services/data/v{announced['api_version']}", list[float]()

    def pull() -> int:
        rows = 0
        for name in COLUMNS:
            total = http.get(f"{data}/queryAll", params={"q": f"SELECT count() FROM {name}"}, timeout=120).json()
            reply = http.get(f"{data}/queryAll", params={"q": query(name)}, timeout=120)
            locator = reply.json().get("nextRecordsUrl", "").rpartition("-")[0]
            rows += int(total["totalSize"])
            for start in range(PAGE, int(total["totalSize"]), PAGE):
                began = perf_counter()
                http.get(f"{announced['url']}{locator}-{start}", timeout=120).raise_for_status()
                waits.append(perf_counter() - began)
        return rows

    return {**timed(pull), "page": median(waits or [0])}


def _client(announced: Facts) -> Salesforce:
    http = login(announced)
    http.mount("https://127.0.0.1", _Plain())
    token = http.headers.pop("Authorization").removeprefix("Bearer ")
    version = announced["api_version"]
    return Salesforce(instance_url=announced["url"], session_id=token, version=version, session=http)


class _Plain(HTTPAdapter):
    """The client knows https only, the sandbox speaks http."""

    def send(self, request: requests.PreparedRequest, *args: Any, **how: Any) -> requests.Response:
        request.url = str(request.url).replace("https:", "http:", 1)
        return super().send(request, *args, **how)


def _pages(client: Salesforce, name: str) -> Iterator[list[dict[str, Any]]]:
    page = client.query(query(name), include_deleted=True)
    while True:
        for row in page["records"]:
            del row["attributes"]
        yield page["records"]
        if page["done"]:
            return
        page = client.query_more(page["nextRecordsUrl"], identifier_is_url=True)


MEASURED: Mapping[str, Measured] = {
    "fetch": fetch,
    "simple_salesforce": simple_salesforce,
    "dlt": dlt,
}

if __name__ == "__main__":
    answer(MEASURED)
