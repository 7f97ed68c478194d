"""SQLite keeps deleted words for a while: in parts of the full-text index that are not merged yet, and in its log."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from records.sql.engine import told, writing
from records.sql.many import POSTGRESQL


async def sweep(engine: AsyncEngine) -> None:
    """Merge the index into one part without them, and empty the log into the file. Writers wait meanwhile; once a night is
    enough. PostgreSQL's autovacuum does it there. Raises RecordsUnavailable."""
    if engine.dialect.name == POSTGRESQL:
        return
    async with writing(engine) as connection:
        await connection.execute(text("INSERT INTO lines_words(lines_words) VALUES ('optimize')"))
    async with told(engine.url), engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        await driver.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
