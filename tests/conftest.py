"""What every test stands on: no network but this machine's own, and stores and worlds to play in."""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, event, make_url, text
from worlds import World, open_world

from bridge.store.engine import Store, open_store
from bridge.store.schema import metadata

DEEP: Final = 200
"""Examples of ``--hypothesis-profile=deep``, which looks for what is new; the ordinary run tries the same every time.

Machines are shared: an example may take as long as it takes.
"""
settings.register_profile("csbridge", deadline=None, derandomize=True)
settings.register_profile("deep", deadline=None, derandomize=False, max_examples=DEEP, stateful_step_count=40)
settings.load_profile("csbridge")

POSTGRES = os.environ.get("CSBRIDGE_TEST_POSTGRES", "")
"""A server where databases may be created, such as ``postgresql+psycopg://postgres@/postgres?host=/run/postgresql``;
without it the store is tested on SQLite only."""
collect_ignore = [] if POSTGRES else ["test_bridge_stalled.py"]
"""Two processes that write at once need a store that both may write."""

FILLED: Final = text(
    " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in metadata.tables)
)
"""The tables that hold something."""
FROM_ONE: Final = text(
    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) FROM pg_sequences"
    " WHERE schemaname = current_schema() AND last_value IS NOT NULL"
)
"""Every sequence begins anew."""

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # the processes that tests start compile csbridge once, not each

connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo


class NetworkForbidden(BaseException):
    """A test reached for the network; no ``except Exception`` hides that."""


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def checked(address: Any) -> Any:
        host = address[0] if isinstance(address, tuple) else None  # a path is a Unix socket
        if host is not None and not _is_here(host):
            raise NetworkForbidden(f"tests may not reach {host}")
        return address

    def looked_up(host: Any, *args: Any, **more: Any) -> Any:
        if not (host is None or _is_here(host) or _is_number(host)):
            raise socket.gaierror(socket.EAI_NONAME, "no names are looked up in tests")
        return getaddrinfo(host, *args, **more)

    monkeypatch.setattr(socket.socket, "connect", lambda self, address: connect(self, checked(address)))
    monkeypatch.setattr(socket.socket, "connect_ex", lambda self, address: connect_ex(self, checked(address)))
    monkeypatch.setattr(socket, "getaddrinfo", looked_up)


def _is_here(host: Any) -> bool:
    name = host.decode() if isinstance(host, bytes) else host or "localhost"
    return name == "localhost" or (
        _is_number(name) and (ip_address(name).is_loopback or ip_address(name).is_unspecified)
    )


def _is_number(host: Any) -> bool:
    try:
        ip_address(host.decode() if isinstance(host, bytes) else host)
    except ValueError:
        return False
    return True


@pytest.fixture(scope="session")
def _empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy: quicker than a migration for every test."""
    file = tmp_path_factory.mktemp("store") / "empty.db"
    open_store(f"sqlite:///{file}").close()
    return file


@pytest.fixture(scope="session")
def postgres_url(worker_id: str) -> Iterator[str]:
    """A database of this test worker's own, dropped at the end; what is committed in it need not survive a crash."""
    server, name = make_url(POSTGRES), f"csbridge_test_{worker_id}_{token_hex(6)}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit TO off"))
    yield server.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(scope="session")
def _migrated_postgres(postgres_url: str) -> Iterator[Store]:
    store = open_store(postgres_url)
    yield store
    store.close()


@pytest.fixture
def empty_postgres(postgres_url: str, _migrated_postgres: Store) -> str:
    """This worker's database, migrated and emptied of what the tests before left in it."""
    with _migrated_postgres.write() as db:
        for table in db.execute(FILLED).scalars().all():
            db.execute(text(f"DELETE FROM {table}"))  # TRUNCATE makes new files for every index: seconds, if all are
        db.execute(FROM_ONE)
    return postgres_url


@pytest.fixture
def sqlite_url(_empty_sqlite: Path, tmp_path: Path) -> str:
    """Where an empty, migrated SQLite store is. For tests that do not ask what a database does, this one is enough."""
    shutil.copyfile(_empty_sqlite, tmp_path / "csbridge.db")
    return f"sqlite:///{tmp_path / 'csbridge.db'}"


@pytest.fixture(params=["sqlite", "postgresql"] if POSTGRES else ["sqlite"])
def store_url(request: pytest.FixtureRequest) -> str:
    """Where an empty, migrated store is, in each database in turn."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "empty_postgres")
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An empty store, on each database in turn."""
    store = open_store(store_url)
    if store.is_sqlite:
        store.engine.dispose()
        event.listen(store.engine, "connect", _without_waiting_for_the_disk)
    yield store
    store.close()


def _without_waiting_for_the_disk(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture
def make_world(store: Store, tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Opens a workspace with one fake CRM on a clock that stands still; takes settings by key."""
    opened: list[World] = []

    def make(**settings: Any) -> World:
        opened.append(open_world(store, tmp_path, **settings))
        return opened[-1]

    yield make
    for world in opened:
        world.workspace.close()


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world()
