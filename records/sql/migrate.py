"""Brings the tables to the state that this code needs, once, whoever of several gateways comes first."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from records.errors import RecordsRefused
from records.sql.engine import named, writing

FOLDER = Path(__file__).with_name("migrations")
LOCK = 0x6F742D7265636F72
"""PostgreSQL's advisory lock of whoever changes the shape of the tables, partitions too."""


async def migrate(engine: AsyncEngine) -> None:
    """Raises RecordsRefused when the tables are newer than this code, RecordsUnavailable. All or nothing."""
    async with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        name = named(engine.url)
        await connection.run_sync(lambda at: _upgrade(at, name))


def _upgrade(connection: Connection, name: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    scripts = ScriptDirectory.from_config(config)
    known = {script.revision for script in scripts.walk_revisions()}
    stands = MigrationContext.configure(connection).get_current_revision()
    if stands is not None and stands not in known:
        raise RecordsRefused(
            f"{name} was brought to version {stands} by a newer Onethread: start that one, or bring back a backup."
        )
    context = EnvironmentContext(config, scripts, fn=lambda at, _: scripts._upgrade_revs("head", at))
    context.configure(connection=connection, transactional_ddl=False)
    with context:
        context.run_migrations()
