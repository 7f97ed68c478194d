"""The gateway's recorder: what happens ends up in SQL; a database that cannot be used stops the start, later it is said."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.model import ChannelName, InboundMessage, now
from bot.redis_store.client.base import connect
from bot.redis_store.facts import fact_streams
from gateway.settings.config import Settings
from gateway.standing_notes import health_of, measures, notes
from gateway.wiring.core import build
from gateway.workers.recorder import Recording, recording, said_of
from records.errors import RecordsUnavailable, Trouble
from records.facts import Aside, Fact
from records.recorder import Recorder, RecorderHealth
from records.redis_stream import RedisFactStream
from records.sql import Kept, opening
from tests.bot.conftest import ANA, make_world
from tests.conftest import free_port
from tests.gateway.workers.test_workers import until


def environment(redis_url: str, home: Path, **more: str) -> dict[str, str]:
    return {
        "PUBLIC_PORT": str(free_port()),
        "INTERNAL_PORT": str(free_port()),
        "REDIS_URL": redis_url,
        "RASA_TOKEN": "r" * 32,
        "INTERNAL_API_TOKEN": "i" * 32,
        "ONETHREAD_HOME": str(home),
        "RECORD_EVERY_SECONDS": "1",
        **more,
    }


async def test_what_happened_is_read_as_a_transcript_moments_later(redis_url: str, tmp_path: Path) -> None:
    world = make_world(redis_url)
    settings = Settings.from_env(environment(redis_url, tmp_path / "home"))
    (tmp_path / "home").mkdir()
    async with opening(settings.records_url) as records, recording(settings, records) as kept:
        assert kept is not None
        result = await world.texts("hello")
        place = result.conversation_id

        async def there() -> bool:
            return bool((await records.lines(place)).rows)

        await until(there)
        (line,) = (await records.lines(place)).rows
        assert (line.text, line.author) == ("hello", "customer")
        assert await kept.notes() == [] and await kept.well()

        async def nothing_waits() -> bool:
            return (await kept.recorder.health()).waiting == 0

        await until(nothing_waits)
    assert (tmp_path / "home" / "records.sqlite").exists()
    await world.client.aclose()


async def test_a_database_that_was_taken_away_is_missed_though_nothing_happens(redis_url: str, tmp_path: Path) -> None:
    settings = Settings.from_env(environment(redis_url, tmp_path))
    async with opening(settings.records_url) as records, recording(settings, records) as kept:
        assert kept is not None and await kept.well()
        (tmp_path / "records.sqlite").unlink()
        assert not await kept.well()
        (sentence,) = await kept.notes()
    assert "records.sqlite was removed or replaced while it was open: put the file back, or restart the gateways" in sentence


async def test_where_nothing_is_to_be_kept_nothing_waits(redis_url: str, tmp_path: Path) -> None:
    settings, client = Settings.from_env(environment(redis_url, tmp_path, RECORDING="off")), connect(redis_url)
    async with opening(settings.records_url) as records, recording(settings, records) as kept, aiohttp.ClientSession() as http:
        assert kept is None
        core = build(settings, client, http, records, recording=kept)
        message = InboundMessage("sms:1", ChannelName.SMS, ANA, now(), "hello")
        contact = await core.base.store.contacts.find_or_create(ANA)
        await core.conversation.conversations.wants_person(message, "no reason")
        assert await core.base.store.handoffs.open_for(contact.conversation_id)
        assert [await client.xlen(stream) for stream in fact_streams()] == [0, 0, 0, 0]
        assert "records" not in await health_of(core).parts()
    await client.aclose()


class Away:
    """A database that went away after the start."""

    async def keep(self, found: Sequence[Fact | Aside]) -> Kept:
        raise RecordsUnavailable("PostgreSQL at db:5432 does not answer.", Trouble.AWAY)


async def test_a_database_that_went_away_is_said_by_health_and_the_desk(redis_url: str, tmp_path: Path) -> None:
    settings, client = Settings.from_env(environment(redis_url, tmp_path)), connect(redis_url)
    stream = connect(redis_url, decode=False)
    world = make_world(redis_url)
    await world.texts("hello")
    recorder = Recorder(RedisFactStream(stream, fact_streams()), Away())
    async with opening(settings.records_url) as records, aiohttp.ClientSession() as http:
        core = build(settings, client, http, records, recording=Recording(recorder, records))
        await recorder.step()
        (said,) = [note for note in await notes(core) if "kept for good" in note]
        assert said.startswith("What happens cannot be kept for good just now: PostgreSQL at db:5432 does not answer. ")
        assert "facts wait in Redis" in said and "docs/runbook.md" in said
        assert (await health_of(core).parts())["records"] is False
        await measures(core)
        figures = core.base.observed.metrics.text().decode()
    assert "onethread_facts_waiting 0.0" not in figures and "onethread_facts_waiting" in figures
    for one in (client, stream, world.client):
        await one.aclose()


def test_a_recorder_that_falls_behind_is_said() -> None:
    long_ago = datetime.now(UTC) - timedelta(minutes=10)
    health = RecorderHealth(9000, long_ago, 1, 0, 0, "", None, None)
    assert said_of(health).startswith("More happens than can be kept for good: 9000 facts wait")
    assert said_of(RecorderHealth(3, datetime.now(UTC), 1, 0, 0, "", None, None)) == ""


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://onethread:secret-word@127.0.0.1:{port}/x", "cannot be reached"),
        ("sqlite:////nowhere/at/all.sqlite", "there is no folder"),
    ],
)
def test_a_database_that_cannot_be_used_stops_the_start_with_one_sentence(
    redis_url: str, tmp_path: Path, url: str, said: str
) -> None:
    env = environment(redis_url, tmp_path / "home", RECORDS_URL=url.format(port=free_port()))
    done = subprocess.run(
        [sys.executable, "-m", "gateway"], env={**os.environ, **env}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 3
    (line,) = [one for one in done.stderr.splitlines() if one.startswith("The gateway cannot start: ")]
    assert said in line and "Traceback" not in done.stderr and "secret-word" not in done.stderr + done.stdout
