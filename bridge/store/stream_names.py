"""What was told of the users of streamed usage: whose they are, and which ids are one person."""

from collections.abc import Callable, Collection, Mapping

from sqlalchemy import Connection, bindparam, delete, func, or_, select, update

from bridge.rules.tallying import Name
from bridge.store.rows import among, insert_all
from bridge.store.schema import unplaced_usage, usage_names


def known(db: Connection, source: str, ids: Collection[str]) -> dict[str, Name]:
    """What is known of these ids, and of the persons behind them."""
    found = _known(db, source, ids)
    behind = {name.alias_of for name in found.values() if name.alias_of} - found.keys()
    return found | _known(db, source, behind) if behind else found


def _known(db: Connection, source: str, ids: Collection[str]) -> dict[str, Name]:
    table = usage_names.c
    query = select(table.person, table.account_key, table.alias_of, table.told_at)
    mine = query.where(table.source == source, among(db, table.person, ids))
    return {row.person: Name(row.account_key, row.alias_of, row.told_at) for row in db.execute(mine)}


def keep(db: Connection, source: str, known: Mapping[str, Name], joined: Mapping[str, str]) -> None:
    """``joined``: ids that another person turned out to be: whoever led to them leads there now."""
    rows = [(source, id, name.account, name.alias_of, name.told_at) for id, name in known.items()]
    insert_all(db, usage_names, _COLUMNS, rows, _TOLD)
    if joined:
        led = update(usage_names).where(
            usage_names.c.source == bindparam("of"), usage_names.c.alias_of == bindparam("led_to")
        )
        moved = [{"of": source, "led_to": id, "to": person} for id, person in joined.items()]
        db.execute(led.values(alias_of=bindparam("to")), moved)


_COLUMNS = ("source", "person", "account_key", "alias_of", "told_at")
_TOLD = """ON CONFLICT (source, person) DO UPDATE
    SET account_key = excluded.account_key, alias_of = excluded.alias_of, told_at = excluded.told_at"""


def also_called(db: Connection, called: Collection[str]) -> set[str]:
    """By what else the persons of these names are called, whatever the source."""
    table = usage_names.c
    wanted = [name.lower() for name in called]
    theirs = or_(among(db, func.lower(table.person), wanted), among(db, func.lower(table.alias_of), wanted))
    found = {id for row in db.execute(select(table.person, table.alias_of).where(theirs)) for id in row if id}
    others = select(table.person).where(among(db, table.alias_of, found))
    return found | set(db.execute(others).scalars())


def forget_person(db: Connection, called: Collection[str], stand_in: Callable[[str], str]) -> int:
    """Let these names be nobody's, whose account is still known; how many rows it were.

    Totals that still wait for an account are deleted: they are nobody's use.
    """
    names = [name.lower() for name in called]
    mine = among(db, func.lower(usage_names.c.person), names)
    theirs = or_(mine, among(db, func.lower(usage_names.c.alias_of), names))
    rows = db.execute(delete(usage_names).where(theirs).returning(*usage_names.c)).all()
    nobodys = {
        (row.source, stand_in(row.person)): (row.account_key, row.alias_of and stand_in(row.alias_of), row.told_at)
        for row in rows
    }
    insert_all(db, usage_names, _COLUMNS, [(*key, *told) for key, told in nobodys.items()], _TOLD)
    waiting = delete(unplaced_usage).where(among(db, func.lower(unplaced_usage.c.person), names))
    return len(rows) + db.execute(waiting).rowcount
