"""The first message of a conversation that has left Redis, against the next one of a conversation that has not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from statistics import median

from benchmarks import numbers
from benchmarks.measures.flat import META
from benchmarks.results import Figure, Found, at_most
from benchmarks.stack import Stack, running, settled
from benchmarks.traffic import Missing, Senders, line, reply_counts, texts
from bot.model import Address, ChannelName, now
from bot.rasa_http.client import RasaClient
from bot.redis_store.client.base import connect
from bot.redis_store.contacts import RedisContacts
from gateway.wiring.core import build
from gateway.workers.parking import Parking
from records import opening

MS = 1000.0
MESSAGES, SCRIPT = 1000, 10
"""Of each conversation, each with its answer or two: 2,000 lines and more."""
TRIES = 6
"""First messages in a run: one sender may write 40 a minute."""
MONTHS = timedelta(days=400)
"""How long after its last message a conversation is looked at: whoever is silent for so long leaves Redis."""


@dataclass(slots=True)
class Customer:
    """Somebody with a long conversation. ``runs``: seconds of turns, run by run."""

    tel: str
    conversation_id: str = ""
    written: int = 0
    runs: list[list[float]] = field(default_factory=list)

    async def writes(self, stack: Stack, counts: list[int]) -> float:
        """The next message; seconds until its last answer is at the vendor."""
        number = self.written % SCRIPT
        self.written += 1
        return await texts(stack, self.tel, line(number), counts[number])


async def measure(runs: int) -> list[Found]:
    """Two customers with the same conversation, in turn; one of them sleeps before each message."""
    senders = Senders("+1992")
    async with running() as stack, _parking(stack) as parking:
        counts = await reply_counts(stack, senders, SCRIPT)
        hot, cold = Customer(senders.new()), Customer(senders.new())
        await asyncio.gather(*(_grown(stack, one, counts) for one in (hot, cold)))
        for run in range(runs):
            for one in (hot, cold):
                one.runs.append([])
            for number in range(TRIES):
                await settled(stack)
                if not await parking.park(cold.conversation_id):
                    raise Missing("the conversation did not leave Redis")
                for one in (hot, cold) if number % 2 else (cold, hot):
                    one.runs[run].append(await one.writes(stack, counts))
    figures = (
        at_most("first message of a cold conversation / a hot one, 2,000 lines", numbers.ratio_of(cold.runs, hot.runs), 1.5),
        Figure("whole turn, cold, median", median(map(median, cold.runs)) * MS, "ms"),
        Figure("whole turn, hot, median", median(map(median, hot.runs)) * MS, "ms"),
    )
    notes = (
        f"Two conversations of {MESSAGES:,} messages with their answers; one leaves Redis (for SQLite) before each of its "
        f"messages, in turn with the other: {TRIES} a run. Whole turns, signed webhook to vendor.",
    )
    return [Found("asleep", "The first message of a conversation that has left Redis", runs, figures, notes)]


async def _grown(stack: Stack, customer: Customer, counts: list[int]) -> None:
    """The first message as anybody's; the others straight to Rasa, as no customer may write so fast."""
    await customer.writes(stack, counts)
    customer.conversation_id = await _conversation_of(stack, customer.tel)
    rasa = RasaClient(stack.http, stack.rasa_urls[0], stack.plan.settings.rasa_token)
    while customer.written < MESSAGES:
        number = customer.written
        message_id = f"{customer.conversation_id}:{number}"
        await rasa.turn(customer.conversation_id, ChannelName.SMS, message_id, text=line(number), metadata=META, timeout=30.0)
        customer.written += 1


async def _conversation_of(stack: Stack, tel: str) -> str:
    client = connect(stack.plan.settings.redis_url)
    try:
        contact = await RedisContacts(client, now).find(Address.parse(f"tel:{tel}"))
    finally:
        await client.aclose()
    if contact is None:
        raise Missing("the customer is not known")
    return contact.conversation_id


@asynccontextmanager
async def _parking(stack: Stack) -> AsyncIterator[Parking]:
    """What lets a conversation leave Redis, as a gateway's of some months later."""

    def later() -> datetime:
        return now() + MONTHS

    settings = stack.plan.settings
    client = connect(settings.redis_url)
    try:
        async with opening(settings.records_url) as records:
            made = build(settings, client, stack.http, records).parking
            yield replace(made, clock=later, cooling=replace(made.cooling, clock=later))
    finally:
        await client.aclose()
