"""A desk with every part that has routes of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from redis.asyncio import Redis

from bot.model import Author, ChannelName, TranscriptLine
from bot.ports import Facts
from desk.agents import AgentDirectory
from desk.factors.provider import OpenId
from desk.queue.past import Found, PastLines
from desk.transcripts.masking import Personal
from desk.transcripts.reading import Listed, Listing
from records.sql import Proposal
from tests.desk.conftest import House, opened_house
from tests.desk.fake_people import START, FakeClock
from tests.desk.test_desk_articles import shop
from tests.desk.test_desk_softphone import SOFTPHONE

NOWHERE = OpenId("http://127.0.0.1:1", "desk", "secret", "groups", (), "http://127.0.0.1:1/back")


class Kept:
    """One conversation, and whose it was."""

    said = "I am Ana Lopez and my card 4417 is lost, call me on +1 212 555 0147 or ana@bank.example"

    async def find(self, said: str, limit: int) -> Sequence[Found]:
        return ()

    async def latest(self, intent: str, before: str | None, limit: int) -> Listing | None:
        return None if before == "bad" else Listing((Listed("c_1", START, (ChannelName.SMS,), "lost_card", "agreed"),), None)

    async def lines(self, conversation_id: str, before: str | None) -> PastLines | None:
        line = TranscriptLine(START, Author.CUSTOMER, ChannelName.SMS, self.said)
        return PastLines("Ana Lopez", (line,), None) if conversation_id == "c_1" else None

    async def personal(self, conversation_id: str) -> Personal:
        return Personal.of([("Last four digits", "4417"), ("Full name", "Ana Lopez")], ["Ana Lopez"])


async def _no_proposals() -> Sequence[Proposal]:
    return ()


@asynccontextmanager
async def whole_desk(
    redis: Redis, agents: AgentDirectory, clock: FakeClock, folder: Path, facts: Facts | None = None
) -> AsyncIterator[House]:
    """With articles (written into ``folder``), proposals, records and a softphone."""
    kept, elsewhere = {"articles": shop(folder), "proposed": _no_proposals, "records": Kept()}, {"openid": NOWHERE}
    parts = kept | elsewhere | {"softphone": SOFTPHONE, "url": "http://localhost"}
    async with aiohttp.ClientSession() as http, opened_house(redis, agents, clock, facts=facts, http=http, **parts) as house:
        yield house
