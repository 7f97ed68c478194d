"""What a phone turn costs over the same turn without a phone: webhook in to TwiML out, or to the relay's tokens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median
from time import monotonic

from benchmarks import numbers
from benchmarks.measures.flat import META
from benchmarks.relay_caller import relay_call
from benchmarks.results import Figure, Found, at_most
from benchmarks.stack import Stack, running
from benchmarks.traffic import Caller, Senders
from bot.model import ChannelName
from bot.rasa_http.client import RasaClient

MS = 1000.0
WORDS = ("what can you do", "are you a robot", "how are you doing", "thanks", "what can you do", "are you a robot")
CALLS = 10
"""Calls of one run."""


@dataclass(slots=True)
class Turns:
    """Seconds: until the first token (relay), until all is said, and of the same words without a phone."""

    first: list[float] = field(default_factory=list)
    called: list[float] = field(default_factory=list)
    asked: list[float] = field(default_factory=list)

    @classmethod
    def all(cls, several: Iterable[Turns]) -> Turns:
        """One run's calls as one."""
        calls = list(several)
        parts = ([s for one in calls for s in getattr(one, name)] for name in ("first", "called", "asked"))
        return cls(*parts)


async def one_call(stack: Stack, client: RasaClient, senders: Senders, name: str) -> Turns:
    """A call and, turn by turn beside it, the same words said straight to Rasa's voice channel."""
    caller, turns = Caller(stack, senders.new()), Turns()
    await caller.calls()
    await client.turn(name, ChannelName.VOICE, f"{name}:0", payload="/call_started", metadata=VOICE, timeout=30.0)
    for number, words in enumerate(WORDS, 1):
        turns.called.append(await caller.says(words))
        turns.asked.append(await _asked(client, name, number, words))
    return turns


async def _asked(client: RasaClient, name: str, number: int, words: str) -> float:
    began = monotonic()
    await client.turn(name, ChannelName.VOICE, f"{name}:{number}", text=words, metadata=VOICE, timeout=30.0)
    return monotonic() - began


async def one_relay_call(stack: Stack, client: RasaClient, senders: Senders, name: str) -> Turns:
    """The same over ConversationRelay: until the first token, and until the last."""
    turns = Turns()
    await client.turn(name, ChannelName.VOICE, f"{name}:0", payload="/call_started", metadata=VOICE, timeout=30.0)
    async with relay_call(stack, senders.new()) as caller:
        for number, words in enumerate(WORDS, 1):
            first, whole = await caller.says(words)
            turns.first.append(first)
            turns.called.append(whole)
            turns.asked.append(await _asked(client, name, number, words))
    return turns


async def measure(runs: int) -> list[Found]:
    """Both ways to talk, each against the same words without a phone."""
    gather, relay, senders = list[Turns](), list[Turns](), Senders("+1997")
    async with running() as stack:
        client = RasaClient(stack.http, stack.rasa_urls[0], stack.plan.settings.rasa_token)
        await one_call(stack, client, senders, "warm")
        await one_relay_call(stack, client, senders, "warm-relay")
        for run in range(runs):
            gather.append(Turns.all([await one_call(stack, client, senders, f"v{run}-{call}") for call in range(CALLS)]))
            relay.append(Turns.all([await one_relay_call(stack, client, senders, f"r{run}-{call}") for call in range(CALLS)]))
    return [_gather(gather, runs), _relay(relay, runs)]


def _gather(found: list[Turns], runs: int) -> Found:
    share, ratio = _share([one.called for one in found], found), _ratio([one.called for one in found], found)
    figures = (
        at_most("the gateway's share of a phone turn, median", share, 10.0, "ms"),
        Figure("phone turn, webhook in to TwiML out, median", _median(one.called for one in found), "ms"),
        Figure("the same, p95", _p95(one.called for one in found), "ms"),
        Figure("the same words straight to Rasa over HTTP, median", _median(one.asked for one in found), "ms"),
        Figure("phone turn / without the phone, median", ratio),
    )
    note = f"{CALLS * len(WORDS)} turns of each side in a run, turn by turn; the share is the median of the pairs' differences."
    return Found("voice", "A turn on the phone", runs, figures, (note,))


def _relay(found: list[Turns], runs: int) -> Found:
    share, ratio = _share([one.first for one in found], found), _ratio([one.first for one in found], found)
    figures = (
        at_most("the gateway's share of a turn over the relay, to the first token, median", share, 10.0, "ms"),
        Figure("end of speech in to first token out, median", _median(one.first for one in found), "ms"),
        Figure("the same, p95", _p95(one.first for one in found), "ms"),
        Figure("end of speech in to last token out, median", _median(one.called for one in found), "ms"),
        Figure("the same words straight to Rasa over HTTP, median", _median(one.asked for one in found), "ms"),
        Figure("first token / without the phone, median", ratio),
    )
    note = (
        "The socket is opened and signed as Twilio does; Rasa gives its answer whole, so the first token cannot come before it."
    )
    return Found("relay", "A turn over ConversationRelay", runs, figures, (note,))


def _share(called: list[list[float]], found: list[Turns]) -> float:
    """Milliseconds: the median over the runs of the medians of the pairs' differences."""
    pairs = zip(called, (one.asked for one in found), strict=True)
    return median(median(mine - alone for mine, alone in zip(*pair, strict=True)) for pair in pairs) * MS


def _ratio(called: list[list[float]], found: list[Turns]) -> float:
    return numbers.ratio_of(called, [one.asked for one in found])


def _median(runs: Iterable[list[float]]) -> float:
    return median(median(run) for run in runs) * MS


def _p95(runs: Iterable[list[float]]) -> float:
    return median(numbers.p95(run) for run in runs) * MS


VOICE = {**META, "channel": "voice"}
