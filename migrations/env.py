"""Runs the migrations on the connection that `bot.storage` hands over."""

from alembic import context
from sqlmodel import SQLModel

import bot.features  # noqa: F401 - every table has to be known
from bot.storage import is_described

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    include_name=is_described,
)
with context.begin_transaction():
    context.run_migrations()
