"""A scripted customer for tests: phone, handset and Messenger, driven through a running simulator.

Works the same against a simulator in this process and against one in another process::

    async with Simulator.at("http://127.0.0.1:8081/simulator") as sim:
        handset = sim.handset()                      # the customer's own number
        await handset.texts("where is my card")
        await handset.receives("on its way")         # waits for a text message that contains these words
        code = re.search(r"\\d{6}", await handset.receives(re.compile(r"\\d{6}")))

        phone = await sim.call()                     # calls the voice number
        await phone.hears("how can I help")          # waits; what was heard before does not count again
        await phone.says("I want to talk to a person")
        await phone.presses("2")                     # waits until the call listens for keys
        await phone.stays_silent()                   # the prompt's timeout passes at once

        agent = await sim.rings("+12125550160")      # a phone that the installation rings
        await agent.answers()
        await agent.hears("Ana")                     # the whisper
        await phone.is_joined()
        await agent.says("Hello, this is Sam")
        await phone.hears("this is Sam")
        await agent.hangs_up()

        ana = sim.messenger()
        await ana.writes("hello")
        await ana.receives("Hi")
        await ana.taps("Card")                       # a quick reply or a button by its title
        assert sim.problems() == []                  # nothing that Twilio's or Meta's debugger would show

In process: ``server = await aiohttp_server(outer)`` with ``outer.add_subapp("/simulator", create_app(settings))``, then
``Simulator.at(str(server.make_url("/simulator")))``. Speech takes no time (``pace=0``). Every wait is for an event; one that does
not come in ``within`` real seconds fails with an AssertionError that tells what did come. Words are compared without regard to
case and spacing; a compiled pattern may be given instead.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

Event = dict[str, Any]
Words = str | re.Pattern[str]
WITHIN = 10.0


class Simulator:
    """A client of one simulator. Use ``Simulator.at``."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url = url.rstrip("/")
        self._session = session
        self._changed = asyncio.Condition()
        self._broken = ""
        self._claimed: set[str] = set()
        self.events: list[Event] = []
        self.number = ""
        self.psid = ""

    @classmethod
    @asynccontextmanager
    async def at(cls, url: str, *, pace: float = 0.0) -> AsyncIterator[Simulator]:
        """Connect; only what happens from now on is seen."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=10)
        async with aiohttp.ClientSession(timeout=timeout, headers={"X-Simulator": "1"}) as session:
            sim = cls(url, session)
            await sim.post("options", pace=pace)
            async with session.get(f"{sim._url}/api/state") as response:
                state = await response.json()
            sim.number, sim.psid = state["customer"], state["psid"]
            follower = asyncio.create_task(sim._follow(state["seq"]))
            try:
                yield sim
            finally:
                follower.cancel()
                await asyncio.gather(follower, return_exceptions=True)

    # -- people -------------------------------------------------------------------------------------------------

    def handset(self, number: str | None = None) -> Handset:
        """The SMS handset of the customer, or of another number."""
        return Handset(self, number or self.number)

    def messenger(self, psid: str | None = None) -> MessengerUser:
        """The Messenger client of the customer, or of another person."""
        return MessengerUser(self, psid or self.psid)

    async def call(self, from_: str | None = None) -> Phone:
        """Call the voice number; ``from_`` may be another number or ``anonymous``."""
        call = await self.post("calls", **{"from": from_ or self.number})
        return Phone(self, call["sid"])

    async def rings(self, number: str | None = None, within: float = WITHIN) -> Phone:
        """Wait until a phone rings (at ``number``), and take it as a Phone that is not answered yet."""

        def ringing(event: Event) -> bool:
            call = event.get("call", {})
            right = call.get("status") == "ringing" and call["direction"] != "inbound" and call["sid"] not in self._claimed
            return bool(right and number in (None, call["to"]))

        event = await self.wait(ringing, f"a ringing phone {number or ''}", within)
        self._claimed.add(event["call"]["sid"])
        return Phone(self, event["call"]["sid"])

    async def become(self, number: str) -> None:
        """The customer is somebody else: another number, and new to Messenger."""
        known = await self.post("customer", number=number, fresh=True)
        self.number, self.psid = known["number"], known["psid"]

    # -- the world ----------------------------------------------------------------------------------------------

    async def moves_clock(self, seconds: float) -> None:
        """Simulated time moves forward: timeouts, Messenger's 24 hours, delays."""
        await self.post("clock", advance=seconds)

    async def faults(self, **wanted: float | str) -> None:
        """Set fields of ``simulator.faults.Faults``, such as ``rest_next=2, rest_mode="429"``."""
        await self.post("faults", **wanted)

    async def verifies_messenger(self) -> bool:
        """Meta's verification handshake; True when the challenge came back."""
        return bool((await self.post("messenger/verify"))["verified"])

    def exchanges(self, what: str | None = None) -> list[Event]:
        """Webhooks and REST requests so far; ``what`` as in the live view (``voice``, ``sms``, ``Twilio REST``, ...)."""
        return [e for e in self.events if e["kind"] == "exchange" and what in (None, e["what"])]

    def problems(self) -> list[str]:
        """Everything the vendors' debuggers would show, so far."""
        return [f"{p['code']}: {p['text']}" for e in self.events for p in e.get("problems", ())]

    # -- the wire -----------------------------------------------------------------------------------------------

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        """One request to the page's API, awaited until its events are here. AssertionError with its sentence when refused."""
        async with self._session.post(f"{self._url}/api/{path}", json=body) as response:
            text = await response.text()
            if response.status != 200:
                raise AssertionError(f"simulator: {path}: {text}")
        answer: dict[str, Any] = json.loads(text)
        return answer

    async def wait(self, match: Callable[[Event], bool], what: str, within: float, start: int = 0) -> Event:
        """The first event from index ``start`` on that matches. AssertionError when none comes in time."""
        found = await self.wait_for(lambda: next((e for e in self.events[start:] if match(e)), None), what, within, list)
        assert found is not None
        return found

    async def wait_for(
        self, look: Callable[[], Event | None], what: str, within: float, came: Callable[[], Iterable[str]]
    ) -> Event | None:
        """What ``look`` finds, as soon as it finds something; ``came`` tells the failure what did come."""
        try:
            async with asyncio.timeout(within), self._changed:
                while (found := look()) is None:
                    if self._broken:
                        raise AssertionError(f"{what}: the simulator is gone ({self._broken})")
                    await self._changed.wait()
                return found
        except TimeoutError:
            told = "\n  ".join(came()) or "nothing"
            raise AssertionError(f"no {what} within {within:g} s; what came:\n  {told}") from None

    async def _follow(self, seq: int) -> None:
        try:
            async with self._session.get(f"{self._url}/api/events", params={"after": str(seq)}, read_bufsize=2**20) as response:
                async for line in response.content:
                    if line.startswith(b"data: "):
                        await self._take(json.loads(line[6:]))
            self._broken = "its stream ended"
        except aiohttp.ClientError as error:
            self._broken = type(error).__name__
        async with self._changed:
            self._changed.notify_all()

    async def _take(self, event: Event) -> None:
        async with self._changed:
            self.events.append(event)
            self._changed.notify_all()


class Phone:
    """One leg of a call: the customer's, or a phone that rings."""

    def __init__(self, sim: Simulator, sid: str) -> None:
        self._sim = sim
        self._cursor = 0
        self.sid = sid

    @property
    def heard(self) -> list[str]:
        """Everything this leg has heard so far."""
        return [e["text"] for e in self._sim.events if self._mine(e)]

    @property
    def state(self) -> dict[str, Any]:
        """The leg's latest snapshot (``simulator.call.Call.snapshot``)."""
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

    async def says(self, text: str, confidence: float | None = 0.93, within: float = WITHIN) -> None:
        """Speak as soon as the call listens (or the other side is there)."""
        answer = await self._sim.post(f"calls/{self.sid}/speech", text=text, confidence=confidence, wait=within)
        assert answer["taken"], f"nobody listened to {text!r}"

    async def stays_silent(self, within: float = WITHIN) -> None:
        """Let the prompt end and its timeout pass."""
        answer = await self._sim.post(f"calls/{self.sid}/silence", wait=within)
        assert answer["taken"], "the call did not listen"

    async def answers(self) -> None:
        """Pick up."""
        answer = await self._sim.post(f"calls/{self.sid}/answer")
        assert answer["taken"], "the phone does not ring"

    async def refuses(self) -> None:
        """Reject the ringing call: busy."""
        await self._sim.post(f"calls/{self.sid}/refuse")

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

    def __init__(self, sim: Simulator, number: str) -> None:
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

    def __init__(self, sim: Simulator, psid: str) -> None:
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
        """Wait for a message that contains the words; gives it (``simulator.messenger.Item``)."""

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
