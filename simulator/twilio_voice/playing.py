"""The TwiML interpreter: it plays documents on a leg, verb by verb."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from simulator.twilio_voice.call import Call
from simulator.twilio_voice.documents import DocumentFailed, Source, Transfer, fetch
from simulator.twilio_voice.durations import SECONDS_OF_MUSIC, SECONDS_PER_CHARACTER
from simulator.twilio_voice.gather import Collector
from simulator.twilio_voice.recording import record
from simulator.twilio_voice.relay.session import connect
from simulator.twiml.verbs import (
    Dial,
    Document,
    Enqueue,
    Gather,
    Hangup,
    Leave,
    Pause,
    Play,
    Prompt,
    Record,
    Redirect,
    Reject,
    Relay,
    Say,
    Verb,
)
from simulator.webhooks import Request

APPLICATION_ERROR = "We are sorry. An application error has occurred. Goodbye."
ALLOWED = {
    "wait": (Say, Play, Pause, Gather, Redirect, Leave, Hangup),
    "whisper": (Say, Play, Pause, Gather, Redirect, Hangup),
}


class Ended(Exception):
    """The document ended the call."""

    def __init__(self, status: str = "completed") -> None:
        super().__init__(status)
        self.status = status


class LeftQueue(Exception):
    """``<Leave>`` in a wait document."""


class Joins(Protocol):
    """Plays the verbs that concern other legs (``joining``)."""

    async def enqueue(self, player: Player, verb: Enqueue) -> None:
        """Wait until somebody dials the queue; then the action's document, or the next verb."""

    async def dial(self, player: Player, verb: Dial) -> None:
        """Join the call with others; then the action's document, or the next verb."""


@dataclass
class Player:
    """Plays documents on one leg. ``joining`` does what concerns other legs: queues and dialling."""

    call: Call
    joining: Joins

    async def script(self, source: Source) -> None:
        """Documents until the call is over; what fails is spoken as Twilio's application error."""
        try:
            await self.follow(source)
        except DocumentFailed:
            if self.call.started_at is None:
                self.call.set_status("in-progress")
            await self.speak(Say(APPLICATION_ERROR))
        except LeftQueue:
            self.call.problem(12200, "<Leave> outside a queue ends the call")
        except Ended as ended:
            self.call.hang_up(ended.status)

    async def follow(self, source: Source, context: str = "") -> None:
        """Play documents from ``source`` on, until one runs out of verbs."""
        following: Source | None = source
        while following:
            document = await self._load(following)
            if self.call.status == "ringing" and self.call.direction == "inbound":
                self._pick_up(document)
            following = await self._play(document, context)

    async def _load(self, source: Source) -> Document:
        self.call.tell("fetching")
        webhooks, fallback = self.call.world.webhooks, self.call.fallback
        try:
            return await fetch(webhooks, source, self.call.jar)
        except DocumentFailed as failed:
            if not fallback or source.request is None:
                raise
            extra = [("ErrorCode", str(failed.problem.code)), ("ErrorUrl", source.request.url)]
            return await fetch(webhooks, self.call.source(fallback[0], fallback[1], extra), self.call.jar)

    def _pick_up(self, document: Document) -> None:
        """An incoming call is answered by the first verb, unless that refuses it."""
        if not (document.verbs and isinstance(document.verbs[0], Reject)):
            self.call.set_status("in-progress")

    async def _play(self, document: Document, context: str) -> Source | None:
        allowed = ALLOWED.get(context)
        try:
            for verb in document.verbs:
                if allowed and not isinstance(verb, allowed):
                    self.call.problem(12200, f"<{type(verb).__name__}> is not allowed in a {context} document")
                    continue
                await self._verb(verb, document)
        except Transfer as transfer:
            return transfer.source
        return None

    async def _verb(self, verb: Verb, document: Document) -> None:
        match verb:
            case Say() | Play() | Pause():
                await self.speak(verb)
            case Gather():
                await self._gather(verb, document)
            case Redirect():
                raise Transfer(self.call.source(verb.url or document.url, verb.method))
            case Enqueue():
                await self.joining.enqueue(self, verb)
            case Dial():
                await self.joining.dial(self, verb)
            case Relay():
                await connect(self.call, verb)
            case Record():
                await record(self.call, verb, document)
            case Leave():
                raise LeftQueue
            case Hangup():
                raise Ended
            case Reject():
                await self._reject(verb)

    async def _reject(self, verb: Reject) -> None:
        if self.call.started_at is not None:
            self.call.problem(12200, "<Reject> after the call was answered ends it like <Hangup>")
        self.call.hear("Tone", "busy signal" if verb.reason == "busy" else "the number is not in service")
        raise Ended("busy" if verb.reason == "busy" else "no-answer")

    # -- sound --------------------------------------------------------------------------------------------------

    async def speak(self, prompt: Prompt) -> None:
        """One prompt, as long as it takes."""
        self.call.tell("speaking")
        clock, pace = self.call.world.clock, self.call.world.pace
        match prompt:
            case Pause(length=length):
                await clock.sleep(length)
            case Say(text=text, loop=loop, language=language):
                for _ in range(loop or 1000):
                    self.call.hear("Say", text, language=language)
                    await clock.sleep(len(text) * SECONDS_PER_CHARACTER * pace)
            case Play(url=url, digits=digits, loop=loop):
                for _ in range(loop or 1000):
                    self.call.hear("Play", digits or url.rsplit("/", 1)[-1], url=url)
                    await clock.sleep(max(SECONDS_OF_MUSIC * pace, 0.5) if url else len(digits) * 0.5 * pace)

    async def _prompts(self, prompts: Sequence[Prompt]) -> None:
        for prompt in prompts:
            await self.speak(prompt)

    # -- answers ------------------------------------------------------------------------------------------------

    async def _gather(self, verb: Gather, document: Document) -> None:
        collector = Collector(verb)
        self.call.collector = collector
        try:
            await self._until_answered(verb, collector)
        finally:
            self.call.collector = None
        if collector.empty and not verb.action_on_empty:
            return
        raise Transfer(self.call.source(verb.action or document.url, verb.method, collector.fields()))

    async def _until_answered(self, verb: Gather, collector: Collector) -> None:
        """Prompt, then silence; the first key or word ends the prompt."""
        prompts = asyncio.ensure_future(self._prompts(verb.prompts))
        touched = asyncio.ensure_future(collector.changed.wait())
        try:
            await asyncio.wait({prompts, touched}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            touched.cancel()
            prompts.cancel()
        collector.prompting = False
        self.call.tell("listening")
        while not collector.done:
            collector.changed.clear()
            if not await self.call.world.clock.wait(collector.changed, collector.patience(self.call.world.pace)):
                collector.expire()
            if verb.partial_url:
                self._partial(verb.partial_url, collector)

    def _partial(self, url: str, collector: Collector) -> None:
        """Each in a request of its own, whose answer is not looked at."""
        for extra in collector.partial_fields():
            self.call.world.webhooks.later(Request("partial", url, [*self.call.fields(), *extra]))
