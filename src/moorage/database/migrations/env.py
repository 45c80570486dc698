"""Run by Alembic for every command: the connection comes from ``moorage.database.migrate``, in a transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
