"""Customers of the benchmarks: signed webhooks in, and the time until the answer is there.

Telephone numbers are of area code 999, which nobody has.
"""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from time import monotonic
from urllib.parse import urlencode

from benchmarks.stack import NUMBERS, Stack
from simulator.signing import new_sid, twilio_signature

SCRIPT = (
    "hello",
    "what can you do",
    "where is the nearest branch",
    "10013",
    "thanks",
    "are you a robot",
    "how are you doing",
    "where is the nearest branch",
    "02110",
    "good morning",
)
"""What every customer says, over and over: a form with a custom action and the database in it, and small talk. Nothing in it
depends on who asks, so that stock Rasa, which knows no senders, does the same work."""
QUIET = 0.4
"""Seconds without a further reply after which a turn is over."""
TRIES = 20
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ACTION = re.compile(r'<Gather[^>]* action="([^"]+)"')
REDIRECT = re.compile(r"<Redirect[^>]*>([^<]+)</Redirect>")


class Missing(RuntimeError):
    """The assistant did not answer as the benchmark expects: its figures would mean nothing."""


@dataclass(slots=True)
class Senders:
    """New telephone numbers; one sender may write 40 messages a minute, so the benchmarks change them."""

    area: str = "+1999"
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1_000_000))

    def new(self) -> str:
        """A number that has not written yet."""
        return f"{self.area}{next(self._numbers):07d}"


async def post(stack: Stack, path: str, fields: Sequence[tuple[str, str]]) -> str:
    """One signed webhook; the answer's text. One that is asked to come again (503) does. Raises Missing unless it is taken."""
    url = stack.public + path
    token = stack.plan.gateway_env["TWILIO_AUTH_TOKEN"]
    headers = {**FORM, "X-Twilio-Signature": twilio_signature(token, url, fields)}
    for _ in range(TRIES):
        async with stack.http.post(url, data=urlencode(fields), headers=headers) as answer:
            text = await answer.text()
            if answer.status == 200:
                return text
        if answer.status != 503:
            break
        stack.vendor.asked_again += 1
        await asyncio.sleep(0.2)
    raise Missing(f"{path} answered {answer.status}")


def _message(stack: Stack, tel: str, words: str) -> list[tuple[str, str]]:
    account = stack.plan.gateway_env["TWILIO_ACCOUNT_SID"]
    return [
        ("MessageSid", new_sid("SM")), ("AccountSid", account), ("From", tel), ("To", NUMBERS[0]), ("Body", words),
        ("NumMedia", "0"), ("NumSegments", "1"), ("SmsStatus", "received"), ("FromCountry", "US"), ("ApiVersion", "2010-04-01"),
    ]  # fmt: skip


async def texts(stack: Stack, tel: str, words: str, replies: int = 1, timeout: float = 30.0) -> float:
    """Write an SMS; seconds from the webhook's first byte until the last of its ``replies`` is at the vendor's API.

    Raises TimeoutError when it does not come, and Missing when the webhook is not taken.
    """
    began = monotonic()
    await post(stack, "/twilio/sms", _message(stack, tel, words))
    moment = began
    for _ in range(replies):
        moment, _ = await stack.vendor.next_for(tel, timeout)
    return moment - began


async def reply_counts(stack: Stack, senders: Senders, count: int) -> list[int]:
    """How many messages answer each of a new sender's first ``count`` messages (found by asking; also warms everything up)."""
    counts, tel = list[int](), senders.new()
    for number in range(count):
        await texts(stack, tel, line(number))
        replies = 1
        while True:
            try:
                await stack.vendor.next_for(tel, QUIET)
                replies += 1
            except TimeoutError:
                break
        counts.append(replies)
    return counts


def line(number: int) -> str:
    """What a customer says as message ``number`` (from 0)."""
    return SCRIPT[number % len(SCRIPT)]


@dataclass(slots=True)
class Caller:
    """Somebody on the phone: each answer goes to the address that the TwiML before it named.

    ``webhooks`` are the seconds of each webhook (Twilio waits for 15), ``fillers`` counts how often the caller heard that we
    are still working and was sent on to collect the answer.
    """

    stack: Stack
    tel: str
    sid: str = field(default_factory=lambda: new_sid("CA"))
    path: str = ""
    webhooks: list[float] = field(default_factory=list)
    fillers: int = 0

    async def calls(self) -> float:
        """Ring; seconds until the greeting's TwiML is there."""
        return await self._turn("/twilio/voice", [])

    async def says(self, words: str) -> float:
        """Speak; seconds until the answer's TwiML is there, fillers included. Raises Missing when it asks nothing."""
        return await self._turn(self.path, [("SpeechResult", words), ("Confidence", "0.93")])

    async def _turn(self, path: str, more: Sequence[tuple[str, str]]) -> float:
        began = monotonic()
        twiml = await self._post(path, more)
        while (asked := ACTION.search(twiml)) is None:
            onward = REDIRECT.search(twiml)
            if onward is None:
                raise Missing(f"the TwiML asks nothing: {twiml[:300]}")
            self.fillers += 1
            twiml = await self._post(self._local(onward[1]), [])
        self.path = self._local(asked[1])
        return monotonic() - began

    async def _post(self, path: str, more: Sequence[tuple[str, str]]) -> str:
        account = self.stack.plan.gateway_env["TWILIO_ACCOUNT_SID"]
        known = [("CallSid", self.sid), ("AccountSid", account), ("From", self.tel), ("To", NUMBERS[1])]
        began = monotonic()
        twiml = await post(self.stack, path, [*known, ("CallStatus", "in-progress"), ("Direction", "inbound"), *more])
        self.webhooks.append(monotonic() - began)
        return twiml

    def _local(self, address: str) -> str:
        return unescape(address).removeprefix(self.stack.public)
