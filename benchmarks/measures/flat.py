"""Whether a turn late in a conversation costs what an early one did: our tracker store and Rasa's, the same model."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from statistics import median
from time import monotonic
from typing import Any

from benchmarks import numbers
from benchmarks.results import Figure, Found, at_most
from benchmarks.stack import Stack, running
from benchmarks.traffic import SCRIPT, Missing, line
from bot.model import ChannelName
from bot.rasa_http.client import RasaClient

MS = 1000.0
EARLY, LATE = 10, 1000
STOCK_AT = (10, 60, 240)
SLOW, SLOW_RUNS, SLOW_STEPS = 240, 2, (0, 5)
"""Stock Rasa's turns from this message on take seconds each: only these are timed, in so many runs."""
AROUND = len(SCRIPT)
"""Turns that are timed at each place: one whole pass through the script, so that both places say the same."""
META = {"channel": "sms", "proof": "claimed", "tel": None, "event_of_ours": False}


@dataclass(slots=True)
class Times:
    """Seconds of turns, by where in the conversation they stood, run by run."""

    ours: defaultdict[int, list[list[float]]] = field(default_factory=lambda: defaultdict(list))
    stock: defaultdict[int, list[list[float]]] = field(default_factory=lambda: defaultdict(list))


async def ours_says(client: RasaClient, conversation: str, number: int) -> float:
    """One turn of ours over HTTP, as the gateway asks for it."""
    began = monotonic()
    answer = await client.turn(
        conversation, ChannelName.SMS, f"{conversation}:{number}", text=line(number), metadata=META, timeout=30.0
    )
    if not answer.replies:
        raise Missing(f"{line(number)!r} had no answer")
    return monotonic() - began


async def stock_says(stack: Stack, conversation: str, number: int) -> float:
    """One turn of stock Rasa's ``rest`` channel."""
    body = {"sender": conversation, "message": line(number), "metadata": META}
    began = monotonic()
    async with stack.http.post(f"{stack.stock_url}/webhooks/rest/webhook", json=body) as answer:
        if answer.status != 200 or not await answer.json():
            raise Missing("stock Rasa gave no answer")
    return monotonic() - began


async def grown(client: RasaClient, conversation: str, length: int) -> list[dict[str, Any]]:
    """A conversation of ``length`` messages, had in earnest with our store; its events."""
    for number in range(length):
        await ours_says(client, conversation, number)
    return await client.events(conversation)


def first_messages(events: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """The events up to, and without, user message ``count`` (from 0): that is, ``count`` messages and their answers."""
    places = [place for place, event in enumerate(events) if event["event"] == "user"]
    return events[: places[count]] if count < len(places) else events


async def give_stock(stack: Stack, conversation: str, events: list[dict[str, Any]]) -> None:
    """The same history for stock Rasa, by its own API (having it in earnest takes the better part of an hour)."""
    url = f"{stack.stock_url}/conversations/{conversation}/tracker/events"
    async with stack.http.put(url, json=events, params={"include_events": "NONE"}) as answer:
        if answer.status != 200:
            raise Missing(f"stock Rasa answered {answer.status} to a history")


async def one_run(stack: Stack, client: RasaClient, run: int, events: list[dict[str, Any]], times: Times) -> None:
    """Turn by turn in all conversations side by side, so that whatever disturbs the machine disturbs them all."""
    begin = {place: place - AROUND // 2 for place in (EARLY, LATE)}
    for number in range(begin[EARLY]):
        await ours_says(client, f"flat-early-{run}", number)
    places = [place for place in STOCK_AT if place < SLOW or run < SLOW_RUNS]
    for place in places:
        await give_stock(stack, f"flat-{place}-{run}", first_messages(events, place - AROUND // 2))
    found: defaultdict[str, list[float]] = defaultdict(list)
    for step in range(AROUND):
        found["early"].append(await ours_says(client, f"flat-early-{run}", begin[EARLY] + step))
        found["late"].append(await ours_says(client, "flat-late", begin[LATE] + run * AROUND + step))
        for place in places:
            if place >= SLOW and step not in SLOW_STEPS:
                continue
            number = place - AROUND // 2 + step
            found[f"stock {place}"].append(await stock_says(stack, f"flat-{place}-{run}", number))
    times.ours[EARLY].append(found["early"])
    times.ours[LATE].append(found["late"])
    for place in places:
        times.stock[place].append(found[f"stock {place}"])


async def measure(runs: int) -> list[Found]:
    """The two ratios, and every place's median."""
    times = Times()
    async with running(stock=True) as stack:
        client = RasaClient(stack.http, stack.rasa_urls[0], stack.plan.settings.rasa_token)
        events = await grown(client, "flat-late", LATE - AROUND // 2)
        for run in range(runs):
            await one_run(stack, client, run, events, times)
    rows = [Figure(f"stock Rasa's Redis store, message {place:,}", _ms(times.stock[place]), "ms") for place in STOCK_AT]
    figures = (
        at_most("message 1,000 / message 10, our store", numbers.ratio_of(times.ours[LATE], times.ours[EARLY]), 1.1),
        Figure("message 240 / message 10, stock Rasa's Redis store", _ms(times.stock[SLOW]) / _ms(times.stock[EARLY])),
        Figure("our store, message 10", _ms(times.ours[EARLY]), "ms"),
        Figure("our store, message 1,000", _ms(times.ours[LATE]), "ms"),
        *rows,
    )
    notes = (
        f"Medians over the runs of medians of {AROUND} turns around each place, all conversations turn by turn side by side.",
        f"Stock Rasa's turns around message {SLOW} take seconds each: {len(SLOW_STEPS)} were timed in each of {SLOW_RUNS} runs.",
        "Stock Rasa at message 1,000 is not timed: on 2026-11-22 it had not taken a history so long by its own API, and "
        "answered one more, within ten minutes of one processor.",
        "Our conversation was had in earnest. Stock Rasa was given the same events by its own API, then asked the same.",
    )
    return [Found("flat", "A turn late in a conversation", runs, figures, notes)]


def _ms(runs: list[list[float]]) -> float:
    return median(median(run) for run in runs) * MS
