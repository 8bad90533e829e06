"""Alembic's entry: runs the migrations on the connection that ``bridge.store.migrating`` hands over."""

from alembic import context

from bridge.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
