"""One ConversationRelay socket: the caller's words and keys in, the documents' words out.

Events are worked on one after the other. Each answer goes through the same steps as a ``<Gather>`` answer
(``voice.calls``), so a repeated event, a second socket or a change to ``<Gather>`` never makes a second turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

from bot.model import Call
from bot.ports import Calls, Clock
from voice import hold_music
from voice import relay_frames as frames
from voice.forms import VoiceForm, read_form
from voice.relay_script import Collect, Listen, Script, Silence, Sound, Words, read, sentences
from voice.relay_state import REPLAY_SECONDS, Pending, RelayState, RelayStates, Replay, fingerprint
from voice.relay_timer import Sleep, Timer
from voice.twiml import Prompt

QUEUED = 64
"""Events that may wait for the one before; more are dropped and counted. A person makes far fewer."""

Heard = Callable[[str, str], Awaitable[None]]
"""Told what a caller heard of an answer they cut short: conversation id, words as spoken."""


class Documents(Protocol):
    """The call's steps as TwiML (``voice.calls.VoiceLine``). The first two never raise: they apologise."""

    async def answered(self, form: VoiceForm, step: int) -> str: ...
    async def collected(self, form: VoiceForm, step: int, tries: int) -> str: ...
    async def again(self, call: Call) -> str:
        """What the call is doing now, made anew."""
        ...


async def asking(documents: Documents, calls: Calls, call: Call) -> str:
    """The document that brought the call where it is: the kept answer to the step before, else made anew."""
    kept = await calls.remembered(f"{call.sid}:{call.step - 1}")
    then = read(kept).then if kept else None
    if kept and not (isinstance(then, Listen) and then.step != call.step):
        return kept
    return await documents.again(call)


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

    documents: Documents
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
        self._send = send
        self._events: asyncio.Queue[Event] = asyncio.Queue(QUEUED)
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
            self._events.put_nowait(event)
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
                going = await self._on(await self._events.get())
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
        document = await asking(self._parts.documents, self._parts.calls, self._call)
        return await self._carry_out(document, step - 1, mark=not again, said=again and self._state.sent == step)

    async def _on(self, event: Event) -> bool:
        """One event; False when the session is over."""
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
                return await self._known(event) or await self._speech(text.strip())
            case frames.Dtmf(digit=digit):
                return await self._known(event) or await self._key(digit)

    async def _known(self, event: frames.Prompt | frames.Dtmf | frames.Interrupt) -> bool:
        """True for an event that a replay brings again; a new one is noted, and kept with the next change."""
        if (self._parts.clock() - self._began).total_seconds() > REPLAY_SECONDS:
            self._replay.over()
        mark = _mark(event)
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
            return await self._answer(Pending(listen.step, digits=keys))
        await self._keep(replace(self._state, keys=keys))
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
        document = await self._parts.documents.answered(form, given.step)
        while isinstance(then := (script := read(document)).then, Collect):
            await self._mine()
            await self._say(script)
            document = await self._parts.documents.collected(form, then.step, then.tries)
        await self._mine()
        return await self._carry_out(document, given.step, mark=mark)

    async def _carry_out(self, document: str, step: int, *, mark: bool, said: bool = False) -> bool:
        """The document that answers ``step``; ``said``: its words went out before."""
        script = read(document)
        if not isinstance(script.then, Listen):
            await self.end(document=step)
            return False
        self._listen = script.then
        if not said:
            await self._say(script)
        self._call = await self._parts.calls.get(self.sid) or self._call
        self._markable = mark and not said and await self._fresh(script, script.then.step)
        self._asked = script.words
        await self._keep(replace(self._state, pending=None, sent=script.then.step))
        self._busy = False
        self._wait(0.0 if self._said_all else script.seconds)  # short words may be over before they are kept
        return True

    async def _fresh(self, script: Script, step: int) -> bool:
        """Whether these words are an answer of the assistant's, and no question asked again or asked back."""
        if self._call.silences or self._call.misses or (self._asked and self._asked in script.words):
            return False
        kept = await self._parts.calls.remembered(f"{self.sid}:{step}:prompt")
        return kept is None or not Prompt.from_json(kept).purpose

    async def _say(self, script: Script) -> None:
        """Sentence by sentence: the first is spoken while the others are on their way."""
        self._spoken, self._seconds, self._markable, self._said_all = script.words, script.seconds, False, False
        out = self._switch(script.then.language) if isinstance(script.then, Listen) else []
        for piece in script.pieces:
            uncut = None if piece.interruptible else False
            if isinstance(piece, Words):
                lang = piece.language if piece.language != self._language else None
                parts = sentences(frames.speakable(piece.text))
                tokens = [frames.token(part, piece.rate) for part in parts]
                out += [frames.Text(token=one, lang=lang or None, interruptible=uncut) for one in tokens]
            elif isinstance(piece, Silence):
                out.append(frames.Play(source=self._parts.absolute(hold_music.silent_url(piece.seconds)), interruptible=uncut))
            else:
                out.append(self._sound(piece, uncut))
        if out and isinstance(out[-1], frames.Text):
            out[-1] = out[-1].model_copy(update={"last": True})
        for frame in out:
            await self._put_out(frame)

    def _switch(self, language: str) -> list[frames.Outgoing]:
        """Listen and speak in the document's language; the session began in that of its first."""
        before, self._language = self._language, language or self._language
        if not before or before == self._language:
            return []
        return [frames.Language(ttsLanguage=self._language, transcriptionLanguage=self._language)]

    def _sound(self, piece: Sound, interruptible: bool | None) -> frames.Outgoing:
        if piece.digits:
            return frames.SendDigits(digits=piece.digits.replace("W", "ww"))
        return frames.Play(source=self._parts.absolute(piece.source), loop=piece.loop, interruptible=interruptible)

    async def _put_out(self, frame: frames.Outgoing) -> None:
        await self._send(frame.to_json())

    # -- the store -------------------------------------------------------------------------------------------------

    async def _mine(self) -> None:
        """Raises Displaced when another socket has this call now, here or at another gateway."""
        state = await self._parts.states.get(self.sid)
        if state is None or state.owner != self._owner:
            raise Displaced

    async def _keep(self, state: RelayState) -> None:
        await self._mine()
        self._state = state
        await self._parts.states.save(self.sid, state)


def form_of(call: Call, given: Pending) -> VoiceForm:
    """An answer as a ``<Gather>`` would bring it."""
    fields = {"CallSid": call.sid, "From": call.caller.value, "CallStatus": "in-progress"}
    return read_form({**fields, "Digits": given.digits[:64], "SpeechResult": given.text})


def _mark(event: frames.Prompt | frames.Dtmf | frames.Interrupt) -> str:
    match event:
        case frames.Prompt(text=text):
            return fingerprint("prompt", text)
        case frames.Dtmf(digit=digit):
            return fingerprint("key", digit)
        case frames.Interrupt(heard=heard):
            return fingerprint("interrupt", heard)


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
