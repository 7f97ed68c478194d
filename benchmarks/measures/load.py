"""Turns per second with 200 conversations at once, ours against stock Rasa; and how long a turn takes at half of that."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from statistics import median
from time import monotonic

from benchmarks import numbers
from benchmarks.results import Figure, Found, at_least, at_most
from benchmarks.stack import Stack, running, settled
from benchmarks.traffic import Caller, Missing, Senders, line, reply_counts, texts

MS = 1000.0
CONVERSATIONS = 200
MESSAGES = 30
"""Messages of one conversation before another customer takes its place; a sender may write 40 a minute."""
SECONDS = 20.0
SETTLING = 3.0
CALLERS = 4
HALF_SECONDS = 25.0
Speak = Callable[[int, int], Awaitable[float]]
"""Says line number ``b`` as customer ``a``; seconds until the answer is there."""


@dataclass(slots=True)
class Window:
    """Turns that ended between ``begins`` and ``ends`` (monotonic seconds), by their seconds."""

    begins: float
    ends: float
    seconds: list[float] = field(default_factory=list)

    def note(self, seconds: float) -> None:
        """A turn has ended now."""
        if self.begins <= monotonic() < self.ends:
            self.seconds.append(seconds)

    @property
    def per_second(self) -> float:
        """Turns per second."""
        return len(self.seconds) / (self.ends - self.begins)


async def closed_loop(speak: Speak, conversations: int, seconds: float) -> Window:
    """Each customer writes as soon as they have their answer; counted after the first seconds."""
    began = monotonic()
    window = Window(began + SETTLING, began + SETTLING + seconds)

    async def customer(first: int) -> None:
        who, number = first, 0
        while monotonic() < window.ends:
            window.note(await speak(who, number))
            number += 1
            if number == MESSAGES:
                who, number = who + conversations, 0

    async with asyncio.TaskGroup() as group:
        for first in range(conversations):
            group.create_task(customer(first))
    return window


async def open_loop(speak: Speak, rate: float, seconds: float) -> Window:
    """Turns begin at random moments, ``rate`` a second on average, whether or not earlier ones have ended."""
    began = monotonic()
    window = Window(began + SETTLING, began + SETTLING + seconds + 30.0)

    async def one(who: int, number: int) -> None:
        window.note(await speak(who, number))

    places = [[who, 0] for who in range(CONVERSATIONS)]
    waits = random.Random(1)
    async with asyncio.TaskGroup() as group:
        moment, turn = began, 0
        while moment < began + SETTLING + seconds:
            moment += waits.expovariate(rate)
            await asyncio.sleep(max(0.0, moment - monotonic()))
            place = places[turn % CONVERSATIONS]
            group.create_task(one(place[0], place[1]))
            turn += 1
            place[1] += 1
            if place[1] == MESSAGES:
                place[0], place[1] = place[0] + CONVERSATIONS, 0
    return window


def through_gateway(stack: Stack, counts: list[int], area: str) -> Speak:
    """SMS customers, each with a number of their own."""

    async def speak(who: int, number: int) -> float:
        return await texts(stack, f"{area}{who:07d}", line(number), counts[number], timeout=60.0)

    return speak


def through_rest(stack: Stack, run: str) -> Speak:
    """Customers of stock Rasa's ``rest`` channel."""

    async def speak(who: int, number: int) -> float:
        body = {"sender": f"{run}-{who}", "message": line(number), "metadata": {"proof": "claimed"}}
        began = monotonic()
        async with stack.http.post(f"{stack.stock_url}/webhooks/rest/webhook", json=body) as answer:
            if answer.status != 200 or not await answer.json():
                raise Missing("stock Rasa gave no answer")
        return monotonic() - began

    return speak


@dataclass(slots=True)
class Heard:
    """What callers met: seconds of whole turns and of each webhook, and how many fillers."""

    turns: list[float] = field(default_factory=list)
    webhooks: list[float] = field(default_factory=list)
    fillers: int = 0


async def callers(stack: Stack, senders: Senders, stop: asyncio.Event) -> Heard:
    """A few calls beside the load."""
    heard = Heard()

    async def one() -> None:
        while not stop.is_set():
            caller = Caller(stack, senders.new())
            heard.turns.append(await caller.calls())
            for words in ("what can you do", "are you a robot", "how are you doing"):
                heard.turns.append(await caller.says(words))
            heard.webhooks += caller.webhooks
            heard.fillers += caller.fillers

    async with asyncio.TaskGroup() as group:
        for _ in range(CALLERS):
            group.create_task(one())
    return heard


@dataclass(slots=True)
class Measured:
    """What one way of serving came to, run by run."""

    rate: list[float] = field(default_factory=list)
    slow: list[float] = field(default_factory=list)
    voice: list[float] = field(default_factory=list)
    webhooks: list[float] = field(default_factory=list)
    fillers: list[float] = field(default_factory=list)
    asked_again: int = 0

    def heard(self, heard: Heard) -> None:
        """Add one run's calls."""
        self.voice.append(numbers.p95(heard.turns))
        self.webhooks.append(numbers.p95(heard.webhooks))
        self.fillers.append(heard.fillers / len(heard.turns))


async def full_load(stack: Stack, speak: Speak, into: Measured, senders: Senders | None) -> None:
    """One run at full load, with calls beside it where there are ``senders``."""
    stop = asyncio.Event()
    calls = asyncio.create_task(callers(stack, senders, stop)) if senders else None
    window = await closed_loop(speak, CONVERSATIONS, SECONDS)
    stop.set()
    into.rate.append(window.per_second)
    into.slow.append(numbers.p95(window.seconds))
    if calls is not None:
        into.heard(await calls)


async def half_load(stack: Stack, speak: Speak, rate: float, into: Measured, senders: Senders) -> None:
    """One run at half of what was sustained."""
    stop = asyncio.Event()
    calls = asyncio.create_task(callers(stack, senders, stop))
    window = await open_loop(speak, rate, HALF_SECONDS)
    stop.set()
    into.rate.append(rate)
    into.slow.append(numbers.p95(window.seconds))
    into.heard(await calls)


async def one_setup(rasas: int, runs: int, stock: bool) -> tuple[Measured, Measured, Measured]:
    """Ours at full load, stock at full load, ours at half load; the two full loads take turns."""
    ours, theirs, half = Measured(), Measured(), Measured()
    senders = Senders("+1998")
    async with running(rasas=rasas, stock=stock) as stack:
        counts = await reply_counts(stack, senders, MESSAGES)
        for run in range(runs):
            await full_load(stack, through_gateway(stack, counts, f"+19{run:02d}"), ours, senders)
            await settled(stack, 30.0)
            if stock:
                await full_load(stack, through_rest(stack, f"r{run}"), theirs, None)
        rate = median(ours.rate) / 2
        for run in range(runs):
            await half_load(stack, through_gateway(stack, counts, f"+18{run:02d}"), rate, half, senders)
            await settled(stack, 30.0)
        ours.asked_again = stack.vendor.asked_again
    return ours, theirs, half


async def measure(runs: int) -> list[Found]:
    """With two Rasa servers, as an installation on two cores runs, against stock; then with one."""
    ours, theirs, half = await one_setup(2, runs, stock=True)
    single, _, single_half = await one_setup(1, runs, stock=False)
    ratio = median(mine / other for mine, other in zip(ours.rate, theirs.rate, strict=True))
    figures = (
        at_least("turns per second, ours with two Rasa servers / stock", ratio, 3.0),
        Figure("ours, two Rasa servers", median(ours.rate), "turns/s"),
        Figure("ours, one Rasa server", median(single.rate), "turns/s"),
        Figure("stock Rasa, `rest` channel, its Redis stores", median(theirs.rate), "turns/s"),
        at_most("calls beside the full load: webhook to TwiML, p95", median(ours.webhooks), 15.0, "s"),
        Figure("calls beside the full load: whole turn, fillers included, p95", median(ours.voice), "s"),
        Figure("calls beside the full load: fillers per turn", median(ours.fillers)),
        at_most("texts at half load, webhook to vendor, p95", median(half.slow) * MS, 500.0, "ms"),
        at_most("calls at half load, whole turn, p95", median(half.voice) * MS, 500.0, "ms"),
        Figure("half load", median(half.rate), "turns/s"),
        Figure("ours, texts at full load, p95 (200 who write at once wait for each other)", median(ours.slow), "s"),
        Figure("one Rasa server: texts at its half load, p95", median(single_half.slow) * MS, "ms"),
        Figure("stock Rasa at full load, p95", median(theirs.slow), "s"),
        Figure("webhooks answered 503, brought again", ours.asked_again + single.asked_again),
    )
    notes = (
        f"{CONVERSATIONS} conversations at once, {SECONDS:g} s a run; ours are whole turns, signed webhook to vendor.",
        f"Conversations are up to {MESSAGES} messages long: in longer ones stock Rasa gets slower, ours does not.",
        "Stock: Rasa 3.6.21 with those patches only without which it does not start here (`benchmarks/stock_rasa.py`).",
        "The customers and the vendor run on the same cores as what is measured.",
    )
    return [Found("load", f"{CONVERSATIONS} conversations at once", runs, figures, notes)]
