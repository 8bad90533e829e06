from collections.abc import Iterator

import pytest

from bridge.store.engine import Store, open_store
from bridge.workers.scheduling import AGAIN, Lease


@pytest.fixture
def other(store: Store, store_url: str) -> Iterator[Store]:
    """The same store in another process's hands."""
    opened = open_store(store_url)
    yield opened
    opened.close()


def test_one_process_runs_the_jobs_until_it_gives_the_lease_back(store: Store, other: Store) -> None:
    mine, theirs = Lease(store), Lease(other)
    ran: list[str] = []
    first, second = mine.leads(lambda: ran.append("first")), theirs.leads(lambda: ran.append("second"))
    assert first() is None
    waits = second()
    assert (ran, waits) == ((["first", "second"], None) if store.is_sqlite else (["first"], AGAIN))
    mine.release()
    assert second() is None
    assert ran[-1] == "second"
    theirs.release()


def test_the_jobs_of_one_process_share_the_lease(store: Store) -> None:
    lease = Lease(store)
    assert (lease.held(), lease.held()) == (True, True)
    lease.release()
    assert lease.held()
    lease.release()


def test_a_lease_dies_with_its_session(store: Store, other: Store) -> None:
    mine, theirs = Lease(store), Lease(other)
    assert mine.held()
    if not store.is_sqlite:
        with other.engine.connect() as db:
            gone = "pg_terminate_backend(pid, 10000)"  # waits until it is: its locks end with it, not with the signal
            ended = f"SELECT {gone} FROM pg_locks WHERE locktype = 'advisory' AND classid = 725192"
            db.exec_driver_sql(
                f"{ended} AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
    assert theirs.held()
    assert mine.held() == store.is_sqlite
    theirs.release()
    assert mine.held()
    mine.release()
