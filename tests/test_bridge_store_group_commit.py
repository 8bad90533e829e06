import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from adapters.records import Ref
from bridge.store import inbox
from bridge.store.engine import Store, StoreFailed
from bridge.store.group_commit import GroupCommit
from bridge.store.inbox import StoreInbox

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Pen:
    """Writes what it is given, but the first time only when told to, so that others have come meanwhile."""

    def __init__(self, refuse: Callable[[Sequence[int]], Exception | None] = lambda rows: None) -> None:
        self.batches: list[list[int]] = []
        self.begun, self.may = threading.Event(), threading.Event()
        self.refuse = refuse

    def write(self, rows: Sequence[int]) -> list[int]:
        self.begun.set()
        assert self.may.wait(30)
        self.batches.append(list(rows))
        if error := self.refuse(rows):
            raise error
        return [10 * row for row in rows]


def together(commits: GroupCommit[int, int], pen: Pen, others: int) -> list[int | Exception]:
    """0 begins to be written, and 1, 2, … come before that is over."""
    with ThreadPoolExecutor(others + 1) as threads:
        first = threads.submit(commits.put, 0)
        assert pen.begun.wait(30)
        rest = []
        for number in range(1, others + 1):
            rest.append(threads.submit(commits.put, number))
            while len(commits._queue) < number:
                threading.Event().wait(0.001)
        pen.may.set()
        return [each.exception(30) or each.result(30) for each in (first, *rest)]  # type: ignore[misc]


def test_who_comes_while_one_is_written_shares_the_next_commit() -> None:
    pen = Pen()
    assert together(GroupCommit(pen.write), pen, 5) == [0, 10, 20, 30, 40, 50]
    assert pen.batches == [[0], [1, 2, 3, 4, 5]]


def test_a_commit_is_not_longer_than_it_may_be_and_the_pen_is_passed_on() -> None:
    pen = Pen()
    assert together(GroupCommit(pen.write, most=2), pen, 5) == [0, 10, 20, 30, 40, 50]
    assert pen.batches == [[0], [1, 2], [3, 4], [5]]


def test_after_a_commit_that_was_held_up_nobody_is_waited_for_as_long() -> None:
    """Six were answered together; the one who comes next is alone."""
    pen = Pen()
    commits = GroupCommit(pen.write, patience=5e5)  # of a commit that takes microseconds: many seconds
    together(commits, pen, 5)
    began = time.monotonic()
    assert commits.put(7) == 70
    assert time.monotonic() - began < 5
    assert pen.batches[-1] == [7]


def test_those_who_have_just_been_answered_are_waited_for_and_share_the_next_commit() -> None:
    """Eight senders, each of whom sends its next delivery when the one before is answered."""
    pen = Pen()
    commits = GroupCommit(pen.write, patience=1e7, longest=30)  # of a commit that takes microseconds

    def send(number: int) -> None:
        for _ in range(5 if number else 6):
            assert commits.put(number) == 10 * number

    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(send, 0)
        assert pen.begun.wait(30)
        rest = [threads.submit(send, number) for number in range(1, 8)]
        while len(commits._queue) < 7:
            threading.Event().wait(0.001)
        pen.may.set()
        for each in (first, *rest):
            each.result(30)
    assert [len(rows) for rows in pen.batches] == [1, 8, 8, 8, 8, 8]


def test_a_store_that_fails_is_told_to_all_who_shared_the_commit_and_to_nobody_else() -> None:
    pen = Pen(lambda rows: StoreFailed("full") if 2 in rows else None)
    commits = GroupCommit(pen.write, most=2)
    first, *failed, last = together(commits, pen, 3)
    assert (first, last) == (0, 30)
    assert [str(error) for error in failed] == ["full", "full"]
    assert commits.put(7) == 70, "it goes on"


def test_a_row_that_cannot_be_stored_costs_the_others_nothing() -> None:
    pen = Pen(lambda rows: ValueError("2 is odd") if 2 in rows else None)
    first, one, two, three = together(GroupCommit(pen.write), pen, 3)
    assert (first, one, three) == (0, 10, 30)
    assert isinstance(two, ValueError)
    assert pen.batches == [[0], [1, 2, 3], [1], [2], [3]]


def test_an_interrupt_of_the_writer_leaves_nobody_waiting() -> None:
    def write(rows: Sequence[int]) -> list[int]:
        raise KeyboardInterrupt

    commits = GroupCommit(write)
    with pytest.raises(KeyboardInterrupt):
        commits.put(1)
    with pytest.raises(KeyboardInterrupt):
        commits.put(2)


def test_many_threads_store_each_delivery_once(store: Store) -> None:
    """Half of them name records and are all kept; of the other half each body is kept once."""
    door = StoreInbox(store)
    refs = (Ref("sf", "account", "1"),)

    def put(number: int) -> tuple[int, int | None]:
        body = f"body {number % 150}".encode()
        return number, door.put("sf" if number % 2 else "form", body, refs if number % 2 else (), NOW)

    with ThreadPoolExecutor(16) as threads:
        put_ = list(threads.map(put, range(600)))
    named = [id for number, id in put_ if number % 2]
    told = [id for number, id in put_ if not number % 2 and id is not None]
    assert len(set(named)) == 300
    assert None not in named
    assert len(set(told)) == 75
    assert not set(told) & set(named)
    with store.read() as db:
        kept = inbox.bodies(db, [id for _, id in put_ if id is not None])
    assert {kept[id] for id in told} == {f"body {number}".encode() for number in range(0, 150, 2)}
    assert all(kept[id] == f"body {number % 150}".encode() for number, id in put_ if id is not None)
