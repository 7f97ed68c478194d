"""One web chat socket: who is there, what they say, and the lines of their log, in order.

Two tasks: the reader answers frames one after another; the pump sends what the log has beyond ``_cursor``.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from aiohttp import WSMsgType, web

from bot.door import LIMITS, MASK, enter
from bot.model import Address, AddressKind, Author, ChannelName, DeliveryReport, DeliveryStatus, InboundMessage
from bot.ports import Clock, DialogueUnavailable, Inbox, StoreUnavailable, Wording
from connectors.visitors import network_of
from connectors.web import frames
from connectors.web.hub import Hub
from connectors.web.identity import LinkSeen, NotVouched
from connectors.web.limits import Buckets, Limits
from connectors.web.log import VisitorLog, message_id
from connectors.web.who import Ask, Rate, Told

GARBAGE = 1008  # RFC 6455 section 7.4.1: policy violation
LATER = 1013  # IANA's registry of close codes: try again later
ELSEWHERE = 4008  # ours: the visitor has opened too many tabs, and this is the oldest

_STATUS = {"received": DeliveryStatus.DELIVERED, "read": DeliveryStatus.READ}
_WORDED = {"too_long": "utter_too_long", "too_fast": "utter_too_fast"}
TYPING_EVERY = timedelta(seconds=2)
HERE_EVERY = 30.0
"""Seconds between two notes that a tab is here; less than ``bot.handoff.place_in_line`` waits before somebody counts as gone."""


@dataclass(frozen=True, slots=True)
class Chat:
    """What the sockets share."""

    inbox: Inbox
    log: VisitorLog
    hub: Hub
    wording: Wording
    clock: Clock
    limits: Limits
    messages: Buckets
    remote_messages: Buckets
    visitors: Buckets
    ratings: Buckets
    vouch: Callable[[str, str], Awaitable[LinkSeen | None]] | None = None
    """Takes a web id and what a signed-in page says of it (``connectors.web.identity``)."""
    who: Ask | None = None
    rate: Rate | None = None
    typing: Callable[[str], Awaitable[None]] | None = None
    """Told that a visitor writes, now and then while they do; where a person has the conversation, they are shown it."""


class Socket:
    """A browser's socket, from hello to close. ``run`` never raises for what a browser or Redis does."""

    def __init__(self, chat: Chat, ws: web.WebSocketResponse, remote: str) -> None:
        self.web_id = ""
        self.remote = remote
        self._chat = chat
        self._ws = ws
        self._token = ""
        self._cursor = 0
        self._strikes = 0
        self._over = False
        self._frames = Buckets(chat.limits.frames, chat.clock, room=1)
        self._news = asyncio.Event()
        self._leaves = asyncio.Event()
        self._who = Told(chat.who)
        self._typed_at: datetime | None = None
        self._pushes: deque[dict[str, Any]] = deque(maxlen=50)

    async def run(self) -> None:
        """Serve the socket until it closes."""
        self._chat.hub.enter(self)
        try:
            await self._serve()
        finally:
            self._chat.hub.leave(self)

    async def _serve(self) -> None:
        hello = await self._hello()
        if hello is None or not await self._let_in(hello):
            return
        pump, here = asyncio.create_task(self._pump()), asyncio.create_task(self._stays())
        try:
            async for message in self._ws:
                await self._take(message.data if message.type is WSMsgType.TEXT else None)
        finally:
            self._chat.hub.remove(self)
            # Asked to end, not cancelled: redis-py on Python 3.11 can swallow a cancellation while it takes a connection.
            self._over = True
            self._news.set()
            self._leaves.set()
            await asyncio.gather(pump, here)

    def look(self) -> None:
        """There may be new lines in the log."""
        self._news.set()

    def look_who(self) -> None:
        """Somebody else may have the conversation."""
        self._who.due = True
        self._news.set()

    def look_line(self) -> None:
        """Somebody else's place in line has changed, or time has passed: so may this visitor's."""
        if self._who.waits:
            self.look_who()

    def push(self, frame: dict[str, Any]) -> None:
        """Send a passing frame (typing, read) before the next lines."""
        self._pushes.append(frame)
        self._news.set()

    async def close(self, code: int, reason: str) -> None:
        """Close with a reason; the reader ends by itself."""
        await self._ws.close(code=code, message=reason.encode())

    # -- hello ---------------------------------------------------------------

    async def _hello(self) -> frames.Hello | None:
        """The first frame, which must be a hello, within ``hello_within`` seconds."""
        try:
            message = await self._ws.receive(timeout=self._chat.limits.hello_within)
        except TimeoutError:
            await self.close(GARBAGE, "no hello")
            return None
        try:
            frame = frames.parse(message.data) if message.type is WSMsgType.TEXT else None
        except frames.BadFrame:
            frame = None
        if isinstance(frame, frames.Hello):
            return frame
        await self._error("hello_first", "the first frame must be a hello")
        await self.close(GARBAGE, "hello first")
        return None

    async def _let_in(self, hello: frames.Hello) -> bool:
        """Find or make the visitor and welcome them; False when the socket was turned away.

        A token that we did not give, or that has expired, is never adopted: it gets a new one.
        """
        try:
            web_id = await self._chat.log.visitor(hello.token) if hello.token else None
            if web_id is None and self._chat.visitors.take(self.remote):
                await self._error("try_again", "too many new visitors")
                await self.close(LATER, "too many new visitors")
                return False
            self._token = hello.token or ""
            if web_id is None:
                self._token, self.web_id = await self._chat.log.new_visitor()
            else:
                self.web_id = web_id
            about = await self._vouched(hello.identity) if hello.identity else None
            self._make_room()
            self._chat.hub.add(self)
            await self._welcome(resumed=web_id is not None, last=hello.last)
            if about is not None:
                await self._send(about)
        except (StoreUnavailable, DialogueUnavailable):
            self._chat.hub.remove(self)
            await self._error("try_again", "the chat is not available right now")
            await self.close(LATER, "try again later")
            return False
        return True

    async def _vouched(self, identity: str) -> dict[str, Any] | None:
        """Have the page's word or a link looked at, before anything is said under it; the frame to send about it, if any."""
        try:
            if self._chat.vouch is None:
                raise NotVouched("off")
            seen = await self._chat.vouch(self.web_id, identity)
        except NotVouched as reason:
            structlog.get_logger("onethread.web").warning("not_vouched", reason=str(reason))
            text = self._chat.wording.say(reason.sentence, ChannelName.WEB)
            return {"type": "error", "code": "not_vouched", "text": text}
        if seen is None:
            return None
        text = self._chat.wording.say(f"utter_link_{seen.state}", ChannelName.WEB, last2=seen.ends)
        return {"type": "link", "state": seen.state, "text": text}

    def _make_room(self) -> None:
        """The oldest tab gives way when there are too many."""
        open_tabs = self._chat.hub.of_visitor(self.web_id)
        for oldest in open_tabs[: len(open_tabs) + 1 - self._chat.limits.sockets_per_visitor]:
            self._chat.hub.dismiss(oldest, ELSEWHERE, "open in too many tabs")

    async def _welcome(self, *, resumed: bool, last: int) -> None:
        """Say who they are and how far the log goes; what they have missed follows from the pump."""
        newest = await self._chat.log.last(self.web_id)
        if last <= await self._chat.log.mark(self.web_id, "left"):
            last = 0  # somebody signed out here: the browser forgets what it shows
        read = await self._chat.log.mark(self.web_id, "read")
        self._cursor = last if resumed and last <= newest else 0  # beyond the end: their log expired and began again
        welcome = {"type": "welcome", "token": self._token, "resumed": resumed, "seq": newest, "read": read, "from": self._cursor}
        await self._send(welcome | (await self._who.changed(self.web_id) or {}))
        for client_id in await self._chat.log.masked(self.web_id) if self._cursor else ():
            await self._send({"type": "masked", "id": client_id, "text": MASK})  # a tab that was away shows them still
        self._news.set()

    # -- what they say -------------------------------------------------------

    async def _take(self, data: str | None) -> None:
        """One frame (None: not text). Whatever it is, the answer is a frame or a close."""
        client_id = None
        try:
            if self._frames.take(""):
                raise frames.BadFrame("too_fast", "too many frames")
            frame = frames.parse(data) if data is not None else None
            if isinstance(frame, frames.Said | frames.Rated):
                client_id = frame.id
            await self._do(frame)
        except frames.BadFrame as bad:
            await self._error(bad.code, bad.why, bad.client_id)
            if bad.client_id is None:
                await self._strike()
        except StoreUnavailable:
            await self._error("try_again", "not stored, send it again", client_id)

    async def _do(self, frame: frames.Frame | None) -> None:
        match frame:
            case frames.Said():
                await self._said(frame)
            case frames.Mark():
                await self._mark(frame)
            case frames.Ping():
                await self._send({"type": "pong"})
            case frames.Rated():
                await self._rated(frame)
            case frames.Typing():
                await self._typing()
            case _:
                raise frames.BadFrame("bad_frame", "not expected here")

    async def _typing(self) -> None:
        """A nicety: what is told too often, or cannot be told, is dropped."""
        moment = self._chat.clock()
        if self._chat.typing is None or (self._typed_at and moment - self._typed_at < TYPING_EVERY):
            return
        self._typed_at = moment
        with suppress(StoreUnavailable):
            await self._chat.typing(self.web_id)

    async def _rated(self, rated: frames.Rated) -> None:
        """Whatever speaks against it, the answer is the same."""
        if wait := self._chat.ratings.take(self.web_id):
            await self._error("too_fast", "too many ratings", rated.id, after=round(wait, 2))
            return
        rate = self._chat.rate
        kept = rate is not None and await rate(self.web_id, rated.handoff, rated.score, rated.words)
        await self._send({"type": "rated", "id": rated.id, "kept": kept})

    async def _said(self, said: frames.Said) -> None:
        """Log it, hand it to the inbox, and only then acknowledge. The same id again changes nothing.

        The log comes first: an answer must not stand above the words that it answers.
        """
        wait = self._chat.messages.take(self.web_id) or self._chat.remote_messages.take(self.remote)
        if wait:
            await self._error("too_fast", "too many messages", said.id, after=round(wait, 2))
            return
        at = self._chat.clock()
        message = enter(
            InboundMessage(
                id=message_id(self.web_id, said.id),
                channel=ChannelName.WEB,
                sender=Address(AddressKind.WEB, self.web_id),
                received_at=at,
                text=said.text,
                choice=said.choice,
                network=network_of(self.remote),
            )
        )
        seq = await self._chat.log.append(self.web_id, f"in:{said.id}", frames.customer_line(said, message.text, at))
        await self._chat.inbox.accept(message)
        await self._chat.log.keep(self._token)
        await self._send({"type": "ack", "id": said.id, "seq": seq})

    async def _mark(self, mark: frames.Mark) -> None:
        """Report our lines up to here as delivered or read, once, and tell the visitor's other tabs."""
        log = self._chat.log
        seq = min(mark.seq, await log.last(self.web_id))
        start = await log.mark(self.web_id, mark.name)
        if seq <= start:
            return
        for number, line in await log.after(self.web_id, start, self._chat.limits.log_lines):
            if number <= seq and line["author"] != Author.CUSTOMER:
                await self._chat.inbox.report(
                    DeliveryReport(ChannelName.WEB, f"{self.web_id}:{number}", _STATUS[mark.name], self._chat.clock())
                )
        if await log.advance(self.web_id, mark.name, seq) and mark.name == "read":
            await log.tell(self.web_id, "read", seq=seq)

    async def _strike(self) -> None:
        self._strikes += 1
        if self._strikes >= self._chat.limits.strikes:
            await self.close(GARBAGE, "too many unreadable frames")

    # -- what they hear ------------------------------------------------------

    async def _pump(self) -> None:
        """Send passing frames and new lines whenever there is news."""
        while not self._over:
            await self._news.wait()
            self._news.clear()
            while self._pushes and not self._over:
                await self._send(self._pushes.popleft())
            try:
                await self._tell_who()
                await self._catch_up()
                await self._tell_who()
            except StoreUnavailable:
                asyncio.get_running_loop().call_later(1.0, self._news.set)

    async def _stays(self) -> None:
        """Note now and then that a tab is here, and last when it goes: who waits for a person without one has left."""
        while True:
            with suppress(StoreUnavailable):
                await self._chat.log.connects(self.web_id, self._chat.clock())
            self.look_line()
            if self._leaves.is_set():
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._leaves.wait(), HERE_EVERY)

    async def _tell_who(self) -> None:
        """Who has the conversation, when that is not what this tab was told last."""
        if self._who.due and not self._over and (changed := await self._who.changed(self.web_id)):
            await self._send({"type": "who", **changed})

    async def _catch_up(self) -> None:
        while not self._over and (lines := await self._chat.log.after(self.web_id, self._cursor)):
            for seq, line in lines:
                await self._send({"type": "message", "seq": seq, **line})
                self._cursor = seq
                self._who.due |= line["author"] != Author.CUSTOMER  # joined with another conversation, for one

    async def _error(self, code: str, why: str, client_id: str | None = None, **more: object) -> None:
        """An error frame; the customer reads the designers' sentence where there is one, else the widget's own by the code."""
        text = self._chat.wording.say(_WORDED[code], ChannelName.WEB, limit=LIMITS[ChannelName.WEB]) if code in _WORDED else why
        about = {"id": client_id} if client_id else {}
        await self._send({"type": "error", "code": code, "text": text, **about, **more})

    async def _send(self, frame: dict[str, Any]) -> None:
        """Send unless the browser has gone: it will ask for what it missed."""
        with suppress(ConnectionError):
            await self._ws.send_json(frame)
