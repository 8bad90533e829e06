import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from worlds import START, World

from bridge.moments import Moment
from bridge.store import usage
from bridge.usage.files import UsageTaken
from config.errors import ConfigError

Make = Callable[..., World]


@pytest.fixture
def world(make_world: Make) -> World:
    world = make_world(usage=[{"file": "usage.csv"}])
    for id in "12":
        world.account(id)
    world.sync()
    return world


def taken(world: World) -> UsageTaken:
    (one,) = world.take_in_usage()
    return one


def file(world: World, name: str = "usage.csv") -> Path:
    return world.workspace.folder / name


def counts(world: World, key: str = "1") -> dict[str, float]:
    moment = Moment(START.date(), world.clock.now())
    source = world.workspace.settings.usage[0].file or ""
    with world.workspace.store.read() as db:
        return {one.day.isoformat(): one.count for one in usage.known(db, source, [key], moment.day, moment.at, 400)}


def test_totals_are_stored_and_their_customers_affected(world: World) -> None:
    world.score()
    world.write_usage("1,p,login,2026-02-01,3", "1,p,login,2026-02-02,0.5")
    done = taken(world)
    assert (done.rows, done.changed_accounts, done.bad, done.unknown, done.ambiguous) == (2, 1, 0, 0, 0)
    assert counts(world) == {"2026-02-01": 3, "2026-02-02": 0.5}
    assert world.affected() == {world.customer("1")}


def test_a_file_that_did_not_change_is_not_read_again(world: World) -> None:
    world.write_usage("1,p,login,2026-02-01,3")
    assert not taken(world).skipped
    world.score()
    again = taken(world)
    assert (again.skipped, again.rows) == (True, 0)
    assert world.affected() == set()


def test_corrected_counts_affect_only_whose_they_are(world: World) -> None:
    world.write_usage("1,p,login,2026-02-01,3", "2,p,login,2026-02-01,3")
    taken(world)
    world.score()
    world.tick()
    world.write_usage("1,p,login,2026-02-01,3", "2,p,login,2026-02-01,4")
    assert taken(world).changed_accounts == 1
    assert world.affected() == {world.customer("2")}
    assert counts(world, "2") == {"2026-02-01": 4}


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffaccount,person,feature,day,count\r\n1,p,login,2026-02-01,3\r\n",
        "account,feature,day,count\n1,login,2026-02-01,3\n",
        "Day, Count ,plan,Account,FEATURE\n2026-02-01T23:00:00Z,3,pro,1,login\n",
        'account,person,feature,day,count\n"1","Größe, ""p""",login,2026-02-01,3.0\n\n',
    ],
)
def test_csv_is_read_as_people_write_it(world: World, text: str) -> None:
    file(world).write_text(text, encoding="utf-8", newline="")
    assert taken(world).bad == 0
    assert counts(world) == {"2026-02-01": 3}


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        ("1,p,login,yesterday,3", "day 'yesterday' is not a day"),
        ("1,p,login,,3", "day '' is not a day"),
        ("1,p,login,2026-02-30,3", "day '2026-02-30' is not a day"),
        ("1,p,login,2026-02-01,many", "count 'many' is not a number"),
        ("1,p,login,2026-02-01,nan", "count 'nan' is not a number from 0 up"),
        ("1,p,login,2026-02-01,-1", "count '-1' is not a number from 0 up"),
        ("1,p,login,2026-02-01", "count None is not a number"),
        (",p,login,2026-02-01,3", "account and feature are needed"),
        ("1,p, ,2026-02-01,3", "account and feature are needed"),
    ],
)
def test_a_bad_row_is_named_and_costs_no_other(world: World, row: str, cause: str) -> None:
    world.write_usage("1,p,login,2026-02-01,3", row, "1,p,login,2026-02-02,3")
    done = taken(world)
    assert (done.rows, done.bad) == (3, 1)
    assert done.bad_examples == [f"row 3: {done.bad_examples[0].partition(': ')[2]}"]
    assert cause in done.bad_examples[0]
    assert len(counts(world)) == 2


def test_only_the_first_bad_rows_are_named(world: World) -> None:
    world.write_usage(*["1,p,login,never,3"] * 50)
    done = taken(world)
    assert (done.bad, len(done.bad_examples)) == (50, 5)


def test_unknown_accounts_keep_their_rows_until_the_account_appears(world: World) -> None:
    world.write_usage("9,p,login,2026-03-01,3")
    assert taken(world).unknown == 1
    world.tick()
    world.account("9")
    world.sync()
    assert taken(world).skipped
    world.score()
    assert "days_since_login" not in world.decision("9").missing


def test_an_id_as_the_reports_of_the_crm_show_it_is_that_account(world: World) -> None:
    world.account("0015g00000AbCdEAAV")
    world.sync()
    world.write_usage("0015g00000AbCdE,p,login,2026-03-01,3\n0015g00000AbCdEAAV,p,login,2026-03-02,4")
    assert taken(world).unknown == 0
    world.score()
    assert "days_since_login" not in world.decision("0015g00000AbCdEAAV").missing


def test_names_that_fit_several_accounts_fit_none_until_they_are_told_apart(make_world: Make) -> None:
    world = make_world(usage=[{"file": "usage.csv", "account_key": "domain"}])
    for id in "12":
        world.account(id, domain="same.example.com")
    world.sync()
    world.write_usage("same.example.com,p,login,2026-03-01,3")
    done = taken(world)
    assert (done.ambiguous, done.unknown) == (1, 0)
    world.score()
    assert "days_since_login" in world.decision("1").missing
    world.tick()
    world.account("2", domain="other.example.com")
    world.sync()
    world.next_day()
    world.score()
    assert "days_since_login" not in world.decision("1").missing
    assert "days_since_login" in world.decision("2").missing


def test_parquet_is_read_in_its_own_types(make_world: Make) -> None:
    world = make_world(usage=[{"file": "usage.parquet"}])
    world.account("1")
    world.sync()
    columns = {
        "account": pa.array([1, 1, 1]),
        "person": pa.array(["p", None, "p"]),
        "feature": pa.array(["login", "login", "export"]),
        "day": pa.array([date(2026, 2, 1), date(2026, 2, 2), None]),
        "count": pa.array([3, 2, 1], pa.int32()),
    }
    pyarrow.parquet.write_table(pa.table(columns), file(world, "usage.parquet"))
    done = taken(world)
    assert (done.rows, done.bad, done.unknown) == (3, 1, 0)
    assert counts(world) == {"2026-02-01": 3, "2026-02-02": 2}


@pytest.mark.parametrize(
    ("name", "content", "cause"),
    [
        ("usage.csv", b"account,feature,day\n", "has no column count"),
        ("usage.csv", b"", "has no column account, feature, day, count"),
        ("usage.csv", "account,feature,day,count\nGröße,f,2026-02-01,1\n".encode("latin-1"), "is not CSV in UTF-8"),
        ("usage.csv", None, "cannot be read"),
        ("usage.parquet", b"PAR1 not really", "is not Parquet"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_problem_of_the_configuration(
    make_world: Make, name: str, content: bytes | None, cause: str
) -> None:
    world = make_world(usage=[{"file": name}])
    if content is not None:
        file(world, name).write_bytes(content)
    with pytest.raises(ConfigError, match=cause) as caught:
        world.take_in_usage()
    assert caught.value.problems[0].where == "usage[].file"
    with pytest.raises(ConfigError, match=cause):
        world.take_in_usage()


def test_a_parquet_file_without_the_columns_says_so(make_world: Make) -> None:
    world = make_world(usage=[{"file": "usage.parquet"}])
    pyarrow.parquet.write_table(pa.table({"account": [1]}), file(world, "usage.parquet"))
    with pytest.raises(ConfigError, match="has no column feature, day, count"):
        world.take_in_usage()


def test_a_large_file_goes_in_by_pieces(world: World) -> None:
    days = [(START - timedelta(days=number)).date() for number in range(300)]
    world.write_usage(*(f"{1 + number % 2},p{number // 300},login,{day},1" for number, day in enumerate(days * 70)))
    done = taken(world)
    assert (done.rows, done.changed_accounts) == (21_000, 2)
    with world.workspace.store.read() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM usage").scalar_one() == 21_000


def test_a_workspace_that_moved_keeps_its_usage(make_world: Make, tmp_path: Path) -> None:
    world = make_world(usage=[{"file": "usage.csv", "account_key": "id"}])
    world.account("1")
    world.write_usage("1,p,login,2026-03-01,1")
    world.run()
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    shutil.copy(world.workspace.folder / "usage.csv", moved)
    world.workspace.folder = moved
    assert [taken.skipped for taken in world.take_in_usage()] == [True]
