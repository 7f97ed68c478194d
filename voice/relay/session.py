"""One ConversationRelay socket: the caller's words and keys in, the scripts' words out.

Events are worked on one after the other. Each answer goes through the same steps as a ``<Gather>`` answer
(``voice.calls``), so a repeated event, a second socket or a change to ``<Gather>`` never makes a second turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from bot.model import Call
from bot.ports import Calls, Clock
from voice.relay import frames
from voice.relay.call_steps import CallSteps, asking, form_of
from voice.relay.rendering import Listen, Utterance, messages, spoken_then, utterance
from voice.relay.state import REPLAY_SECONDS, Pending, RelayState, RelayStates, Replay
from voice.relay.timer import Sleep, Timer
from voice.script import Collect, Prompt

QUEUED = 64
"""Events that may wait for the one before; more are dropped and counted. A person makes far fewer."""

ENDING = "#*"
"""Keys by which people end their answer, asked for or not."""

Heard = Callable[[str, str], Awaitable[None]]
"""Told what a caller heard of an answer they cut short: conversation id, words as spoken."""


class Displaced(Exception):
    """Another socket of this call has taken over: this one says and changes nothing any more."""


@dataclass(frozen=True, slots=True)
class Elapsed:
    """The timer rang."""


@dataclass(frozen=True, slots=True)
class Gone:
    """The socket is gone: nothing comes after this."""


Event: TypeAlias = frames.Prompt | frames.Dtmf | frames.Interrupt | Elapsed | Gone


@dataclass(frozen=True, slots=True)
class Parts:
    """What every session of a line shares. ``absolute``: a path of ours as a public address."""

    steps: CallSteps
    calls: Calls
    states: RelayStates
    heard: Heard
    clock: Clock
    sleep: Sleep
    absolute: Callable[[str], str]
    on_ignored: Callable[[str], None]


class RelaySession:
    """One socket of one call. ``send`` puts a message on the wire. Run ``work`` beside ``take``."""

    def __init__(self, parts: Parts, owner: str, call: Call, state: RelayState, send: Callable[[str], Awaitable[None]]) -> None:
        self.sid = call.sid
        self._parts = parts
        self._owner = owner
        self._call = call
        self._state = state
        self._seal = parts.states.seal(call.sid)
        self._send = send
        self._events: asyncio.Queue[tuple[Event, int]] = asyncio.Queue(QUEUED)
        self._answers = 0
        self._tail = ""
        self._timer = Timer(parts.sleep, lambda: self._put(Elapsed()))
        self._replay = Replay(())
        self._began = parts.clock()
        self._listen = Listen(call.step)
        self._spoken = self._asked = ""
        self._seconds = 0.0
        self._markable = self._said_all = False
        self._busy = True
        self._language = ""

    # -- what comes from the socket --------------------------------------------------------------------------------

    def take(self, frame: frames.Incoming) -> None:
        """One message, in the order of the wire."""
        match frame:
            case frames.Prompt(last=False):
                self._wait()
            case frames.Prompt() | frames.Dtmf() | frames.Interrupt():
                self._timer.stop()
                self._put(frame)
            case frames.Info(name="agentSpeaking", value="off"):
                self._said_all = True
                self._wait()
            case frames.Info(name="clientSpeaking", value="off"):
                self._wait()
            case frames.Info(name="agentSpeaking", value="on"):
                self._said_all = False
                self._wait(self._seconds)
            case frames.Info(name="clientSpeaking", value="on"):
                self._timer.stop()
            case frames.Error():
                self._parts.on_ignored("relay_error")
            case frames.Setup():
                self._parts.on_ignored("relay_second_setup")
            case _:
                return

    def gone(self) -> None:
        """The socket is gone. ``work`` ends when what had come before is worked on."""
        self._timer.stop()
        self._put(Gone())

    def _put(self, event: Event) -> None:
        try:
            self._events.put_nowait((event, self._answers))
        except asyncio.QueueFull:
            self._parts.on_ignored("relay_flood")

    def _wait(self, saying: float = 0.0) -> None:
        """Listen from now on; ``saying``: seconds that our own words still take. Keys are given the same patience.
        While an answer is worked on, nobody waits for the caller."""
        if not self._busy:
            self._timer.set(saying + self._listen.timeout)

    # -- life ------------------------------------------------------------------------------------------------------

    async def work(self, *, again: bool) -> None:
        """Until the session has ended or the socket is gone (cancelled). ``again``: Twilio reconnected this session.

        Raises Displaced, StoreUnavailable, and ConnectionError when the socket broke.
        """
        try:
            going = await self._resume(again)
            while going:
                event, before = await self._events.get()
                going = await self._on(event, ahead=before < self._answers)
        finally:
            self._timer.stop()

    async def end(self, **data: object) -> None:
        """End the session; Twilio asks ``<Connect action>`` with the data."""
        await self._put_out(frames.End(handoffData=frames.handoff_data(**data)))

    async def _resume(self, again: bool) -> bool:
        """Say what is asked; a reconnected session goes on where it stood."""
        pending = self._state.pending
        if again:
            self._replay = Replay(self._state.log)
        if pending and pending.step == self._call.step:
            return await self._answer(pending, mark=False)
        step = self._call.step
        asked = await asking(self._parts.steps, self._parts.calls, self._call)
        return await self._carry_out(utterance(asked), step - 1, mark=not again, said=again and self._state.sent == step)

    async def _on(self, event: Event, *, ahead: bool) -> bool:
        """One event; False when the session is over. ``ahead``: it came before the present question was put."""
        tail = self._tail if ahead else ""
        match event:
            case Gone():
                return False
            case Elapsed():
                return await self._elapsed()
            case frames.Interrupt(heard=heard):
                if not await self._known(event):
                    await self._interrupted(heard)
                return True
            case frames.Prompt(text=text):
                self._tail = ""
                return await self._known(event) or await self._speech(text.strip())
            case frames.Dtmf(digit=digit) if digit in tail:
                return await self._known(event) or self._passed_over()
            case frames.Dtmf(digit=digit):
                self._tail = ""
                return await self._known(event) or await self._key(digit)

    async def _known(self, event: frames.Prompt | frames.Dtmf | frames.Interrupt) -> bool:
        """True for an event that a replay brings again; a new one is noted, and kept with the next change."""
        if (self._parts.clock() - self._began).total_seconds() > REPLAY_SECONDS:
            self._replay.over()
        mark = self._seal.mark(*_mark(event))
        if self._replay.is_again(mark):
            self._parts.on_ignored("relay_replayed")
            self._wait()
            return True
        self._state = self._state.noted(mark)
        return False

    # -- what the caller did ---------------------------------------------------------------------------------------

    async def _speech(self, text: str) -> bool:
        if self._state.keys or not self._listen.speech or not text:
            self._parts.on_ignored("relay_speech_unasked")  # as in <Gather>, keys that were begun win
            self._wait()
            return True
        return await self._answer(Pending(self._listen.step, text=text))

    async def _key(self, key: str) -> bool:
        listen, begun = self._listen, self._state.keys
        if not listen.keys:
            self._parts.on_ignored("relay_key_unasked")
            self._wait()
            return True
        if key == listen.finish_key:
            return await self._answer(Pending(listen.step, digits=begun))
        keys = begun + key
        if len(keys) == listen.count:
            self._tail = f"{ENDING}{key}" if key not in ENDING else ""
            return await self._answer(Pending(listen.step, digits=keys))
        await self._keep(replace(self._state, keys=keys))
        self._wait()
        return True

    def _passed_over(self) -> bool:
        """A key that belongs to the answer before: the one that ends figures which their number had ended, or one that was
        pressed twice. Nobody has heard the present question yet, so nothing was cut short by it."""
        self._parts.on_ignored("relay_late_key")
        self._wait()
        return True

    async def _elapsed(self) -> bool:
        """Keys that were not finished are the answer; without any, it was silence. What came meanwhile goes first."""
        if not self._events.empty():
            return True
        return await self._answer(Pending(self._listen.step, digits=self._state.keys))

    async def _interrupted(self, heard: str) -> None:
        """Keep what was heard, unless all of it was, or it was no answer of the assistant's."""
        self._wait()
        heard = frames.unmarked(heard)
        if not self._markable or _plain(heard) == _plain(self._spoken):
            return
        self._markable = False
        await self._keep(self._state)
        await self._parts.heard(self._call.conversation_id, heard)

    # -- answers ---------------------------------------------------------------------------------------------------

    async def _answer(self, given: Pending, *, mark: bool = True) -> bool:
        """One step: kept first, so that it is neither lost nor worked on twice; then said."""
        self._busy = True
        self._timer.stop()
        await self._keep(replace(self._state, pending=given, keys=""))
        form = form_of(self._call, given)
        answer = utterance(await self._parts.steps.answered(form, given.step))
        while isinstance(then := answer.then, Collect):
            await self._mine()
            await self._say(answer)
            answer = utterance(await self._parts.steps.collected(form, then.step, then.tries))
        await self._mine()
        return await self._carry_out(answer, given.step, mark=mark)

    async def _carry_out(self, answer: Utterance, step: int, *, mark: bool, said: bool = False) -> bool:
        """What answers ``step``; ``said``: its words went out before."""
        if not isinstance(answer.then, Listen):
            await self.end(document=step)
            return False
        self._listen = answer.then
        self._answers += 1
        if not said:
            await self._say(answer)
        self._call = await self._parts.calls.get(self.sid) or self._call
        self._markable = mark and not said and await self._fresh(answer, answer.then.step)
        self._asked = answer.words
        await self._keep(replace(self._state, pending=None, sent=answer.then.step))
        self._busy = False
        self._wait(0.0 if self._said_all else answer.seconds)  # short words may be over before they are kept
        return True

    async def _fresh(self, answer: Utterance, step: int) -> bool:
        """Whether these words are an answer of the assistant's, and no question asked again or asked back."""
        if self._call.silences or self._call.misses or (self._asked and self._asked in answer.words):
            return False
        kept = await self._parts.calls.remembered(f"{self.sid}:{step}:prompt")
        return kept is None or not Prompt.from_json(kept).purpose

    async def _say(self, said: Utterance) -> None:
        self._spoken, self._seconds, self._markable, self._said_all = said.words, said.seconds, False, False
        out = messages(said, self._language, self._parts.absolute)
        self._language = spoken_then(said, self._language)
        for frame in out:
            await self._put_out(frame)

    async def _put_out(self, frame: frames.Outgoing) -> None:
        await self._send(frame.to_json())

    # -- the store -------------------------------------------------------------------------------------------------

    async def _mine(self) -> None:
        """Raises Displaced when another socket has this call now, here or at another gateway."""
        state = await self._parts.states.get(self.sid)
        if state is None or state.owner != self._owner:
            raise Displaced

    async def _keep(self, state: RelayState) -> None:
        """In one step with the look at whose the call is: what took it over meanwhile stays in force."""
        if await self._parts.states.change(self.sid, lambda now: state if now and now.owner == self._owner else None) is None:
            raise Displaced
        self._state = state


def _mark(event: frames.Prompt | frames.Dtmf | frames.Interrupt) -> tuple[str, str]:
    match event:
        case frames.Prompt(text=text):
            return "prompt", text
        case frames.Dtmf(digit=digit):
            return "key", digit
        case frames.Interrupt(heard=heard):
            return "interrupt", heard


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
