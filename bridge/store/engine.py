"""Opens the store: the engine, its transactions, its migrations and the lock of whoever pushes.

SQLite runs in WAL with every commit synced; writers of one process take turns at a lock, writers of several
processes at BEGIN IMMEDIATE with a bounded wait. Knows no table but Alembic's.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from alembic.util import CommandError
from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from bridge.store import migrating
from bridge.store.schema import HEAD
from config.errors import ConfigError, CsbridgeError, Problem

_SNAPSHOT: Final[Mapping[str, Any]] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

_QUIET: Final[Mapping[str, Any]] = {"hide_parameters": True}
"""An error must not quote rows: they hold personal data."""

LOCK_NOT_AVAILABLE: Final = "55P03"
"""PostgreSQL's word for a lock that was waited for long enough."""

LIMIT_EXCEEDED: Final = "54"
"""PostgreSQL's class of what is larger than it can ever be."""

CACHE_KILOBYTES = 32_000
"""Of a SQLite connection. Ids come in no order: with SQLite's own 2 MB, a large pull waits for pages of its indexes."""

BUSY_SECONDS = 30
"""How long a writer waits for another process's transaction."""


class StoreFailed(CsbridgeError):
    """The database did not take part: held by another process for too long, full, or gone. Try again later."""


class Store:
    """A handle on the database. Hand out connections by ``read`` and ``write``; close it when done.

    Writers take turns, in both databases: what one has read in its transaction, no other changes before it ends.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = threading.RLock()

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view; nothing may be written through it."""
        with _answering(), self.engine.connect() as plain:
            connection = plain if self.is_sqlite else plain.execution_options(**_SNAPSHOT)
            with connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: all of it is durable when the block ends, or none of it."""
        if not self.is_sqlite:
            with _answering(), self.engine.begin() as connection:
                connection.execute(text("SELECT pg_advisory_xact_lock(725191)"))
                yield connection
            return
        with self._writer, _answering(), self.engine.connect() as plain:
            connection = plain.execution_options(csbridge_write=True)
            with connection.begin():
                yield connection

    @contextmanager
    def add(self) -> Iterator[Connection]:
        """One transaction that adds rows which nobody has decided on: where the database lets it, it waits for none."""
        if self.is_sqlite:
            with self.write() as db:
                yield db
            return
        with _answering(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def pusher(self, connection: str, wait: float = 600.0) -> Iterator[bool]:
        """Held by whoever writes to that CRM; yields True when every lease found must be of a dead process.

        On SQLite all holders are on this machine, so a lease that outlived its lock is a dead process's. On
        PostgreSQL another machine's call may still be on its way: leases expire.
        """
        with self.held(connection, wait, f"another process has been writing to {connection} for {wait:.0f} s"):
            yield self.is_sqlite

    @contextmanager
    def held(self, what: str, wait: float, otherwise: str) -> Iterator[None]:
        """A lock among the processes on one SQLite file, which dies with its holder; elsewhere none is taken.

        StoreFailed, saying ``otherwise``, when it cannot be had within ``wait`` seconds.
        """
        database = self.engine.url.database
        if not self.is_sqlite or database in (None, "", ":memory:"):
            yield
            return
        try:
            with FileLock(f"{database}.{what}.lock").acquire(timeout=wait):
                yield
        except Timeout as exc:
            raise StoreFailed(otherwise) from exc

    @contextmanager
    def alone(self, what: str, otherwise: str, wait: float = 0.0) -> Iterator[Callable[[], None]]:
        """A lock among all processes on this store, machines included, which dies with its holder.

        Yields what raises StoreFailed when the lock may be lost. StoreFailed, saying ``otherwise``, when somebody has
        it for longer than ``wait`` seconds: by default nobody waits, for the other does the work.
        """
        if self.is_sqlite:
            with self.held(what, wait, otherwise):
                yield lambda: None
            return
        with _answering(), self.engine.connect() as connection:

            def proven() -> None:
                with _answering():
                    connection.execute(text("SELECT 1"))
                    connection.commit()

            if not _locked(connection, what, wait):
                raise StoreFailed(otherwise)
            connection.commit()  # the lock is the session's: no transaction stays open meanwhile
            try:
                yield proven
            finally:
                if not connection.invalidated:  # else the lock went with its session
                    freed = text("SELECT pg_advisory_unlock(725192, hashtext(:what))")
                    connection.execute(freed, {"what": what})
                    connection.commit()

    def close(self) -> None:
        self.engine.dispose()


def _locked(connection: Connection, what: str, wait: float) -> bool:
    """Take PostgreSQL's lock of that name for the session; False when it could not be had in time."""
    connection.execute(text(f"SET LOCAL lock_timeout = {max(1, round(wait * 1000))}"))
    try:
        connection.execute(text("SELECT pg_advisory_lock(725192, hashtext(:what))"), {"what": what})
    except OperationalError as exc:
        if getattr(exc.orig, "sqlstate", "") != LOCK_NOT_AVAILABLE:
            raise
        return False
    return True


@contextmanager
def _answering() -> Iterator[None]:
    """What the database itself could not do, in one line without any row. What it could not do with these very rows,
    because a value is too long for an index, is no fault of the database: who waits until it passes waits for ever.
    """
    try:
        yield
    except OperationalError as exc:
        if str(getattr(exc.orig, "sqlstate", "") or "").startswith(LIMIT_EXCEEDED):
            raise
        raise StoreFailed(f"the store did not answer: {str(exc.orig).splitlines()[0]}") from exc


def open_store(url: str) -> Store:
    """Open and migrate the store at a SQLAlchemy URL. Raises ConfigError when it cannot be reached."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as exc:  # not quoted: what cannot be read may hold a password
        raise _unusable("the store's address cannot be read") from exc
    try:
        engine = (
            _sqlite(parsed.database, url) if parsed.get_backend_name() == "sqlite" else create_engine(url, **_QUIET)
        )
        if _revision(engine) != HEAD:
            migrating.upgrade(engine)
    except (DBAPIError, CommandError, ModuleNotFoundError, OSError) as exc:
        where = parsed.render_as_string(hide_password=True)
        cause = str(exc.orig if isinstance(exc, DBAPIError) else exc).splitlines()[0]
        if isinstance(exc, CommandError):
            cause = f"it was made by another release of csbridge ({cause})"
        raise _unusable(f"cannot open {where}: {cause}") from exc
    return Store(engine)


def _unusable(what: str) -> ConfigError:
    return ConfigError(
        [
            Problem(
                where="store",
                what=what,
                expected="a database that this process may create and write",
                example="sqlite:///csbridge.db, or postgresql+psycopg://user@host/database",
            )
        ]
    )


def _sqlite(database: str | None, url: str) -> Engine:
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, **_QUIET)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy's own BEGIN below, not the driver's implicit one
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA cache_size=-{CACHE_KILOBYTES}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("csbridge_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not engine.dialect.has_table(connection, "alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
