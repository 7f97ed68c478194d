"""Stand-ins for what the web chat leans on, and a server with nothing but the web chat."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from aiohttp import web
from redis.asyncio import Redis

from bot.menus.answers import InForce
from bot.model import (
    Address,
    AddressKind,
    Author,
    ChannelName,
    DeliveryReport,
    InboundMessage,
    Media,
    Option,
    OutboundMessage,
    Reply,
)
from bot.ports import StoreUnavailable
from connectors.web.channel import WebChat, origins
from connectors.web.limits import Limits
from connectors.web.log import VisitorLog
from connectors.web.pages import ENGLISH_ALONE, Spoken
from connectors.web.who import ASSISTANT, InLine, ToRate, Who

START = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


class FakeInbox:
    """``bot.ports.Inbox`` with lists; ``down`` makes it fail."""

    def __init__(self) -> None:
        self.messages: list[InboundMessage] = []
        self.reports: list[DeliveryReport] = []
        self.repeats = 0
        self.down = False
        self.arrivals: asyncio.Queue[InboundMessage] = asyncio.Queue()
        self.reported: asyncio.Queue[DeliveryReport] = asyncio.Queue()

    async def accept(self, message: InboundMessage) -> bool:
        if self.down:
            raise StoreUnavailable("test")
        if any(known.id == message.id for known in self.messages):
            self.repeats += 1
            return False
        self.messages.append(message)
        self.arrivals.put_nowait(message)
        return True

    async def report(self, report: DeliveryReport) -> None:
        if self.down:
            raise StoreUnavailable("test")
        self.reports.append(report)
        self.reported.put_nowait(report)

    async def next(self) -> InboundMessage:
        """The next message that comes, within 10 s."""
        return await asyncio.wait_for(self.arrivals.get(), 10)


class FakeWording:
    """Every sentence is its own name."""

    def say(self, name: str, channel: ChannelName | None = None, **values: object) -> str:
        return name


class FakeClock:
    """A clock that only ``forward`` moves."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def forward(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class Bank:
    """The public listener with nothing but the web chat; can be stopped and started on the same port."""

    def __init__(self, redis: Redis, inbox: FakeInbox, clock: FakeClock) -> None:
        self.redis, self.inbox, self.clock = redis, inbox, clock
        self.port = 0
        self.limits = Limits()
        self.embedders: tuple[str, ...] = ()
        self.spoken: Spoken = ENGLISH_ALONE
        self.people: dict[str, Who] = {}
        self.rated: list[tuple[str, str, int, str]] = []
        self.beside: list[web.RouteDef] = []
        """Further routes of the public listener."""
        self._sent = 0
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        app = web.Application()
        self._runner = web.AppRunner(app)
        self.chat = WebChat(
            self.inbox,
            self.redis,
            allowed_origins=origins(self.url, self.embedders) if self.port else frozenset(),
            clock=self.clock,
            wording=FakeWording(),
            voice_number="+12125550199",
            sms_number="+12125550188",
            spoken=self.spoken,
            limits=self.limits,
            who=self.who,
            rate=self.rate,
        )
        self.chat.attach(app)
        app.add_routes(self.beside)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def restart(self, limits: Limits | None = None) -> None:
        self.limits = limits or self.limits
        await self.stop()
        await self.start()

    async def who(self, web_id: str) -> Who:
        """Who has this visitor's conversation."""
        return self.people.get(web_id, ASSISTANT)

    async def has_it(self, web_id: str, agent: str | None) -> None:
        """An agent has the conversation now (None: the assistant), and the open tabs are told to look."""
        self.people = {**self.people, web_id: Who(agent)} if agent is not None else {}
        await VisitorLog(self.redis, self.limits).tell(web_id, "who")

    async def in_force(self, web_id: str, newest: str | None, *asked: str, since: datetime = START) -> None:
        """Which options are in force, and the open tabs are told to look."""
        self.people = {**self.people, web_id: Who(options=InForce(newest, asked, since))}
        await VisitorLog(self.redis, self.limits).tell(web_id, "who")

    async def over(self, web_id: str, handoff: str = "h_1", agent: str = "Sam") -> None:
        """The talk with a person is over and may be rated, and the open tabs are told to look."""
        self.people = {**self.people, web_id: Who(rate=ToRate(handoff, agent))}
        await VisitorLog(self.redis, self.limits).tell(web_id, "who")

    async def rate(self, web_id: str, handoff: str, score: int, words: str) -> bool:
        """Keeps the first one of a talk that is over."""
        if self.inbox.down:
            raise StoreUnavailable("test")
        offered = self.people.get(web_id, ASSISTANT).rate
        if offered is None or offered.handoff != handoff:
            return False
        self.rated.append((web_id, handoff, score, words))
        await self.has_it(web_id, None)
        return True

    async def waits(self, web_id: str, place: int | None = None, minutes: tuple[int, int] | None = None) -> None:
        """The visitor waits for a person, and the open tabs are told to look."""
        self.people = {**self.people, web_id: Who(line=InLine(place, minutes))}
        await VisitorLog(self.redis, self.limits).tell(web_id, "who")

    async def says(
        self,
        web_id: str,
        text: str,
        *,
        options: tuple[str, ...] = (),
        answers: tuple[str, ...] = (),
        author: Author = Author.BOT,
        agent: str | None = None,
        media: tuple[Media, ...] = (),
        message_id: str | None = None,
    ) -> str:
        """Send a message to a visitor as the gateway does; gives the external id."""
        self._sent += 1
        message = OutboundMessage(
            id=message_id or f"o_{self._sent}",
            conversation_id="c_1",
            channel=ChannelName.WEB,
            address=Address(AddressKind.WEB, web_id),
            reply=Reply(text, (*(Option(o, f"/secret_{o}") for o in options), *(Option(o, "/affirm") for o in answers)), media),
            author=author,
            created_at=self.clock(),
            agent=agent,
            menu_id=f"m_{self._sent}" if options or answers else None,
        )
        return (await self.chat.send(message))[0]
