"""Brings a database to the newest schema with Alembic. Knows where the migrations lie, not what they do."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine) -> None:
    """Upgrade to the newest revision, under a lock so that two processes starting together do it once."""
    if engine.dialect.name == "sqlite":
        # Once, here: switching the journal mode while others open the file can fail.
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute("PRAGMA journal_mode=WAL")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect().execution_options(csbridge_write=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(725190)"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
