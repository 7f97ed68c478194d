"""Where the customer sits: web chat, SMS, Messenger, the phone. Each gives the lines in the order the customer saw them."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp

from journeys.script import is_pattern
from simulator.scripting.testing import Handset, MessengerUser, Phone, Simulator

PATIENCE = 12.0
"""Seconds until words that do not come are missed."""


class Missed(AssertionError):
    """Something did not happen; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Line:
    """What the customer saw or heard, with the options that came with it."""

    text: str
    options: tuple[str, ...] = ()


class Seat(Protocol):
    """One channel's side of the customer."""

    @property
    def lines(self) -> list[Line]:
        """Everything that came, oldest first."""
        ...

    async def changed(self, look: Callable[[], bool], what: str) -> None:
        """Wait until ``look`` is true. Raises Missed."""
        ...

    async def says(self, text: str) -> None: ...
    async def taps(self, title: str) -> None: ...


def matches(pattern: str, text: str) -> bool:
    """Whether the words (without regard to case and spacing) or the ``/regex/`` are in the text."""
    if is_pattern(pattern):
        return re.search(pattern[1:-1], text) is not None
    return " ".join(pattern.split()).casefold() in " ".join(text.split()).casefold()


class Simulated:
    """What the seats in the simulator share."""

    def __init__(self, sim: Simulator) -> None:
        self._sim = sim

    @property
    def lines(self) -> list[Line]:
        raise NotImplementedError

    async def changed(self, look: Callable[[], bool], what: str) -> None:
        try:
            await self._sim.wait_for(lambda: {} if look() else None, what, PATIENCE, list)
        except AssertionError as error:
            raise Missed(what) from error


class SmsSeat(Simulated):
    """The handset."""

    def __init__(self, sim: Simulator, number: str) -> None:
        super().__init__(sim)
        self._handset = Handset(sim, number)

    @property
    def lines(self) -> list[Line]:
        return [Line(text) for text in self._handset.inbox]

    async def says(self, text: str) -> None:
        await self._handset.texts(text)

    async def taps(self, title: str) -> None:
        """Texts have no buttons: the number of the newest line that ends with the title."""
        for line in reversed(self.lines):
            for number, shown in re.findall(r"(?m)^\s*(\d)[.):]? (.+)$", line.text):
                if shown.strip().casefold().startswith(title.casefold()):
                    await self.says(number)
                    return
        raise Missed(f"no text offered {title!r} under a number")


class MessengerSeat(Simulated):
    """The Messenger thread."""

    def __init__(self, sim: Simulator, psid: str) -> None:
        super().__init__(sim)
        self._user = MessengerUser(sim, psid)
        self._psid = psid

    @property
    def lines(self) -> list[Line]:
        items = [e["item"] for e in self._sim.events if e["kind"] == "messenger" and e["item"]["psid"] == self._psid]
        return [_messenger_line(i) for i in items if i["author"] == "page" and i["status"] == "delivered"]

    async def says(self, text: str) -> None:
        await self._user.writes(text)

    async def taps(self, title: str) -> None:
        await self._user.taps(title)


def _messenger_line(item: dict[str, Any]) -> Line:
    payload = (item.get("attachment") or {}).get("payload", {})
    elements = payload.get("elements", [])
    buttons = [*payload.get("buttons", []), *(b for element in elements for b in element.get("buttons", []))]
    text = item["text"] or payload.get("text") or " ".join(e.get("title", "") for e in elements)
    titles = [*(q.get("title", "") for q in item["quick_replies"]), *(b["title"] for b in buttons)]
    return Line(str(text), tuple(titles))


class PhoneSeat(Simulated):
    """The phone: the latest call's leg, and all that was heard in earlier ones."""

    def __init__(self, sim: Simulator, number: str) -> None:
        super().__init__(sim)
        self._number = number
        self._calls: list[Phone] = []

    @property
    def lines(self) -> list[Line]:
        return [Line(text) for call in self._calls for text in call.heard]

    @property
    def _call(self) -> Phone:
        if not self._calls:
            raise Missed("there is no call: it takes a step 'voice calls:' first")
        return self._calls[-1]

    @property
    def calling(self) -> bool:
        """Whether a call goes on."""
        return bool(self._calls) and self._calls[-1].state.get("activity") != "over"

    async def calls(self) -> None:
        """Dial the voice number, and hear the first words. Whoever is on the phone hangs up first."""
        if self.calling:
            await self.hangs_up()
        self._calls.append(await self._sim.call(self._number))
        call = self._calls[-1]
        await self.changed(lambda: bool(call.heard), "nothing was heard on the call")

    async def picks_up(self) -> None:
        """Answer a call of ours."""
        phone = await self._sim.rings(self._number, PATIENCE)
        self._calls.append(phone)
        await phone.answers()

    async def says(self, text: str) -> None:
        await self._call.says(text)

    async def presses(self, keys: str) -> None:
        """Keys, as soon as the call listens."""
        await self._call.presses(keys)

    async def stays_silent(self) -> None:
        """The prompt ends, and its timeout passes."""
        await self._call.stays_silent()

    async def hangs_up(self) -> None:
        """End the call."""
        await self._call.hangs_up()

    async def is_over(self) -> None:
        """Wait until the other side ended it."""
        await self._call.ends()

    async def taps(self, title: str) -> None:
        raise Missed(f"a phone has nothing to tap: say {title!r}, or press its key")


class WebSeat:
    """A browser's side of the chat socket (docs/contracts.md), without a browser."""

    def __init__(self, url: str, number: int) -> None:
        self._http: aiohttp.ClientSession | None = None
        self._from = f"127.{100 + number // 250}.{number % 250 + 1}.1"  # of the loopback: customers do not share a network
        self._url = url
        self._ws: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._changed = asyncio.Condition()
        self._lines: list[tuple[Line, dict[str, str]]] = []
        self._acks: dict[str, dict[str, Any]] = {}
        self._sent = 0
        self._seq = 0
        self._welcomed = False
        self.token = ""

    @property
    def lines(self) -> list[Line]:
        return [line for line, _ in self._lines]

    async def opens(self, carry: str = "") -> None:
        """Open the chat; ``carry`` is the one-time code of a link."""
        await self.closes()
        self._welcomed = False
        connector = aiohttp.TCPConnector(local_addr=(self._from, 0))
        self._http = aiohttp.ClientSession(connector=connector)
        self._ws = await self._http.ws_connect(f"{self._url}/chat", headers={"Origin": self._url})
        hello: dict[str, Any] = {"type": "hello", "last": self._seq}
        hello |= {"token": self.token} if self.token else {}
        hello |= {"identity": f"open.{carry}"} if carry else {}
        await self._ws.send_str(json.dumps(hello))
        self._reader = asyncio.create_task(self._read(self._ws))
        await self.changed(lambda: self._welcomed, "a welcome from the web chat")

    async def closes(self) -> None:
        """Close the tab."""
        ws, reader, http = self._ws, self._reader, self._http
        self._ws = self._reader = self._http = None
        try:
            if ws is not None:
                await ws.close()
            if reader is not None:
                await reader
        finally:
            if http is not None:
                await http.close()

    async def says(self, text: str) -> None:
        await self._send({"type": "message", "text": text})

    async def taps(self, title: str) -> None:
        for _, choices in reversed(self._lines):
            for shown, choice in choices.items():
                if shown.casefold().startswith(title.casefold()):
                    await self._send({"type": "choice", "choice": choice, "title": shown})
                    return
        raise Missed(f"there is nothing named {title!r} to tap")

    async def changed(self, look: Callable[[], bool], what: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE), self._changed:
                await self._changed.wait_for(look)
        except TimeoutError as error:
            raise Missed(what) from error

    async def _send(self, frame: dict[str, Any]) -> None:
        """Send until it is acknowledged, as the widget does: the same id again when it was too fast."""
        if self._ws is None:
            await self.opens()
        assert self._ws is not None
        self._sent += 1
        client_id = f"j{self._sent}"
        while True:
            self._acks.pop(client_id, None)
            await self._ws.send_str(json.dumps(frame | {"id": client_id}))
            await self.changed(lambda: client_id in self._acks, "an answer to what was sent by web chat")
            answer = self._acks[client_id]
            if answer["type"] == "ack":
                return
            if answer["code"] not in ("too_fast", "try_again"):
                raise Missed(f"the web chat refused it: {answer['code']}")
            await asyncio.sleep(float(answer.get("after") or 0.5))

    async def _read(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        async for message in ws:
            frame = json.loads(message.data)
            async with self._changed:
                self._take(frame)
                self._changed.notify_all()

    def _take(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "welcome":
            self.token, self._welcomed = frame["token"], True
        elif frame["type"] in ("ack", "error") and "id" in frame:
            self._acks[frame["id"]] = frame
        elif frame["type"] == "message":
            self._seq = max(self._seq, frame["seq"])
            if frame["author"] != "customer":
                choices = {o["title"]: o["choice"] for o in _options(frame)}
                self._lines.append((Line(_text(frame), tuple(choices)), choices))


def _options(frame: dict[str, Any]) -> list[dict[str, str]]:
    return [*(o for card in frame.get("cards") or () for o in card.get("options") or ()), *frame["options"]]


def _text(frame: dict[str, Any]) -> str:
    """The words, with the titles and addresses of its links."""
    links = [f"{link.get('title', '')}: {link.get('url', '')}" for link in frame.get("links") or ()]
    return "\n".join([frame["text"], *links])
