"""Run by Alembic inside netwatch.storage.migrations.upgrade, which has configured everything."""

from alembic import context

with context.begin_transaction():
    context.run_migrations()
