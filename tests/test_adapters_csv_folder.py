"""A folder of spreadsheets as a company keeps it: semicolons, workbooks, missing columns, edits, deletions."""

import os
import threading
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook
from test_adapters_csv_contract import opened, rows

from adapters.contract import Delivery, Patch
from adapters.csv.adapter import PAGE, CsvAdapter, open_connection
from adapters.errors import Rejected, Retry
from adapters.records import Account, Activity, Item, Ref
from adapters.registry import Context
from bridge.clock import MovableClock
from config.connections import CsvConnection, KindMap
from config.errors import ConfigError

NOW = datetime.fromisoformat("2026-11-21T12:00:00+00:00")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


@pytest.fixture
def adapter(folder: Path) -> CsvAdapter:
    return opened(folder.parent, MovableClock(NOW))


def pulled(adapter: CsvAdapter, kind: str = "account", cursor: str | None = None) -> tuple[list[Item], str, str]:
    """Items, the cursor behind them, and the gap that was told."""
    pages = list(adapter.pull(kind, cursor))  # type: ignore[arg-type]
    return [item for page in pages for item in page.items], pages[-1].cursor, pages[-1].gap


def test_semicolons_and_decimal_commas_of_a_german_spreadsheet(folder: Path, adapter: CsvAdapter) -> None:
    (folder / "Accounts.csv").write_text("\ufeffID;Name;ARR;Renewal_Date\nA;Alpha;12.000,50;2026-12-24\n", "utf-8")
    (account,), _, _ = pulled(adapter)
    assert isinstance(account, Account)
    assert (account.name, account.arr, account.renewal_date) == ("Alpha", 12000.5, date(2026, 12, 24))


def test_a_workbook_is_a_table_too(folder: Path, adapter: CsvAdapter) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["id", "account", "kind", "at"])
    book.active.append([7, 1001, "call", datetime.fromisoformat("2026-10-05")])
    book.save(folder / "activities.xlsx")
    (call,), _, _ = pulled(adapter, "activity")
    assert isinstance(call, Activity)
    assert (call.ref.id, call.accounts, call.precision) == ("7", ("1001",), "day")


def test_columns_nobody_knows_arrive_as_extra_and_named_ones_by_the_map(folder: Path) -> None:
    (folder / "kunden.csv").write_text("id,tier,jahreswert,stand\nA,gold,5,Kunde\n")
    table = KindMap(
        object="kunden", fields={"arr": "Jahreswert", "status": "Stand"}, values={"status": {"Kunde": "customer"}}
    )
    settings = CsvConnection(name="book", crm="csv", folder="data", map={"account": table})
    (account,), _, _ = pulled(open_connection(settings, Context(folder=folder.parent)))
    assert isinstance(account, Account)
    assert (account.arr, account.status, account.extra) == (5.0, "customer", {"tier": "gold"})


def test_what_a_cell_does_not_say_is_told_with_its_rows(folder: Path, adapter: CsvAdapter) -> None:
    (folder / "accounts.csv").write_text("id,arr\nA,lots\nB,5\n,7\nB,6\n")
    told = [finding.what for finding in adapter.check().findings]
    assert told == [
        "accounts: arr cannot be read in row 2",
        "accounts: no id in row 4, left out",
        "accounts: row 3 left out, the same id comes again further down",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"id,ID\n", "two columns"), (b"name\nAlpha\n", "no column id"), (b"id,name\nA,M\xfcller\n", "not UTF-8")],
)
def test_what_is_no_table_is_a_clear_error(folder: Path, adapter: CsvAdapter, content: bytes, said: str) -> None:
    (folder / "accounts.csv").write_bytes(content)
    with pytest.raises(ConfigError, match=said):
        list(adapter.pull("account", None))


def test_two_files_of_one_kind_and_a_folder_without_accounts_are_errors(folder: Path, adapter: CsvAdapter) -> None:
    with pytest.raises(ConfigError, match=r"no file accounts\.csv"):
        adapter.identify()
    for suffix in ("csv", "xlsx"):
        (folder / f"accounts.{suffix}").write_text("id\nA\n")
    with pytest.raises(ConfigError, match="the same kind"):
        adapter.identify()


def test_a_row_without_an_id_column_is_known_by_what_it_says(folder: Path, adapter: CsvAdapter) -> None:
    (folder / "responses.csv").write_text("account,survey,score,at\nA,nps,3,2026-11-02\nA,nps,9,2026-11-03\n")
    first, cursor, _ = pulled(adapter, "response")
    (folder / "responses.csv").write_text("account,survey,score,at\nA,nps,9,2026-11-03\n")
    second, _, gap = pulled(adapter, "response", cursor)
    assert second[0].ref == first[1].ref
    assert gap


def test_an_edited_file_asks_for_its_ids_and_our_own_writing_does_not(folder: Path, adapter: CsvAdapter) -> None:
    (folder / "accounts.csv").write_text("id,name\nA,Alpha\nB,Beta\n")
    _, cursor, gap = pulled(adapter)
    assert gap == ""
    adapter.write([Patch(Ref("book", "account", "A"), {"health_score": 71.30000001})])
    (alpha, _), cursor, gap = pulled(adapter, cursor=cursor)
    assert isinstance(alpha, Account)
    assert (alpha.own["health_score"], gap) == (71.3, "")
    assert pulled(adapter, cursor=cursor)[0] == []
    (folder / "accounts.csv").write_text("id,name\nA,Alpha\n")
    assert pulled(adapter, cursor=cursor)[2] != ""


def test_a_file_put_back_from_a_backup_is_new_although_its_time_is_old(folder: Path, adapter: CsvAdapter) -> None:
    file = folder / "accounts.csv"
    file.write_text("id,name\nA,Newer\n")
    (newer,), cursor, _ = pulled(adapter)
    file.write_text("id,name\nA,Older\n")
    long_ago = (NOW - timedelta(days=400)).timestamp()
    os.utime(file, (long_ago, long_ago))
    (older,), _, _ = pulled(adapter, cursor=cursor)
    assert isinstance(newer, Account)
    assert isinstance(older, Account)
    assert (older.name, older.changed_at) == ("Older", NOW)


def test_results_keep_columns_of_others_and_lose_accounts_that_are_gone(folder: Path, adapter: CsvAdapter) -> None:
    (folder / "accounts.csv").write_text("id,name\nA,Alpha\nB,Beta\n")
    adapter.write([Patch(Ref("book", "account", id), {"health_band": "red"}) for id in "AB"])
    scores = folder / "csb_scores.csv"
    scores.write_text(
        scores.read_text("utf-8").replace("id,name", "id,name,note,", 1).replace("A,Alpha", "A,Alpha,call,"), "utf-8"
    )
    (folder / "accounts.csv").write_text("id,name\nA,Alpha\n")
    adapter.write([Patch(Ref("book", "account", "A"), {"health_band": "green", "risk_flags": ("silent", "detractor")})])
    (row,) = rows(folder, "csb_scores")
    assert (row["health_band"], row["risk_flags"], row["note"], row["name"]) == (
        "green",
        "detractor;silent",
        "call",
        "Alpha",
    )


def test_a_results_file_of_somebody_else_is_not_touched(folder: Path, adapter: CsvAdapter) -> None:
    (folder / "csb_scores.csv").write_text("customer,score\n")
    with pytest.raises(ConfigError, match="no column id"):
        adapter.plan(())


def test_a_folder_sends_no_webhooks(adapter: CsvAdapter) -> None:
    with pytest.raises(Rejected):
        adapter.verify(Delivery("POST", "https://cs.example.com/webhooks/book", {}, b"[]"), ["secret"], NOW)


def test_an_edit_whose_pull_was_cut_short_still_asks_for_its_ids(folder: Path, adapter: CsvAdapter) -> None:
    book = folder / "accounts.csv"
    book.write_text("id\n" + "".join(f"A{number}\n" for number in range(PAGE + 2)))
    _, cursor, _ = pulled(adapter)
    book.write_text("id\n" + "".join(f"A{number}\n" for number in range(PAGE + 1)))
    first = next(adapter.pull("account", cursor))
    assert pulled(adapter, cursor=first.cursor)[2] != ""


@pytest.mark.parametrize(
    "content", ['id,name\nA,"Alpha\nB,Beta\n', 'id,name\nA,"Alpha\nB,"Beta"\n', 'id,name\nA,"' + "long " * 30_000]
)
def test_a_quote_that_swallows_rows_is_an_error(folder: Path, adapter: CsvAdapter, content: str) -> None:
    (folder / "accounts.csv").write_text(content)
    with pytest.raises(ConfigError, match="line 2"):
        pulled(adapter)


def test_quotes_newlines_and_ends_of_windows_within_cells(folder: Path, adapter: CsvAdapter) -> None:
    (folder / "accounts.csv").write_bytes(b'id,name\r\nA,"12"" pipe\r\nof Alpha"\r\nB,5" pipe\r\n')
    items, _, _ = pulled(adapter)
    assert [getattr(item, "name", None) for item in items] == ['12" pipe\r\nof Alpha', '5" pipe']


def test_a_file_that_is_written_while_it_is_read_is_read_later(
    folder: Path, adapter: CsvAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = folder / "accounts.csv"
    book.write_text("id,name\nA,Alpha\nB,Beta\n")
    read = Path.read_bytes

    def meanwhile(path: Path) -> bytes:
        found = read(path)
        book.write_text("id,name\nA,Alpha\nB,Beta\nC,Gamma\n")
        return found

    monkeypatch.setattr(Path, "read_bytes", meanwhile)
    with pytest.raises(Retry):
        pulled(adapter)


@pytest.mark.parametrize("content", [None, "id,name\n", "id,name\nA0,Alpha\n"], ids=["moved", "emptied", "cut"])
def test_accounts_are_not_gone_because_their_file_is_emptied(
    folder: Path, adapter: CsvAdapter, content: str | None
) -> None:
    book = folder / "accounts.csv"
    book.write_text("id,name\n" + "".join(f"A{number},Alpha\n" for number in range(10)))
    patches = [Patch(Ref("book", "account", f"A{number}"), {"health_band": "red"}) for number in range(10)]
    adapter.write(patches)
    book.unlink()
    if content:
        book.write_text(content)
    with pytest.raises(Retry):
        adapter.write(patches)
    assert len(rows(folder, "csb_scores")) == 10


def test_two_writers_at_once_lose_no_row(folder: Path) -> None:
    ids = [f"A{number}" for number in range(200)]
    (folder / "accounts.csv").write_text("id\n" + "".join(f"{id}\n" for id in ids))

    def write(some: list[str]) -> None:
        adapter = opened(folder.parent, MovableClock(NOW))
        for id in some:
            adapter.write([Patch(Ref("book", "account", id), {"health_band": "red"})])

    writers = [threading.Thread(target=write, args=(ids[first::4],)) for first in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert {row["id"] for row in rows(folder, "csb_scores")} == set(ids)
