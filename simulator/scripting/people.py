"""The scripted customer's phone, handset and Messenger client (see ``simulator.scripting.testing``)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

Event = dict[str, Any]
Words = str | re.Pattern[str]
WITHIN = 10.0


class Follower(Protocol):
    """A client of the page's API that follows what happens (``testing.Simulator``)."""

    events: list[Event]

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        """One request to the page's API, awaited until its events are here. AssertionError with its sentence when refused."""

    async def wait_for(
        self, look: Callable[[], Event | None], what: str, within: float, came: Callable[[], Iterable[str]]
    ) -> Event | None:
        """What ``look`` finds, as soon as it finds something; AssertionError when that is not in time."""


class Phone:
    """One leg of a call: the customer's, or a phone that rings."""

    def __init__(self, sim: Follower, sid: str) -> None:
        self._sim = sim
        self._cursor = 0
        self.sid = sid

    @property
    def heard(self) -> list[str]:
        """Everything this leg has heard so far."""
        return [e["text"] for e in self._sim.events if self._mine(e)]

    @property
    def heard_in(self) -> str:
        """The language of the words that this leg has heard last; empty before any."""
        words = (e for e in reversed(self._sim.events) if self._mine(e) and e["verb"] == "Say")
        return next((str(e.get("language", "")) for e in words), "")

    @property
    def state(self) -> dict[str, Any]:
        """The leg's latest snapshot (``simulator.twilio_voice.call.Call.snapshot``)."""
        return next((e["call"] for e in reversed(self._sim.events) if e["kind"] == "call" and e["call"]["sid"] == self.sid), {})

    async def hears(self, words: Words, within: float = WITHIN) -> str:
        """Wait for spoken words (they may be spread over several sentences); gives all that was heard up to them."""

        def look() -> Event | None:
            text = ""
            for index, event in enumerate(self._sim.events):
                if index >= self._cursor and self._mine(event):
                    text = f"{text} {event['text']}"
                    if _matches(words, text):
                        self._cursor = index + 1
                        return {"text": text.strip()}
            return None

        found = await self._sim.wait_for(look, f"{_shown(words)} heard", within, lambda: self.heard)
        return str(found["text"]) if found else ""

    async def presses(self, keys: str, within: float = WITHIN) -> None:
        """Press keys as soon as the call listens for them."""
        answer = await self._sim.post(f"calls/{self.sid}/keys", digits=keys, wait=within)
        assert answer["taken"], f"nobody listened for the keys {keys}"

    async def says(
        self,
        text: str,
        confidence: float | None = 0.93,
        within: float = WITHIN,
        partials: Sequence[str] = (),
        language: str = "",
    ) -> None:
        """Speak as soon as the call listens (or the other side is there). ``partials``: what was recognised on the way, where
        the document asks for partial results; without it, the text's own first words. ``language``: what it is said in (``es``):
        whoever listens for another one hears nonsense."""
        said = {"text": text, "confidence": confidence, "partials": list(partials), "language": language}
        answer = await self._sim.post(f"calls/{self.sid}/speech", **said, wait=within)
        assert answer["taken"], f"nobody listened to {text!r}"

    async def interrupts(self, text: str, after: str, within: float = WITHIN) -> None:
        """Speak over the words as soon as they have come to ``after`` (on a relay call)."""
        answer = await self._sim.post(f"calls/{self.sid}/interrupt", text=text, after=after, wait=within)
        assert answer["taken"], f"nobody could be interrupted after {after!r}"

    async def loses_relay(self, code: int = 39001) -> None:
        """The relay's session breaks; the call goes on with what ``<Connect action>`` answers."""
        answer = await self._sim.post(f"calls/{self.sid}/relay", do="fail", code=code)
        assert answer["taken"], "the call is not on the relay"

    async def relay_reconnects(self, replay: int = 0) -> None:
        """The relay's socket breaks and is opened again; the last ``replay`` events come a second time."""
        answer = await self._sim.post(f"calls/{self.sid}/relay", do="reconnect", replay=replay)
        assert answer["taken"], "the call is not on the relay"

    async def stays_silent(self, within: float = WITHIN) -> None:
        """Let the prompt end and its timeout pass."""
        answer = await self._sim.post(f"calls/{self.sid}/silence", wait=within)
        assert answer["taken"], "the call did not listen"

    async def answers(self, by: str = "human") -> None:
        """Pick up; ``by="machine"`` is an answering machine, for calls made with MachineDetection."""
        answer = await self._sim.post(f"calls/{self.sid}/answer", by=by)
        assert answer["taken"], "the phone does not ring"

    async def refuses(self) -> None:
        """Reject the ringing call: busy."""
        await self._sim.post(f"calls/{self.sid}/refuse")

    async def ignores(self) -> None:
        """Let it ring until it stops: no answer."""
        await self._sim.post(f"calls/{self.sid}/ignore")

    async def is_on_hold(self, within: float = WITHIN) -> None:
        """Wait until this leg is on hold in a conference."""
        await self._until(lambda call: bool(call["held"]), "leg on hold", within)

    async def hangs_up(self) -> None:
        """End the call, if it has not ended."""
        await self._sim.post(f"calls/{self.sid}/hangup")

    async def is_joined(self, within: float = WITHIN) -> None:
        """Wait until the other side is on the line."""
        await self._until(lambda call: call["activity"] == "joined", "joined call", within)

    async def ends(self, status: str | None = None, within: float = WITHIN) -> str:
        """Wait until the call is over (with this status); gives the status."""
        call = await self._until(lambda call: call["activity"] == "over", "end of the call", within)
        assert status in (None, call["status"]), f"the call ended as {call['status']}"
        return str(call["status"])

    async def _until(self, match: Callable[[dict[str, Any]], bool], what: str, within: float) -> dict[str, Any]:
        def look() -> Event | None:
            return self.state if self.state and match(self.state) else None

        return await self._sim.wait_for(look, what, within, lambda: [f"{self.state}", *self.heard]) or {}

    def _mine(self, event: Event) -> bool:
        return bool(event["kind"] == "heard" and event["sid"] == self.sid and event["verb"] != "Tone")


class Handset:
    """The SMS side of a phone number."""

    def __init__(self, sim: Follower, number: str) -> None:
        self._sim = sim
        self._cursor = 0
        self.number = number

    @property
    def inbox(self) -> list[str]:
        """The texts that have arrived here, each once."""
        return [e["message"]["body"] for e in self._sim.events if self._arrived(e)]

    async def texts(self, text: str) -> None:
        """Send a text message to the installation."""
        await self._sim.post("sms", text=text, **{"from": self.number})

    async def receives(self, words: Words, within: float = WITHIN) -> str:
        """Wait for a text that contains the words; gives it whole. Texts up to it do not count again."""

        def look() -> Event | None:
            for index, event in enumerate(self._sim.events):
                if index >= self._cursor and self._arrived(event) and _matches(words, event["message"]["body"]):
                    self._cursor = index + 1
                    return event
            return None

        found = await self._sim.wait_for(look, f"text with {_shown(words)}", within, lambda: self.inbox)
        return str(found["message"]["body"]) if found else ""

    def _arrived(self, event: Event) -> bool:
        """Each message once: when it is delivered."""
        message = event.get("message", {}) if event["kind"] == "sms" else {}
        return bool(message and message["to"] == self.number and message["status"] == "delivered")


class MessengerUser:
    """One person's Messenger thread with the page."""

    def __init__(self, sim: Follower, psid: str) -> None:
        self._sim = sim
        self._cursor = 0
        self.psid = psid

    @property
    def inbox(self) -> list[str]:
        """The messages that have arrived here."""
        return [e["item"]["text"] for e in self._sim.events if self._arrived(e)]

    async def writes(self, text: str) -> None:
        """Send a message to the page."""
        await self._sim.post("messenger", text=text, psid=self.psid)

    async def receives(self, words: Words, within: float = WITHIN) -> dict[str, Any]:
        """Wait for a message that contains the words; gives it (``simulator.messenger.messenger.Item``)."""

        def look() -> Event | None:
            for index, event in enumerate(self._sim.events):
                if index >= self._cursor and self._arrived(event) and _matches(words, _text_of(event["item"])):
                    self._cursor = index + 1
                    return event
            return None

        found = await self._sim.wait_for(look, f"message with {_shown(words)}", within, lambda: self.inbox)
        return dict(found["item"]) if found else {}

    async def taps(self, title: str) -> None:
        """Tap the newest quick reply or button with this title."""
        for event in reversed([e for e in self._sim.events if self._arrived(e)]):
            for reply in event["item"]["quick_replies"]:
                if reply.get("title") == title:
                    await self._sim.post("messenger", text=title, payload=reply["payload"], psid=self.psid)
                    return
            for button in _buttons(event["item"]):
                if button["title"] == title and button["type"] == "postback":
                    await self._sim.post("messenger", text=title, payload=button["payload"], button=True, psid=self.psid)
                    return
        raise AssertionError(f"there is nothing named {title!r} to tap")

    async def reads(self) -> None:
        """Open the thread: everything so far is read."""
        await self._sim.post("messenger/read", psid=self.psid)

    def _arrived(self, event: Event) -> bool:
        item = event.get("item", {}) if event["kind"] == "messenger" else {}
        return bool(item and item["psid"] == self.psid and item["author"] == "page" and item["status"] == "delivered")


def _buttons(item: dict[str, Any]) -> list[dict[str, Any]]:
    payload = (item.get("attachment") or {}).get("payload", {})
    return [*payload.get("buttons", []), *(b for element in payload.get("elements", []) for b in element.get("buttons", []))]


def _text_of(item: dict[str, Any]) -> str:
    payload = (item.get("attachment") or {}).get("payload", {})
    return str(item["text"] or payload.get("text") or " ".join(e.get("title", "") for e in payload.get("elements", [])))


def _matches(words: Words, text: str) -> bool:
    if isinstance(words, re.Pattern):
        return words.search(text) is not None
    return " ".join(words.split()).casefold() in " ".join(text.split()).casefold()


def _shown(words: Words) -> str:
    return repr(words.pattern if isinstance(words, re.Pattern) else words)
