"""What a phone turn costs over the same turn without a phone: webhook in to TwiML out, against Rasa alone."""

from __future__ import annotations

from statistics import median
from time import monotonic

from benchmarks import numbers
from benchmarks.flat import META
from benchmarks.results import Figure, Found, at_most
from benchmarks.stack import Stack, running
from benchmarks.traffic import Caller, Senders
from bot.model import ChannelName
from bot.rasa_client import RasaClient

MS = 1000.0
WORDS = ("what can you do", "are you a robot", "how are you doing", "thanks", "what can you do", "are you a robot")
CALLS = 10
"""Calls of one run."""


async def one_call(stack: Stack, client: RasaClient, senders: Senders, name: str) -> tuple[list[float], list[float]]:
    """A call and, turn by turn beside it, the same words said straight to Rasa's voice channel."""
    caller, called, asked = Caller(stack, senders.new()), list[float](), list[float]()
    await caller.calls()
    await client.turn(name, ChannelName.VOICE, f"{name}:0", payload="/call_started", metadata=VOICE, timeout=30.0)
    for number, words in enumerate(WORDS, 1):
        called.append(await caller.says(words))
        asked.append(await _asked(client, name, number, words))
    return called, asked


async def _asked(client: RasaClient, name: str, number: int, words: str) -> float:
    began = monotonic()
    await client.turn(name, ChannelName.VOICE, f"{name}:{number}", text=words, metadata=VOICE, timeout=30.0)
    return monotonic() - began


async def measure(runs: int) -> list[Found]:
    """Both sides, and what the gateway and the phone line add."""
    called, asked, senders = list[list[float]](), list[list[float]](), Senders("+1997")
    async with running() as stack:
        client = RasaClient(stack.http, stack.rasa_urls[0], stack.plan.settings.rasa_token)
        await one_call(stack, client, senders, "warm")
        for run in range(runs):
            pairs = [await one_call(stack, client, senders, f"v{run}-{call}") for call in range(CALLS)]
            called.append([seconds for one, _ in pairs for seconds in one])
            asked.append([seconds for _, one in pairs for seconds in one])
    added = [[mine - alone for mine, alone in zip(*pair, strict=True)] for pair in zip(called, asked, strict=True)]
    figures = (
        at_most("the gateway's share of a phone turn, median", median(median(run) for run in added) * MS, 10.0, "ms"),
        Figure("phone turn, webhook in to TwiML out, median", median(median(run) for run in called) * MS, "ms"),
        Figure("the same, p95", median(numbers.p95(run) for run in called) * MS, "ms"),
        Figure("the same words straight to Rasa over HTTP, median", median(median(run) for run in asked) * MS, "ms"),
        Figure("phone turn / without the phone, median", numbers.ratio_of(called, asked)),
    )
    note = f"{CALLS * len(WORDS)} turns of each side in a run, turn by turn; the share is the median of the pairs' differences."
    return [Found("voice", "A turn on the phone", runs, figures, (note,))]


VOICE = {**META, "channel": "voice"}
