"""A database that is away, read-only, full, newer or locked: one clear sentence, facts wait, none is lost or doubled."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
import redis.asyncio as redis
from sqlalchemy import event, text

from launch.processes.postgres import Postgres
from records.errors import RecordsRefused, RecordsUnavailable, Trouble
from records.recorder import Recorder
from records.redis_stream import RedisFactStream
from records.sql import RecordsStore, opened, opening
from records.sql.engine import writing
from tests.conftest import free_port
from tests.records.stories import ANA, BEN, NOW, said, talk


@pytest.fixture
async def stream(redis_url: str) -> AsyncIterator[RedisFactStream]:
    client = redis.Redis.from_url(redis_url)
    yield RedisFactStream(client)
    await client.aclose()


async def refused(url: str) -> str:
    """The sentence with which a start stops."""
    with pytest.raises(RecordsRefused) as told:
        await opened(url, lambda: NOW)
    assert "pa55" not in str(told.value) and "secret" not in str(told.value)
    return str(told.value)


async def test_a_wrong_password_stops_the_start(postgres: Postgres) -> None:
    sentence = f"The records database postgres on 127.0.0.1:{postgres.port} refuses the user or password of RECORDS_URL."
    assert await refused(postgres.url("postgres", "secret")) == sentence


async def test_a_database_that_is_not_there_stops_the_start(postgres: Postgres) -> None:
    assert "has no database of that name" in await refused(postgres.url("nowhere"))
    port = free_port()
    sentence = f"The records database x on 127.0.0.1:{port} cannot be reached: start it, or mend RECORDS_URL."
    assert await refused(f"postgresql://boss:secret@127.0.0.1:{port}/x") == sentence


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("nonsense", "RECORDS_URL is no address of a database: write postgresql://user:password@host/database or sqlite:///file"),
        ("mysql://me:secret@db/x", "RECORDS_URL names mysql: the records are kept in PostgreSQL or SQLite"),
        ("sqlite:////nowhere/at/all/r.sqlite", "there is no folder /nowhere/at/all"),
        ("sqlite:////proc/r.sqlite", "cannot be opened"),
    ],
)
async def test_an_address_that_cannot_be_meant_stops_the_start(url: str, sentence: str) -> None:
    assert sentence in await refused(url)


async def test_a_file_that_is_no_database_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear Ana, " * 200)
    assert "is no SQLite database" in await refused(f"sqlite:///{tmp_path / 'letter'}")


async def test_tables_of_a_newer_onethread_stop_the_start_and_stay_as_they_are(records_url: str) -> None:
    async with opening(records_url) as store:
        await store.keep(talk(ANA))
        async with writing(store.engine) as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    sentence = await refused(records_url)
    assert sentence.endswith("was brought to version 0999 by a newer Onethread: start that one, or bring back a backup.")


async def test_a_read_only_file_stops_the_start(tmp_path: Path) -> None:
    file = tmp_path / "records.sqlite"
    async with opening(f"sqlite:///{file}"):
        pass
    assert "is read-only" in await refused(f"sqlite:///file:{file}?mode=ro&uri=true")


async def test_a_read_only_server_stops_the_start_and_a_running_recorder_waits(
    postgres: Postgres, stream: RedisFactStream
) -> None:
    url = postgres.new()
    name = url.rpartition("/")[2]
    async with opening(url, lambda: NOW) as store:
        await store.keep(talk(BEN))
        with psycopg.connect(postgres.url("postgres"), autocommit=True) as boss:
            boss.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        assert "must name the primary" in await refused(url)
        await store.engine.dispose()
        await stream.add(talk(ANA))
        recorder = Recorder(stream, store, lambda: NOW)
        await recorder.step()
        assert (await recorder.health()).trouble is Trouble.READ_ONLY and (await recorder.health()).waiting == 5
        with psycopg.connect(postgres.url("postgres"), autocommit=True) as boss:
            boss.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        await store.engine.dispose()
        await recorder.step()
        assert (await recorder.health()).kept == 5 and (await recorder.health()).error == ""


async def test_a_user_who_may_not_make_tables_is_told(postgres: Postgres) -> None:
    url = postgres.new()
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as boss:
        boss.execute("CREATE ROLE reader LOGIN PASSWORD 'pa55'")
    assert "lets this user not do that" in await refused(url.replace("boss:", "reader:"))


async def test_a_full_disk_is_said_and_facts_wait_until_there_is_room(tmp_path: Path, stream: RedisFactStream) -> None:
    store = await opened(f"sqlite:///{tmp_path / 'records.sqlite'}", lambda: NOW)
    pages = 60

    @event.listens_for(store.engine.sync_engine, "connect")
    def small(connection: sqlite3.Connection, _: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    await store.engine.dispose()
    facts = [said(ANA, n, f"{n} " + "words " * 50) for n in range(300)]
    await stream.add(facts)
    recorder = Recorder(stream, store, lambda: NOW, most=50)
    while await recorder.step():
        pass
    health = await recorder.health()
    assert health.trouble is Trouble.FULL and health.error.endswith("has no room left: make room on its disk.")
    assert health.waiting == 300 - health.kept and health.failing_since == NOW
    pages = 100_000
    await store.engine.dispose()
    while await recorder.step():
        pass
    health = await recorder.health()
    assert (health.kept, health.repeated, health.waiting, health.error, health.failing_since) == (300, 0, 0, "", None)
    await store.close()


async def test_the_database_is_killed_and_comes_back_none_lost_none_doubled(postgres: Postgres, stream: RedisFactStream) -> None:
    async with opening(postgres.new(), lambda: NOW) as store:
        recorder = Recorder(stream, store, lambda: NOW, most=20)
        await stream.add([said(ANA, n, f"{n}") for n in range(30)])
        assert await recorder.step()
        postgres.kill()
        try:
            assert not await recorder.step()
            await stream.add([said(ANA, n, f"{n}") for n in range(30, 70)])
            assert not await recorder.step()
            health = await recorder.health()
            assert health.trouble is Trouble.AWAY and health.waiting == 50 and health.kept == 20
            assert "cannot be reached" in health.error
            with pytest.raises(RecordsUnavailable):
                await store.lines("c_ana")
        finally:
            postgres.start()
        for _ in range(6):
            await recorder.step()
        health = await recorder.health()
        assert (health.kept, health.repeated, health.waiting, health.error) == (70, 0, 0, "")
        assert [line.text for line in (await store.lines("c_ana", limit=100)).rows] == [f"{n}" for n in range(70)]


async def test_a_file_that_another_program_has_locked_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("records.sql.engine.BUSY_SECONDS", 0.05)
    file = tmp_path / "records.sqlite"
    async with opening(f"sqlite:///{file}", lambda: NOW) as store:
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RecordsUnavailable, match="locked by another") as told:
            await store.keep(talk(ANA))
        assert told.value.trouble is Trouble.BUSY
        other.execute("ROLLBACK")
        other.close()
        assert (await store.keep(talk(ANA))).added == 5


async def test_many_gateways_may_start_at_once(records_url: str) -> None:
    stores: list[RecordsStore] = await asyncio.gather(*(opened(records_url, lambda: NOW) for _ in range(4)))
    kept = await asyncio.gather(*(store.keep(talk(ANA)) for store in stores))
    assert sorted(one.added for one in kept) == [0, 0, 0, 5]
    for store in stores:
        await store.close()
