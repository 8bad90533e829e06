import socket
import sqlite3
import threading
from contextlib import nullcontext
from hashlib import sha256
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from bridge.store.engine import Store, StoreFailed, open_store
from bridge.store.migrating import MIGRATIONS
from bridge.store.schema import HEAD, customer_refs, facts, metadata
from config.errors import ConfigError


def count_facts(store: Store) -> int:
    with store.read() as db:
        return db.execute(select(func.count()).select_from(facts)).scalar_one()


def test_the_migrations_give_exactly_the_declared_schema(store: Store) -> None:
    with store.read() as db:
        context = MigrationContext.configure(db, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == HEAD


def test_accounts_of_an_older_store_began_as_the_customers_they_are(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    engine = create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as db:
        config.attributes["connection"] = db
        command.upgrade(config, "0001")
        db.execute(text("INSERT INTO customer_refs VALUES ('sf', 'a', 7), ('hs', 'b', 8)"))
    engine.dispose()
    store = open_store(url)
    with store.read() as db:
        refs = db.execute(select(customer_refs.c.customer_id, customer_refs.c.own_id)).all()
    store.close()
    assert sorted(map(tuple, refs)) == [(7, 7), (8, 8)]


def test_opening_again_keeps_what_is_there(store: Store, store_url: str) -> None:
    with store.write() as db:
        db.execute(insert(facts).values(name="a", value="b"))
    again = open_store(store_url)
    assert count_facts(again) == 1
    again.close()


def test_a_write_that_fails_leaves_nothing(store: Store) -> None:
    def half_done() -> None:
        with store.write() as db:
            db.execute(insert(facts).values(name="a", value="b"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_done()
    assert count_facts(store) == 0


def test_what_no_index_takes_is_not_the_databases_failure(store: Store) -> None:
    name = "".join(sha256(str(number).encode()).hexdigest() for number in range(150))
    refused = nullcontext() if store.is_sqlite else pytest.raises(DBAPIError)
    with refused as told, store.write() as db:
        db.execute(insert(facts).values(name=name, value="b"))
    assert name[:50] not in str(told)


def test_writers_take_turns(store: Store) -> None:
    def add() -> None:
        for _ in range(10):
            with store.write() as db:
                value = db.execute(select(facts.c.value).where(facts.c.name == "n")).scalar_one()
                db.execute(facts.update().where(facts.c.name == "n").values(value=str(int(value) + 1)))

    with store.write() as db:
        db.execute(insert(facts).values(name="n", value="0"))
    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as db:
        assert db.execute(select(facts.c.value)).scalar_one() == "40"


def test_a_reader_sees_one_moment(store: Store) -> None:
    with store.read() as db:
        before = db.execute(select(func.count()).select_from(facts)).scalar_one()
        with store.write() as other:
            other.execute(insert(facts).values(name="a", value="b"))
        assert db.execute(select(func.count()).select_from(facts)).scalar_one() == before
    assert count_facts(store) == 1


def test_several_processes_may_open_a_new_store_at_once(tmp_path: Path) -> None:
    failed: list[BaseException] = []

    def opened() -> None:
        try:
            open_store(f"sqlite:///{tmp_path}/new.db").close()
        except BaseException as exc:
            failed.append(exc)

    threads = [threading.Thread(target=opened) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_sqlite_runs_in_wal_and_syncs_every_commit(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/sub/folder/new.db")
    with store.read() as db:
        assert db.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert db.execute(text("PRAGMA synchronous")).scalar_one() == 2
    store.close()


def test_only_one_pushes_to_a_connection(tmp_path: Path) -> None:
    one, other = (open_store(f"sqlite:///{tmp_path}/new.db") for _ in range(2))
    with one.pusher("sf") as alone:
        assert alone
        with other.pusher("hs", wait=0.1) as also:
            assert also
        with pytest.raises(StoreFailed, match="writing to sf"), other.pusher("sf", wait=0.1):
            pass
    with other.pusher("sf", wait=0.1) as freed:
        assert freed
    one.close()
    other.close()


def test_a_file_in_the_way_is_a_problem_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot open sqlite:") as caught:
        open_store(f"sqlite:///{tmp_path}/file/csbridge.db")
    assert caught.value.problems[0].where == "store"


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database\n" * 100)
    with pytest.raises(ConfigError, match="file is not a database"):
        open_store(f"sqlite:///{tmp_path}/notes.txt")
    assert (tmp_path / "notes.txt").read_text().startswith("not a database")


def test_a_store_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/new.db").close()
    with sqlite3.connect(tmp_path / "new.db") as plain:
        plain.execute("UPDATE alembic_version SET version_num = '9999'")
    plain.close()
    with pytest.raises(ConfigError, match="another release"):
        open_store(f"sqlite:///{tmp_path}/new.db")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://csbridge:very-secret@127.0.0.1:1/none?connect_timeout=1",
        "postgresql+psycopg://csbridge:very-secret@127.0.0.1:no-port/none",
    ],
)
def test_a_server_out_of_reach_is_named_without_its_password(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        open_store(url)
    assert "very-secret" not in str(caught.value)
    assert caught.value.problems[0].where == "store"


def test_no_test_reaches_the_network() -> None:
    with pytest.raises(BaseException, match=r"tests may not reach 192\.0\.2\.1"), socket.socket() as outward:
        outward.connect(("192.0.2.1", 443))
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("example.com", 443)
