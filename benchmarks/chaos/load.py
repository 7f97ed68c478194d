"""Customers of the fault tests: each sends numbered messages one after another, and keeps what was accepted, in order.

A webhook that is not answered with 2xx is brought again, as a vendor would. Some are brought twice, some again much later,
and some before the one that was written first; the order that counts is the order of acceptance.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
import time
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

import aiohttp

from benchmarks.chaos.stack import Stack
from connectors.twilio.webhook_signature import signature_of
from connectors.web.log import message_id

SAYINGS = ("hello", "what can you do", "thank you", "what are your opening hours", "good morning", "thanks a lot", "hi there")
"""What the sample assistant always answers, some through the action server; nothing that calls for a person. All different
and more than four, for who says the same between few other words is taken for a robot and gets no answer (docs/door.md)."""
TIMEOUT = aiohttp.ClientTimeout(total=10, connect=3)
BRING_AGAIN = (0.3, 1.5)
DUPLICATE, LATE, REORDER = 0.10, 0.05, 0.05


@dataclass(slots=True)
class Customer:
    """One person at one address. ``accepted``: message ids as the gateway knows them, in order of acceptance."""

    address: str
    number: int
    accepted: list[str] = field(default_factory=list)
    written: int = 0


@dataclass(slots=True)
class Tally:
    """What happened on the way in."""

    refused: int = 0
    duplicates: int = 0
    late: int = 0
    reordered: int = 0
    slowest: float = 0.0
    sockets: int = 0


class Line(Protocol):
    """How one channel brings a message in."""

    async def bring(self, customer: Customer, n: int) -> str:
        """Until it is accepted; the message's id."""
        ...

    async def bring_again(self, customer: Customer, n: int) -> None:
        """The same message once more, whatever the answer."""
        ...


@dataclass(slots=True)
class Webhooks:
    """SMS and Messenger: signed webhooks, to the gateways in turn."""

    stack: Stack
    tally: Tally
    turn: int = 0

    async def bring(self, customer: Customer, n: int) -> str:
        """See Line."""
        began = time.monotonic()
        while not await self._post(customer, n):
            self.tally.refused += 1
            await asyncio.sleep(random.uniform(*BRING_AGAIN))
        self.tally.slowest = max(self.tally.slowest, time.monotonic() - began)
        return self._message(customer, n)[0]

    async def bring_again(self, customer: Customer, n: int) -> None:
        """See Line."""
        await self._post(customer, n)

    async def _post(self, customer: Customer, n: int) -> bool:
        self.turn += 1
        base = self.stack.doors[self.turn % len(self.stack.doors)]
        _, path, headers, body = self._message(customer, n)
        try:
            async with self.stack.http.post(base + path, data=body, headers=headers, timeout=TIMEOUT) as answer:
                return answer.status in range(200, 300)
        except (aiohttp.ClientError, OSError, TimeoutError):
            return False

    def _message(self, customer: Customer, n: int) -> tuple[str, str, dict[str, str], bytes]:
        settings, words = self.stack.plan.settings, SAYINGS[n % len(SAYINGS)]
        assert settings.twilio is not None and settings.messenger is not None
        if customer.address.startswith("tel:"):
            sid = f"SM{customer.number:016x}{n:016x}"
            form = [("MessageSid", sid), ("From", customer.address[4:]), ("To", settings.twilio.sms_number)]
            form += [("Body", words), ("AccountSid", settings.twilio.account_sid), ("NumMedia", "0")]
            signature = signature_of(self.stack.public + "/twilio/sms", form, settings.twilio.auth_token)
            headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
            return f"sms:{sid}", "/twilio/sms", headers, urlencode(form).encode()
        mid, psid = f"m_{customer.number}_{n}", customer.address.partition(":")[2]
        moment = int(time.time() * 1000)
        event = {"sender": {"id": psid}, "recipient": {"id": "1"}, "timestamp": moment, "message": {"mid": mid, "text": words}}
        body = json.dumps({"object": "page", "entry": [{"id": "1", "time": moment, "messaging": [event]}]}).encode()
        digest = hmac.new(settings.messenger.app_secret.encode(), body, hashlib.sha256).hexdigest()
        return (
            f"messenger:{mid}",
            "/messenger",
            {"X-Hub-Signature-256": f"sha256={digest}", "Content-Type": "application/json"},
            body,
        )


@dataclass(slots=True)
class Chat:
    """Web chat: one socket, opened again with its token when it broke; unacknowledged messages are sent again."""

    stack: Stack
    tally: Tally
    token: str = ""
    web_id: str = ""
    socket: aiohttp.ClientWebSocketResponse | None = None

    async def bring(self, customer: Customer, n: int) -> str:
        """See Line."""
        while True:
            try:
                await self._say(customer, n)
                return message_id(self.web_id, str(n))
            except (aiohttp.ClientError, OSError, TimeoutError, _NotTaken):
                self.tally.refused += 1
                await self._hang_up()
                await asyncio.sleep(random.uniform(*BRING_AGAIN))

    async def bring_again(self, customer: Customer, n: int) -> None:
        """See Line."""
        try:
            await self._say(customer, n)
        except (aiohttp.ClientError, OSError, TimeoutError, _NotTaken):
            await self._hang_up()

    async def _say(self, customer: Customer, n: int) -> None:
        async with asyncio.timeout(10):
            socket = self.socket or await self._open(customer)
            await socket.send_json({"type": "message", "id": str(n), "text": SAYINGS[n % len(SAYINGS)]})
            while True:
                frame = await self._frame(socket)
                if frame["type"] == "ack" and frame["id"] == str(n):
                    return
                if frame["type"] == "error":
                    raise _NotTaken

    async def _open(self, customer: Customer) -> aiohttp.ClientWebSocketResponse:
        base = random.choice(self.stack.doors)
        headers = {"Origin": self.stack.public}
        self.tally.sockets += 1
        self.socket = await self.stack.http.ws_connect(base.replace("http", "ws", 1) + "/chat", headers=headers)
        await self.socket.send_json({"type": "hello", **({"token": self.token} if self.token else {})})
        welcome = await self._frame(self.socket)
        if welcome["type"] != "welcome":
            raise _NotTaken
        self.token = welcome["token"]
        key = f"ot:wt:{hashlib.sha256(self.token.encode()).hexdigest()}"
        self.web_id = self.web_id or str(await self.stack.client.get(key))
        customer.address = f"web:{self.web_id}"
        return self.socket

    async def _frame(self, socket: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
        message = await socket.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise _NotTaken
        frame: dict[str, Any] = json.loads(message.data)
        return frame

    async def _hang_up(self) -> None:
        if self.socket is not None:
            await self.socket.close()
        self.socket = None


class _NotTaken(Exception):
    """The socket closed, or said that it did not store the message."""


@dataclass(slots=True)
class Crowd:
    """All customers, each in a task of its own; ``going`` is cleared to pause them between two messages."""

    stack: Stack
    pause: tuple[float, float]
    tally: Tally = field(default_factory=Tally)
    customers: list[Customer] = field(default_factory=list)
    going: asyncio.Event = field(default_factory=asyncio.Event)
    busy: int = 0
    ended: asyncio.Condition = field(default_factory=asyncio.Condition)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    extra: set[asyncio.Task[None]] = field(default_factory=set)

    def start(self, texting: int, messaging: int, chatting: int) -> None:
        """Let them write."""
        self.going.set()
        addresses = [f"tel:+1212555{n:04d}" for n in range(1000, 1000 + texting)]
        addresses += [f"messenger:{10**15 + n}" for n in range(messaging)] + ["web:"] * chatting
        webhooks = Webhooks(self.stack, self.tally)
        for number, address in enumerate(addresses, 1):
            customer = Customer(address, number)
            line: Line = Chat(self.stack, self.tally) if address == "web:" else webhooks
            self.customers.append(customer)
            self.tasks.append(asyncio.create_task(self._write(customer, line)))

    async def hold(self) -> None:
        """Returns when nobody is in the middle of a message."""
        self.going.clear()
        async with self.ended:
            await self.ended.wait_for(lambda: not self.busy)

    async def stop(self) -> None:
        """No more messages."""
        for task in [*self.tasks, *self.extra]:
            task.cancel()
        await asyncio.gather(*self.tasks, *self.extra, return_exceptions=True)

    async def _write(self, customer: Customer, line: Line) -> None:
        while True:
            await asyncio.sleep(random.uniform(*self.pause))
            await self.going.wait()
            self.busy += 1
            try:
                first = customer.written
                if random.random() < REORDER:
                    self.tally.reordered += 1
                    customer.written += 2
                    await self._bring(customer, line, first + 1)
                    await self._bring(customer, line, first)
                else:
                    customer.written += 1
                    await self._bring(customer, line, first)
            finally:
                self.busy -= 1
                async with self.ended:
                    self.ended.notify_all()

    async def _bring(self, customer: Customer, line: Line, n: int) -> None:
        customer.accepted.append(await line.bring(customer, n))
        if random.random() < DUPLICATE:
            self.tally.duplicates += 1
            await line.bring_again(customer, n)
        if random.random() < LATE and not isinstance(line, Chat):
            self.tally.late += 1
            task = asyncio.create_task(self._late(customer, line, n))
            self.extra.add(task)
            task.add_done_callback(self.extra.discard)

    async def _late(self, customer: Customer, line: Line, n: int) -> None:
        await asyncio.sleep(random.uniform(1, 8))
        await line.bring_again(customer, n)
