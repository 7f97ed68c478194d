"""What a tab is told of who has its conversation: changes alone, and none is lost; a line that moves is looked at once."""

from __future__ import annotations

import asyncio
from typing import Any

from redis.asyncio import Redis

from bot.ports import StoreUnavailable
from connectors.web.hub import Hub
from connectors.web.limits import Limits
from connectors.web.log import VisitorLog
from connectors.web.who import ASSISTANT, InLine, Told, Who
from tests.web.browser_socket import Tab
from tests.web.fakes import Bank

WAITS = Who(line=InLine(2, (3, 3)))


async def test_only_changes_are_told_and_what_could_not_be_read_is_asked_again() -> None:
    now: list[Who | None] = [WAITS]

    async def ask(web_id: str) -> Who:
        if now[0] is None:
            raise StoreUnavailable("test")
        return now[0]

    told = Told(ask)
    assert await told.changed("w") == {
        "person": False,
        "agent": None,
        "line": {"place": 2, "minutes": [3, 3], "by_phone": False},
        "rate": None,
        "options": None,
    }
    assert await told.changed("w") is None and told.waits and not told.due
    now[0] = None
    try:
        await told.changed("w")
    except StoreUnavailable:
        assert told.due
    now[0] = Who("")
    assert await told.changed("w") == {"person": True, "agent": None, "line": None, "rate": None, "options": None}
    assert not told.waits and not told.due


async def test_a_tab_is_told_its_place_with_the_welcome_and_at_each_change(bank: Bank) -> None:
    async with Tab(bank) as tab:
        welcome = await tab.hello()
        assert (welcome["person"], welcome["line"]) == (False, None)
        web_id = (await bank.redis.get(next(iter(await bank.redis.keys("ot:wt:*"))))).decode()
        await bank.waits(web_id, 2, (3, 5))
        assert (await tab.hears("who"))["line"] == {"place": 2, "minutes": [3, 5], "by_phone": False}
        async with Tab(bank) as other:
            assert (await other.hello(tab.token))["line"] == {"place": 2, "minutes": [3, 5], "by_phone": False}
        await bank.has_it(web_id, "Sam")
        assert await tab.hears("who") == {
            "type": "who",
            "person": True,
            "agent": "Sam",
            "line": None,
            "rate": None,
            "options": None,
        }
        assert ASSISTANT.frame()["line"] is None


class Waiting:
    """A tab in line; counts how often it looks."""

    web_id, remote = "w1", "192.0.2.1"

    def __init__(self) -> None:
        self.looks = 0
        self.looked = asyncio.Event()

    def look(self) -> None: ...

    def look_who(self) -> None: ...

    def look_line(self) -> None:
        self.looks += 1
        self.looked.set()

    def push(self, frame: dict[str, Any]) -> None: ...

    async def close(self, code: int, reason: str) -> None: ...


async def test_a_line_that_moves_often_is_looked_at_once(redis_client: Redis) -> None:
    """Each look reads the line: fifty who leave at once are one look of each tab."""
    hub, tab, log = Hub(redis_client), Waiting(), VisitorLog(redis_client, Limits())
    hub.enter(tab)
    listening = asyncio.create_task(hub.listen())
    async with asyncio.timeout(10):
        while not await redis_client.publish("ot:web", '{"w": "", "k": "moved"}'):  # noqa: ASYNC110 (until it is subscribed)
            await asyncio.sleep(0)
        for _ in range(50):
            await log.line_moved()
        await tab.looked.wait()
        assert tab.looks == 1
        tab.looked.clear()
        await log.line_moved()
        await tab.looked.wait()
        assert tab.looks in (2, 3), "once more: the first look may have been at what was read before"
    hub.stop()
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
