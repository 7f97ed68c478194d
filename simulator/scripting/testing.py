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
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from simulator.scripting.people import WITHIN, Event, Handset, MessengerUser, Phone

__all__ = ["Handset", "MessengerUser", "Phone", "Simulator"]


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

    async def call(self, from_: str | None = None, to: str | None = None, verstat: str = "") -> Phone:
        """Call the voice number, or ``to``, another of the installation's; ``from_`` may be another number or ``anonymous``.
        ``verstat``: what the carriers say of it, such as ``TN-Validation-Passed-A``."""
        more = {"to": to} if to else {}
        call = await self.post("calls", **{"from": from_ or self.number}, **more, **({"verstat": verstat} if verstat else {}))
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
