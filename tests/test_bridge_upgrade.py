"""A store of the release before, full of work, is opened by this one: nothing is lost, decided or written anew."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, MetaData, create_engine, insert, select, text
from worlds import World, cards

from adapters.records import Ref
from bridge.pipeline import pushing
from bridge.pipeline.deciding import score
from bridge.store import customers, decisions
from bridge.store.engine import Store, open_store
from bridge.store.migrating import MIGRATIONS
from bridge.workspace import Workspace

Make = Callable[..., World]


@pytest.fixture
def old_url(store_url: str, tmp_path: Path) -> Iterator[str]:
    """Where an empty store of the release before is, in the same kind of database."""
    if store_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'old.db'}"
        return
    server = create_engine(store_url)
    with server.begin() as db:
        db.execute(text("CREATE SCHEMA before"))
    yield f"{store_url}?options=-csearch_path%3Dbefore"
    with server.begin() as db:
        db.execute(text("DROP SCHEMA before CASCADE"))
    server.dispose()


def fill(engine: Engine, source: Store) -> None:
    """The first release's tables, with what ``source`` holds as far as they have columns for it."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as db, source.read() as full:
        config.attributes["connection"] = db
        command.upgrade(config, "0001")
        then, now = MetaData(), MetaData()
        then.reflect(db)
        now.reflect(full)
        for name, table in then.tables.items():
            rows = full.execute(select(*(now.tables[name].c[column.name] for column in table.columns))).mappings()
            if name != "alembic_version" and (found := [dict(row) for row in rows]):
                db.execute(insert(table), found)
        for name in ("audit", "customers", "decisions", "inbox") if db.dialect.name == "postgresql" else ():
            db.execute(text(f"SELECT setval('{name}_id_seq', 1000)"))
    engine.dispose()


def test_an_older_store_is_taken_over_as_it_is(make_world: Make, store: Store, old_url: str) -> None:
    world = make_world()
    world.account("1")
    world.account("2", arr=100.0, currency="EUR")
    world.crm.put("ticket", "t", account="1", status="open", opened_at=world.clock.now(), escalated=True)
    world.sync()
    world.score()
    world.crm.refused.add("2")
    world.push()
    world.account("3")
    world.sync()
    world.score()
    before = [list(world.workspace.ledger.entries("sf")), [world.decision(id) for id in "123"]]
    fill(create_engine(old_url), store)
    again = open_store(old_url)
    later = Workspace(world.workspace.folder, world.workspace.settings, cards(), again, world.clock.now)
    later._adapters["sf"] = world.crm
    ids = [world.customer(id) for id in "123"]
    with again.read() as db:
        assert [decisions.history(db, id)[-1] for id in ids] == before[1]
        assert list(customers.of_accounts(db, [Ref("sf", "account", id) for id in "123"]).values()) == ids
    assert list(later.ledger.entries("sf")) == before[0]
    assert not score(later).decisions
    assert [one.ref.id for one in later.ledger.parked("sf")] == ["2"]
    assert pushing.push(later, "sf").written == 1
    assert world.crm.own["3"] == {**world.crm.own["3"], "health_band": world.decision("3").band}
    world.next_day()
    assert score(later).customers == 3
    assert pushing.push(later, "sf").written == 0
    again.close()
