"""One leg of a phone call: its state, what both ends may do to it, and its status callbacks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp

from simulator.signing import Fields, new_sid
from simulator.twilio_voice.documents import Source, Transfer
from simulator.twilio_voice.gather import Collector
from simulator.twilio_voice.ports import ConversationRelay, Joint
from simulator.webhooks import Request
from simulator.world import World

ENDED = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
EVENT_OF_STATUS = {"queued": "initiated", "ringing": "ringing", "in-progress": "answered"}
ANONYMOUS = "anonymous"


@dataclass
class Call:
    """A leg. ``direction`` is ``inbound`` (the customer calls), ``outbound-api`` or ``outbound-dial`` (somebody is rung).

    ``to`` may be a browser (``client:<identity>``), which is told ``params``; ``silenced``: it has muted itself.
    ``watcher`` is told of every change of ``status``. ``activity`` is for people and tests: ``ringing``, ``fetching``,
    ``speaking``, ``listening``, ``waiting``, ``joined``, ``recording``, ``silent`` or ``over``.
    """

    world: World
    from_: str
    to: str
    direction: str
    status: str = "queued"
    sid: str = field(default_factory=lambda: new_sid("CA"))
    parent_sid: str | None = None
    status_callback: str | None = None
    status_method: str = "POST"
    status_events: frozenset[str] = frozenset({"completed"})
    fallback: tuple[str, str] | None = None
    activity: str = "ringing"
    collector: Collector | None = None
    bridge: Joint | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    created_at: datetime = field(init=False)
    relay: ConversationRelay | None = None
    watcher: Callable[[Call], None] | None = None
    queue: str | None = None
    held: bool = False
    machine_detection: str | None = None
    verstat: str = ""
    answered_by: str = "human"
    words: list[str] = field(default_factory=list)
    hang_on_star: bool = False
    params: str = ""
    silenced: bool = False
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    jar: aiohttp.CookieJar = field(default_factory=lambda: aiohttp.CookieJar(unsafe=True))
    said: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None
    _script: asyncio.Task[None] | None = None
    _next: Source | None = None
    _final: str = ""
    _sequence: int = 0

    def __post_init__(self) -> None:
        self.created_at = self.world.clock.now()

    # -- what is known ------------------------------------------------------------------------------------------

    @property
    def live(self) -> bool:
        """The call has not ended."""
        return self.status not in ENDED

    @property
    def redirected(self) -> bool:
        """The REST API has given it another document, which is about to begin."""
        return self._next is not None

    @property
    def duration(self) -> int:
        """Whole seconds since it was answered."""
        if self.started_at is None:
            return 0
        return round(((self.ended_at or self.world.clock.now()) - self.started_at).total_seconds())

    @property
    def detected(self) -> str:
        """``AnsweredBy`` as answering machine detection says it."""
        if self.answered_by != "machine":
            return self.answered_by
        return "machine_start" if self.machine_detection == "Enable" else "machine_end_beep"

    def fields(self) -> list[tuple[str, str]]:
        """The parameters of each voice webhook. https://www.twilio.com/docs/voice/twiml#request-parameters"""
        settings = self.world.settings
        found = [
            ("AccountSid", settings.account_sid),
            ("ApiVersion", "2010-04-01"),
            ("CallSid", self.sid),
            ("CallStatus", self.status),
            ("Called", self.to),
            ("Caller", self.from_),
            ("Direction", self.direction),
            ("From", self.from_),
            ("To", self.to),
        ]
        for side in ("From", "To", "Caller", "Called"):
            found += [(f"{side}City", ""), (f"{side}State", "NY"), (f"{side}Zip", ""), (f"{side}Country", "US")]
        if self.verstat:  # https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir
            found.append(("StirVerstat", self.verstat))
        if self.parent_sid:
            found.append(("ParentCallSid", self.parent_sid))
        if self.machine_detection and self.started_at:
            found += [("AnsweredBy", self.detected), ("MachineDetectionDuration", "2500")]
        return found

    def source(self, url: str, method: str = "POST", extra: Fields = ()) -> Source:
        """A request for a document, with the call's parameters."""
        return Source(Request("voice", url, [*self.fields(), *extra], method))

    def transfer(self, url: str, method: str, extra: Fields) -> Transfer:
        """The exception that goes on with another document."""
        return Transfer(self.source(url, method, extra))

    def snapshot(self) -> dict[str, Any]:
        """The leg as the page and the tests see it."""
        gather = self.collector.gather if self.collector else None
        return {
            "sid": self.sid,
            "from": self.from_,
            "to": self.to,
            "direction": self.direction,
            "parent": self.parent_sid,
            "status": self.status,
            "activity": self.activity,
            "queue": self.queue,
            "held": self.held,
            "accepts": [k for k, on in (("keys", gather.dtmf), ("speech", gather.speech)) if on] if gather else [],
            "timeout": gather.timeout if gather else None,
            "duration": self.duration,
            "started_at": self.started_at.isoformat() if self.started_at else None,
        }

    # -- what happens -------------------------------------------------------------------------------------------

    def tell(self, activity: str | None = None) -> None:
        """Journal the leg as it is now."""
        self.activity = activity or self.activity
        self.world.journal.add("call", call=self.snapshot())

    def hear(self, verb: str, text: str, **more: object) -> None:
        """Something reaches this leg's ear."""
        self.world.journal.add("heard", sid=self.sid, verb=verb, text=text, **more)

    def problem(self, code: int, text: str) -> None:
        """Journal something that Twilio's debugger would show."""
        self.world.journal.add("problem", sid=self.sid, problems=[{"code": code, "text": text}])

    def set_status(self, status: str) -> None:
        """Change the status and call back whoever asked for it."""
        self.status = status
        now = self.world.clock.now()
        if status == "in-progress" and self.started_at is None:
            self.started_at = now
            self.answered.set()
        if status in ENDED:
            self.ended_at = now
        self.tell()
        if self.watcher:
            self.watcher(self)
        event = "completed" if status in ENDED else EVENT_OF_STATUS[status]
        if self.status_callback and event in self.status_events:
            self._call_back(self.status_callback)

    def _call_back(self, url: str) -> None:
        fields = [
            *self.fields(),
            ("Timestamp", self.world.clock.rfc2822()),
            ("CallbackSource", "call-progress-events"),
            ("SequenceNumber", str(self._sequence)),
        ]
        if self.status in ENDED:
            fields += [("CallDuration", str(self.duration)), ("Duration", str(-(-self.duration // 60)))]
        self._sequence += 1
        self.world.webhooks.later(Request("call status", url, fields, self.status_method))

    # -- what the person at this end does -----------------------------------------------------------------------

    def press(self, key: str) -> bool:
        """One key; False when nobody listens for it."""
        ear = self.relay or self.collector
        taken = ear.press(key) if ear else False
        if not taken and self.bridge and self.hang_on_star and key == "*":
            self.bridge.part(self)
            return True
        self.world.journal.add("pressed", sid=self.sid, key=key, taken=taken)
        if taken and self.collector and self.collector.done:
            self.collector = None
        return taken

    def say(self, text: str, confidence: float | None = 0.93, on_the_way: Sequence[str] = (), language: str = "") -> bool:
        """A whole utterance, and what was recognised on the way to it; False when nobody listens. ``language``: what it is said
        in, where a recogniser of another language shall make nonsense of it."""
        if self.silenced:
            self.world.journal.add("said", sid=self.sid, text=text, taken=False)
            return False
        taken = self.collector.say(text, confidence, on_the_way, language) if self.collector else False
        if self.relay:
            taken = self.relay.say(text, language)
        if self.bridge:
            self.bridge.speak(self, text)
            taken = True
        if self.activity == "recording":
            taken = True
            self.words.append(text)
            self.said.set()
        if text.strip():
            self.world.journal.add("said", sid=self.sid, text=text, taken=taken)
        return taken

    def listens(self, kind: str) -> bool:
        """Would ``keys`` or ``speech`` be heard now? On a bridge, speech always is."""
        if kind == "speech" and (self.activity in ("joined", "recording")):
            return True
        if self.relay:
            return self.relay.listens(kind)
        if self.collector is None or self.collector.deaf:
            return False
        return self.collector.gather.speech if kind == "speech" else self.collector.gather.dtmf

    def begin_speech(self) -> bool:
        """The person starts to speak; the prompt stops and the timeout waits for the end."""
        return self.collector.begin_speech() if self.collector else False

    def answer(self, by: str = "human") -> bool:
        """Pick up a ringing phone (``human``, ``machine``, ``fax``, ``unknown``); False when it does not ring."""
        if self.status != "ringing" or self.direction == "inbound":
            return False
        self.answered_by = by
        self.set_status("in-progress")
        return True

    def hang_up(self, final: str = "completed") -> bool:
        """End it: ``completed`` once it was answered, before that as ``final`` says (``busy``, ``no-answer``, ``canceled``)."""
        if not self.live:
            return False
        self._final = "completed" if self.started_at else "canceled" if final == "completed" else final
        self._stop()
        return True

    def hang_up_unanswered(self) -> None:
        """Nobody picked up in time."""
        self._final = "no-answer"

    def go_on_with(self, source: Source) -> None:
        """The REST API gives the live call another document."""
        self._next = source
        self._stop()

    def _stop(self) -> None:
        if self._script and not self._script.done():
            self._script.cancel()
        elif self.task:
            self.task.cancel()

    # -- life ---------------------------------------------------------------------------------------------------

    async def live_through(self, script: Callable[[Source], Coroutine[Any, Any, None]], source: Source) -> None:
        """Run documents until the call ends, whoever ends it; a change by the REST API starts anew."""
        try:
            following: Source | None = source
            while following and not self._final:
                self._script = asyncio.create_task(script(following))
                await asyncio.wait({self._script})
                if not self._script.cancelled() and (error := self._script.exception()):
                    raise error
                following, self._next = self._next, None
        finally:
            if self._script and not self._script.done():
                self._script.cancel()
            self.finish()

    def finish(self) -> None:
        """The leg is gone."""
        if self.live:
            self.collector = None
            if self.bridge:
                self.bridge.part(self)
            self.activity = "over"
            self.set_status(self._final or "completed")
        self.over.set()
