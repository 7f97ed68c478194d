"""Requests that the vendors make to the installation: signed, timed, retried and journalled as theirs are."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urldefrag

import aiohttp
from yarl import URL

from simulator.clock import Clock
from simulator.faults import Faults
from simulator.journal import Journal
from simulator.settings import SimulatorSettings
from simulator.signing import Fields, hub_signature, idempotency_token, twilio_signature
from simulator.twiml.verbs import Problem

MESSENGER_TIMEOUT = 5.0
MESSENGER_RETRIES = (1.0, 5.0, 30.0, 120.0)
MAX_REDIRECTS = 10
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """One webhook. ``what`` is a word for the live view: ``voice``, ``sms``, ``status``, ``messenger``."""

    what: str
    url: str
    fields: Fields = ()
    method: str = "POST"
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``status`` 0: nothing did, and ``error`` says why (Twilio's code, sentence)."""

    url: str
    status: int
    content_type: str
    body: str
    milliseconds: int
    error: Problem | None = None


@dataclass
class Webhooks:
    """Sends webhooks. ``session`` is opened by ``start`` and closed by ``close``."""

    settings: SimulatorSettings
    clock: Clock
    journal: Journal
    faults: Faults
    session: aiohttp.ClientSession | None = None
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    _held: list[asyncio.Event] = field(default_factory=list)

    async def start(self) -> None:
        """Open the HTTP session."""
        self.session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())

    async def close(self) -> None:
        """Drop what is under way."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.session:
            await self.session.close()

    def background(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run something that is cancelled with the simulator."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def later(self, request: Request) -> None:
        """Send without waiting: the delay, reorder and duplicate faults apply."""
        self.background(self._deliver(request))

    async def _deliver(self, request: Request) -> None:
        if self.faults.take("reorder_next"):
            gate = asyncio.Event()
            self._held.append(gate)
            await self.clock.wait(gate, 10)
        await self.clock.sleep(self.faults.delay)
        await self._until_taken(request)
        for gate in self._held:
            gate.set()
        self._held.clear()

    async def _until_taken(self, request: Request) -> None:
        """Meta sends again until it gets a 200; Twilio's callbacks are sent once."""
        for wait in (*MESSENGER_RETRIES, None) if request.body is not None else (None,):
            answer = await self.send(request)
            self.record(request, answer, note="" if wait is None or answer.status == 200 else f"sent again after {wait:g} s")
            if wait is None or answer.status == 200:
                return
            await self.clock.sleep(wait)

    async def send(self, request: Request, jar: aiohttp.CookieJar | None = None) -> Answer:
        """Send now and give the answer; twice, with the same idempotency token, when a duplicate is due.

        A caller who hangs up meanwhile takes nothing back: the request is on its way, ends as it would have, and is journalled.
        """
        sent = self.background(self._sent(request, jar))
        try:
            return await asyncio.shield(sent)
        except asyncio.CancelledError:
            sent.add_done_callback(lambda over: self._unread(request, over))
            raise

    def _unread(self, request: Request, sent: asyncio.Task[Answer]) -> None:
        if not sent.cancelled() and not sent.exception():
            self.record(request, sent.result(), note="nobody waited for this answer any more")

    async def _sent(self, request: Request, jar: aiohttp.CookieJar | None) -> Answer:
        token = idempotency_token()
        if self.faults.take("duplicate_next"):
            self.record(request, await self._tries(request, token, jar), note="sent twice: this answer was dropped")
        return await self._tries(request, token, jar)

    async def _tries(self, request: Request, token: str, jar: aiohttp.CookieJar | None) -> Answer:
        """Retry as the connection overrides in the URL's fragment say: by default once, when it cannot connect.

        https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
        """
        overrides = dict(parse_qsl(urldefrag(request.url).fragment))
        count = overrides.get("rc", "1")
        left = int(count) if count.isdigit() and request.body is None else 0
        policy = overrides.get("rp", "ct").split(",")
        while True:
            answer, failure = await self._once(request, token, jar)
            if not left or (failure not in policy and "all" not in policy) or not failure:
                return answer
            left -= 1
            self.record(request, answer, note="retried")

    async def _once(self, request: Request, token: str, jar: aiohttp.CookieJar | None) -> tuple[Answer, str]:
        """One attempt: the answer, and what failed in the words of the overrides (``ct``, ``rt``, ``4xx``, ``5xx``)."""
        began = time.monotonic()
        url = urldefrag(request.url).url
        try:
            answer = await self._http(request, url, token, jar, began)
        except TimeoutError:
            return self._failed(url, began, 11205, "HTTP connection failure: no answer in time"), "rt"
        except aiohttp.TooManyRedirects:
            return self._failed(url, began, 11215, "more than 10 redirects"), ""
        except aiohttp.ClientConnectorError:
            return self._failed(url, began, 11205, "HTTP connection failure: nobody listens there"), "ct"
        except (aiohttp.ClientError, ValueError) as error:
            return self._failed(url, began, 11200, f"HTTP retrieval failure: {type(error).__name__}"), "rt"
        return answer, f"{answer.status // 100}xx" if answer.status >= 400 else ""

    async def _http(self, request: Request, url: str, token: str, jar: aiohttp.CookieJar | None, began: float) -> Answer:
        if self.session is None:
            raise RuntimeError("the simulator was not started")
        timeout = MESSENGER_TIMEOUT if request.body is not None else self.settings.webhook_timeout
        target = URL(url, encoded=True)
        method, data = request.method, self._data(request)
        if method == "GET" and request.fields:
            target = target.update_query(list(request.fields))
            url = str(target)
        cookies = {name: morsel.value for name, morsel in jar.filter_cookies(target).items()} if jar is not None else None
        async with self.session.request(
            method,
            target,
            data=data,
            headers=self._headers(request, url, token),
            cookies=cookies,
            max_redirects=MAX_REDIRECTS,
            timeout=aiohttp.ClientTimeout(total=timeout),
        ) as response:
            body = await response.text(errors="replace")
            if jar is not None:
                jar.update_cookies(response.cookies, response.url)
            kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            return Answer(str(response.url), response.status, kind, body, _since(began))

    def _data(self, request: Request) -> bytes | aiohttp.FormData | None:
        if request.body is not None:
            return request.body
        return aiohttp.FormData(list(request.fields)) if request.method == "POST" else None

    def _headers(self, request: Request, url: str, token: str) -> dict[str, str]:
        if request.body is not None:
            signature = hub_signature(self.settings.app_secret, request.body)
            return {"Content-Type": "application/json", "X-Hub-Signature-256": signature, "User-Agent": "facebookexternalua"}
        signed = () if request.method == "GET" else request.fields
        return {
            "X-Twilio-Signature": twilio_signature(self.settings.auth_token, url, signed),
            "I-Twilio-Idempotency-Token": token,
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
        }

    @staticmethod
    def _failed(url: str, began: float, code: int, text: str) -> Answer:
        return Answer(url, 0, "", "", _since(began), Problem(code, text))

    def record(self, request: Request, answer: Answer, problems: Sequence[Problem] = (), note: str = "") -> None:
        """Put the exchange into the journal, for the live view."""
        noted = [*([answer.error] if answer.error else []), *problems]
        if not noted and answer.status >= 400:
            noted = [Problem(11200, f"the installation answered {answer.status}")]
        self.journal.add(
            "exchange",
            direction="webhook",
            what=request.what,
            method=request.method,
            url=request.url,
            fields=dict(request.fields) if request.body is None else None,
            body=request.body.decode() if request.body is not None else None,
            status=answer.status,
            content_type=answer.content_type,
            answer=answer.body[:20_000],
            milliseconds=answer.milliseconds,
            problems=[{"code": p.code, "text": p.text} for p in noted],
            note=note,
        )


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
