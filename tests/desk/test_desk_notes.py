"""What is to be mended stands on every agent's desk in the words of health: one source, whatever it is about."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as ConnectionFailed

from bot.ports import Trouble
from bot.redis_store.client.disk import Disk
from bot.redis_store.client.renewal import Demoted
from connectors.delivery_reasons import CODE_CAP
from desk.views import Desk
from gateway.observe.checks import AWAY, DEMOTED, SILENT
from gateway.observe.codes import OURS
from gateway.observe.standing import FRESH, UNKNOWN, Standing
from gateway.settings.config import ONE_ADDRESS, OTHER_PARTITIONS
from gateway.standing_notes import notes, said_to_agents
from gateway.workers.recorder import said_of
from records.recorder import RecorderHealth
from tests.desk.conftest import PASSWORD, Browser, FakeClock, House

NUMBER = "The Twilio number that ends in 0190: Callers do not reach us. Set A call comes in to https://bank.example/twilio/voice."


class Store:
    """A Redis that takes a write, or fails as told."""

    def __init__(self, fails: Exception | None = None, policy: str = "noeviction") -> None:
        self.fails, self.policy = fails, policy

    async def info(self, _section: str) -> dict[str, str]:
        return {"maxmemory_policy": self.policy}

    async def set(self, *_: object, **__: object) -> bool:
        if self.fails:
            raise self.fails
        return True


def gateway(**wrong: Any) -> Any:
    """A gateway with which all is well, but for what is named."""

    async def now() -> list[Trouble]:
        return list(wrong.get("troubles", ()))

    async def healthy() -> bool:
        await asyncio.sleep(0)
        return bool(wrong.get("assistant", True))

    client = Store(wrong.get("store"), wrong.get("policy", "noeviction"))

    async def partitions() -> Any:
        return SimpleNamespace(count=64)

    async def kept() -> list[str]:
        return list(wrong.get("kept", ()))

    async def elsewhere() -> list[str]:
        return list(wrong.get("elsewhere", ()))

    settings = SimpleNamespace(
        visitors_share_one_address=wrong.get("shared", False), action_server_url=None, partitions=wrong.get("partitions")
    )
    store = SimpleNamespace(
        client=client,
        disk=SimpleNamespace(state=wrong.get("disk", Disk.SOUND)),
        partitions=SimpleNamespace(load=partitions),
    )
    servers = SimpleNamespace(resting=lambda: wrong.get("resting", []))
    return SimpleNamespace(
        base=SimpleNamespace(settings=settings, http=None, store=store),
        assistant=SimpleNamespace(dialogue=SimpleNamespace(healthy=healthy), servers=servers),
        queues=SimpleNamespace(undelivered=SimpleNamespace(troubles=SimpleNamespace(now=now))),
        voice=SimpleNamespace(numbers=SimpleNamespace(notes=wrong.get("numbers", ()))),
        recording=SimpleNamespace(notes=kept),
        other_desks=SimpleNamespace(notes=elsewhere),
        nightly=None,
    )


NOT_KEPT = said_of(RecorderHealth(3, None, 0, 0, 0, "The database does not answer.", None, None))
SINCE = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"store": Demoted("replica")}, DEMOTED),
    ({"store": ConnectionFailed("refused")}, AWAY),
    ({"disk": Disk.NO_FILE}, "may be lost should Redis fail: it may not be on its disk (no append only file"),
    ({"policy": "allkeys-lru"}, "its maxmemory-policy is allkeys-lru. Whoever runs this sets it to noeviction"),
    ({"assistant": False}, SILENT),
    ({"resting": ["http://rasa-2:5005"]}, "One of the assistant's servers hangs and is asked last (rasa-2:5005)"),
    ({"numbers": (NUMBER,)}, NUMBER),
    ({"troubles": [Trouble("twilio", "20003", SINCE)]}, "credentials (20003"),
    ({"troubles": [Trouble(OURS, CODE_CAP, SINCE)]}, "codes"),
    ({"shared": True}, ONE_ADDRESS),
    ({"kept": (NOT_KEPT,)}, NOT_KEPT),
    ({"elsewhere": ("Chatwoot does not answer.",)}, "Chatwoot does not answer."),
    ({"partitions": 8}, OTHER_PARTITIONS.format(asked=8, count=64)),
]


@pytest.mark.parametrize(("wrong", "said"), WRONG, ids=[next(iter(wrong)) + str(n) for n, (wrong, _) in enumerate(WRONG)])
async def test_each_trouble_stands_on_the_desk(
    house: House, browser: Browser, clock: FakeClock, wrong: dict[str, Any], said: str
) -> None:
    core = gateway(**wrong)
    assert [said in note for note in await said_to_agents(core)] == [True]
    app = web.Application()
    troubles = Standing(lambda: said_to_agents(core)).now
    desk = Desk(house.people, house.agents, house.sessions, clock=clock, secure_cookies=False, troubles=troubles)
    app.add_routes(desk.routes())
    async with TestServer(app, host="127.0.0.1") as server:
        await house.agent()
        there = Browser(browser.session, str(server.make_url("")).rstrip("/"))
        assert (await there.sign_in("ana", PASSWORD)).status == 303
        for path in ("/desk", "/desk/parts", "/desk/parts?only=queue"):
            page = (await there.get(path)).text.replace("&#39;", "'").replace("&amp;", "&")
            assert said in page and 'class="troubles"' in page


async def test_health_says_the_same_and_nothing_while_all_is_well() -> None:
    assert await said_to_agents(gateway()) == await notes(gateway()) == []
    for wrong, said in WRONG:
        assert said == SILENT or await notes(gateway(**wrong)) == await said_to_agents(gateway(**wrong))


async def test_a_page_looks_now_and_then_and_never_waits_for_what_hangs() -> None:
    looks: list[int] = []
    moment = [0.0]

    async def look() -> Sequence[str]:
        looks.append(1)
        if len(looks) == 2:
            raise OSError("no")
        return ("Something.",)

    standing = Standing(look, lambda: moment[0])
    assert [await standing.now(), await standing.now()] == [("Something.",)] * 2 and len(looks) == 1
    moment[0] += FRESH
    assert await standing.now() == (UNKNOWN,)
    moment[0] += FRESH
    assert await standing.now() == ("Something.",)


async def test_without_a_store_the_page_says_what_is_wrong_with_it(
    house: House, browser: Browser, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A replica takes no note that the agent was there, so no page but this one can be shown."""
    app, core = web.Application(), gateway(store=Demoted("replica"))
    troubles = Standing(lambda: said_to_agents(core)).now
    desk = Desk(house.people, house.agents, house.sessions, clock=clock, secure_cookies=False, troubles=troubles)
    app.add_routes(desk.routes())
    async with TestServer(app, host="127.0.0.1") as server:
        await house.agent()
        there = Browser(browser.session, str(server.make_url("")).rstrip("/"))
        await there.sign_in("ana", PASSWORD)

        async def replica(*_: object, **__: object) -> None:
            raise Demoted("replica")

        monkeypatch.setattr(Redis, "execute_command", replica)
        page = await there.get("/desk")
        assert page.status == 503 and DEMOTED in page.text
