"""One journey from beginning to end, and what the customer saw of it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from journeys.customers import Customer
from journeys.outcome import Outcome, Told
from journeys.proving import prove
from journeys.script import CHANNELS, Journey, Step
from journeys.seats import PATIENCE, Line, MessengerSeat, Missed, PhoneSeat, Seat, SmsSeat, WebSeat, matches
from journeys.stage import Stage
from journeys.understood import in_words, settled
from journeys.words import Words

Deed = Callable[[], Awaitable[None]]
POLL_SECONDS = 0.05
POLLS = 160
"""How often the internal API is asked before what was expected counts as missing: on a busy machine a part that was stopped
needs seconds to catch up."""


@dataclass(slots=True)
class Walk:
    """A journey under way."""

    stage: Stage
    journey: Journey
    customer: Customer
    web: WebSeat
    sms: SmsSeat
    messenger: MessengerSeat
    voice: PhoneSeat
    words: Words
    told: Told = field(default_factory=Told)
    _cursor: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    _latest: str = ""
    _unread: str | None = None

    @classmethod
    async def of(cls, stage: Stage, journey: Journey) -> Walk:
        """At its beginning: a customer nobody has met, with all four channels."""
        who = await stage.customer(journey.customer)
        web, sms = WebSeat(stage.public, int(who.psid[2:])), SmsSeat(stage.sim, who.number)
        messenger, voice = MessengerSeat(stage.sim, who.psid), PhoneSeat(stage.sim, who.number)
        return cls(stage, journey, who, web, sms, messenger, voice, Words(who, sms))

    async def goes(self) -> Outcome:
        """Take every step; the first that does not come true ends it."""
        began = asyncio.get_running_loop().time()
        trouble = await self._trouble()
        self.told.news(self.seats)
        self.told.lines += await self._why() if trouble else []
        left = await self._trouble_in_leaving()
        return Outcome(self.journey, trouble or left, tuple(self.told.lines), asyncio.get_running_loop().time() - began)

    async def _trouble(self) -> str | None:
        try:
            for number, step in enumerate(self.journey.steps, 1):
                try:
                    await self.takes(step)
                except AssertionError as error:
                    raise Missed(f"step {number}, {step.who} {step.verb} {step.words!r}: {error}") from error
            await self._in_the_end()
        except AssertionError as error:
            return str(error)
        return None

    async def _trouble_in_leaving(self) -> str | None:
        """What could not be put back is this journey's trouble; the others go on."""
        try:
            await self.leaves()
        except AssertionError as error:
            return f"in the end: {error}"
        return None

    async def takes(self, step: Step) -> None:
        """Do it, and wait for what has to follow."""
        words = await self.words.filled(step.words)
        self.told.news(self.seats)
        self.told.step(step, words)
        before = {channel: len(seat.lines) for channel, seat in self.seats.items()}
        await self._do(step, words)
        found = [(channel, await self._comes(channel, await self.words.filled(pattern))) for channel, pattern in step.expect]
        for channel, line in found:
            self._cursor[channel] = max(self._cursor[channel], line + 1)
        self._never(step, before)
        await self._options(step)
        await self._known(step)

    @property
    def seats(self) -> Mapping[str, Seat]:
        """Where the customer sits, by the name that steps use."""
        return {"web": self.web, "sms": self.sms, "messenger": self.messenger, "voice": self.voice}

    # -- deeds ---------------------------------------------------------------------------------------------------

    async def _do(self, step: Step, words: str) -> None:
        if step.who == "agent":
            await self._agent_does(step.verb, words)
        elif step.who == "time":
            await self._time_passes(step)
        else:
            self._latest = step.who if step.verb != "receives" else self._latest
            self._unread = words if step.verb == "says" and step.owner == "person" and not step.expect else None
            await self._deed(step.who, step.verb, words)

    async def _deed(self, channel: str, verb: str, words: str) -> None:
        await self._deeds(channel, words)[verb]()

    def _deeds(self, channel: str, words: str) -> Mapping[str, Deed]:
        seat = self.seat(channel)
        return {
            "says": lambda: seat.says(words),
            "taps": lambda: seat.taps(words),
            "receives": _nothing,
            "arrives": lambda: self._arrives(channel),
            "proves": lambda: self._proves(channel),
            "opens": lambda: self.web.opens(words),
            "reloads": self.web.opens,
            "calls": self.voice.calls,
            "picks up": self.voice.picks_up,
            "presses": lambda: self.voice.presses(words),
            "stays silent": self.voice.stays_silent,
            "hangs up": self.voice.hangs_up,
            "is over": self.voice.is_over,
        }

    async def _arrives(self, channel: str) -> None:
        """As one comes to a channel: a call begins, the chat is opened; a text or a message just begins."""
        if channel == "voice":
            await self.voice.calls()
        elif channel == "web":
            await self.web.opens()

    async def _proves(self, channel: str) -> None:
        seat = self.seat(channel)
        await prove(seat, self.voice, self.customer.number, self.words)
        self._cursor[channel] = len(seat.lines)

    async def _agent_does(self, verb: str, words: str) -> None:
        handoff = await self._until(lambda thread: thread["handoff"] and thread["handoff"]["id"], "an open handoff")
        agent = self.stage.agent
        await self._is_seen()
        if verb == "accepts":
            await agent.accepts(handoff)
        elif verb == "replies":
            await agent.replies(handoff, words)
        else:
            await agent.closes(handoff, words)

    async def _is_seen(self) -> None:
        """An agent answers what they have read: wait until the customer's last words stand in the transcript."""
        words, self._unread = self._unread, None
        if words is not None:
            await self._until(
                lambda thread: any(words in line["text"] for line in thread["transcript"]), f"{words!r} on the desk"
            )

    async def _time_passes(self, step: Step) -> None:
        thread = await self.thread()
        if thread is None:
            raise Missed("nobody has been here yet")
        await self.stage.lets_time_pass(thread["contact"]["id"], step.passes)

    # -- checks --------------------------------------------------------------------------------------------------

    async def _comes(self, channel: str, pattern: str) -> int:
        """Wait for the words among what came since the last step's lines; the number of the line that has them."""
        seat, found = self.seat(channel), -1

        def look() -> bool:
            nonlocal found
            lines = seat.lines
            found = next((n for n in range(self._cursor[channel], len(lines)) if matches(pattern, lines[n].text)), -1)
            return found >= 0

        await seat.changed(look, f"{pattern!r} was expected on {channel} and did not come within {PATIENCE:g} s")
        self.told.news(self.seats)
        return found

    def _never(self, step: Step, before: Mapping[str, int]) -> None:
        for channel, seat in self.seats.items():
            for line in seat.lines[before[channel] :]:
                for pattern in step.never:
                    if matches(pattern, line.text):
                        raise Missed(f"{pattern!r} must not come, and came on {channel}")

    async def _options(self, step: Step) -> None:
        if step.options is None:
            return
        seat = self.seat(step.who)
        newest: Line = seat.lines[self._cursor[step.who] - 1]
        if newest.options != step.options:
            raise Missed(f"options {list(step.options)} were expected, and {list(newest.options)} came")

    async def _known(self, step: Step) -> None:
        """What the assistant knows, and who owns the conversation: as soon as it is so, else what it is instead."""
        if step.owner:
            await self._until(lambda t: ("person" if t["handoff"] else "bot") == step.owner, f"owner {step.owner}")
        for name, value in step.slots.items():
            wanted = await self.words.filled(value) if isinstance(value, str) else value
            await self._until(lambda t, name=name, wanted=wanted: _slot(t, name) == wanted, f"slot {name} = {wanted!r}", name)  # type: ignore[misc]
        if step.proof:
            await self._until(lambda t: step.proof in {a["proof"] for a in t["contact"]["addresses"]}, f"proof {step.proof}")

    async def _until(self, look: Callable[[dict[str, Any]], Any], what: str, slot: str = "") -> Any:
        """Poll the internal API: it has no events to wait for, and what is awaited is on its way already."""
        thread: dict[str, Any] | None = None
        for _ in range(POLLS):
            thread = await self.thread()
            if thread is not None and (found := look(thread)):
                return found
            await asyncio.sleep(POLL_SECONDS)
        instead = f"; it is {_slot(thread, slot)!r}" if slot and thread else ""
        raise Missed(f"{what} was expected{instead}")

    async def _in_the_end(self) -> None:
        await self._is_not_asked_again()

    async def _is_not_asked_again(self) -> None:
        thread = await self.thread()
        asked = (thread or {}).get("repeats", [])
        if len(asked) > self.journey.repeats:
            raise Missed(f"asked again for what was known: {', '.join(asked)}")

    async def thread(self) -> dict[str, Any] | None:
        """The conversation where the customer acted last (after a code all channels have the same)."""
        order = [self._latest, *(channel for channel in CHANNELS if channel != self._latest)]
        for channel in order:
            address = await self._address(channel)
            if address and (found := await self.stage.conversation(address)):
                return found
        return None

    async def _address(self, channel: str) -> str | None:
        if channel == "web":
            return await self.stage.web_address(self.web.token) if self.web.token else None
        return {"messenger": f"messenger:{self.customer.psid}"}.get(channel, f"tel:{self.customer.number}")

    async def thread_of(self, channel: str) -> dict[str, Any] | None:
        """The conversation of one channel as the internal API shows it; None before anything was said there."""
        address = await self._address(channel)
        return await self.stage.conversation(address) if address else None

    async def _why(self) -> list[str]:
        """What was understood at each step, for whoever looks for the reason."""
        thread = await self.thread()
        return ["understood:", *in_words(await settled(self.stage, thread["id"]))] if thread and "id" in thread else []

    def seat(self, channel: str) -> Seat:
        """One of them."""
        return self.seats[channel]

    async def leaves(self) -> None:
        """Close the tab and hang up."""
        try:
            await self.web.closes()
            if self.voice.calling:
                await self.voice.hangs_up()
        except (AssertionError, OSError):  # it is over anyway
            return


async def _nothing() -> None:
    return None


def _slot(thread: Mapping[str, Any], name: str) -> Any:
    return next((slot["value"] for slot in thread["slots"] if slot["name"] == name), None)


async def run_all(stage: Stage, journeys: Iterable[Journey], at_once: int = 6) -> list[Outcome]:
    """Several at a time, each with a customer of its own; in the order given."""
    slots = asyncio.Semaphore(at_once)

    async def one(journey: Journey) -> Outcome:
        async with slots:
            walk = await Walk.of(stage, journey)
            return await walk.goes()

    return list(await asyncio.gather(*(one(journey) for journey in journeys)))
