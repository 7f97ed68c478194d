"""A whole core on a real Valkey, its facts recorded in real databases; the simulator is Twilio, which keeps the recordings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from redis.asyncio import Redis

from bot.directives import Handoff as AskForAPerson
from bot.model import Contact, Handoff, Reply, Voicemail
from bot.ports import DialogueTurn
from bot.redis_store.facts import fact_streams
from bot.redis_store.retention.recordings import RedisRecordings
from connectors.twilio.client import TwilioAccount, TwilioClient
from gateway.commands.places import Places
from gateway.retention.people import Told, forget_silent
from gateway.retention.person import People
from gateway.retention.recordings import Recordings
from records.recorder import Recorder
from records.redis_stream import RedisFactStream
from records.sql import RecordsStore, opening
from simulator.app import WORLD, create_app
from simulator.faults import Faults
from tests.bot.conftest import ANA, World
from tests.bot.conftest import world as world
from tests.bot.identity.test_linking import known
from tests.records.conftest import postgres as postgres
from tests.records.conftest import records_url as records_url
from tests.records.stories import everything
from tests.simulator.conftest import ACCOUNT, TOKEN, settings_for

TALK, LEFT = "RE" + "a" * 32, "RE" + "b" * 32
SECRET = "my secret"


@dataclass
class Kept:
    """What is kept of people, and where."""

    world: World
    store: RecordsStore
    people: People
    at_twilio: dict[str, int]
    faults: Faults
    places: Places
    folder: Path

    async def recorded(self) -> None:
        """What waits is in SQL."""
        client = Redis.from_url(self.places.redis_url)
        recorder = Recorder(RedisFactStream(client, fact_streams()), self.store, self.world.clock)
        while await recorder.step() or (await recorder.health()).waiting:
            assert not (await recorder.health()).error
        await client.aclose()

    async def forgets_the_silent(self) -> None:
        """As every night, after thirty days."""
        told = Told(self.world.facts, self.world.clock)
        await forget_silent(self.world.client, self.world.clock, timedelta(days=30), told, self.people.cold)

    async def words(self) -> str:
        """All of SQL as text."""
        return str(await everything(self.store))

    async def ana_talks(self) -> tuple[Contact, Handoff]:
        """She writes, asks for a person, is talked to on a recorded line, leaves a message, and it is closed."""
        world = self.world
        world.assistant.answer = lambda said: DialogueTurn((), (AskForAPerson("wants a person"),))
        opened = (await world.texts(SECRET)).handoff
        assert opened is not None
        world.assistant.answer = lambda said: DialogueTurn((Reply("anything else?"),))
        self.at_twilio |= {TALK: 60, LEFT: 9}
        message = Voicemail(LEFT, 9, world.clock(), SECRET)
        await world.handoffs.update(opened.id, lambda now: replace(now, recordings=(TALK,), voicemails=(message,)))
        await world.people.accept(opened.id, "sam", None)
        await world.people.close(opened.id, "sam", "done")
        await world.settles()
        closed = await world.handoffs.get(opened.id)
        assert closed is not None and not closed.open
        return await known(world, ANA), closed


@pytest.fixture
async def kept(world: World, redis_url: str, records_url: str, tmp_path: Path) -> AsyncIterator[Kept]:
    simulator = create_app(settings_for("http://127.0.0.1:1"))
    outer = web.Application()
    outer.add_subapp("/simulator", simulator)
    async with (
        TestServer(outer) as server,
        aiohttp.ClientSession() as http,
        opening(records_url, world.clock) as store,
    ):
        account = TwilioAccount(ACCOUNT, (TOKEN,), str(server.make_url("/simulator/twilio")), "", "", "")
        recordings = Recordings(TwilioClient(http, account), RedisRecordings(world.client), store, world.clock)
        people = People(world.client, store, recordings, Told(world.facts, world.clock), world.clock)
        imagined = simulator[WORLD]
        places = Places(redis_url, records_url, account)
        yield Kept(world, store, people, imagined.recordings, imagined.faults, places, tmp_path)
