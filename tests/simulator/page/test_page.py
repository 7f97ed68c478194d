"""The page and its API: who may use it, and that it holds together."""

from __future__ import annotations

from html.parser import HTMLParser

import aiohttp
import pytest

from tests.simulator.conftest import Stage


class Inline(HTMLParser):
    """Finds what a strict content security policy forbids."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.files: list[str] = []
        self._open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open = tag
        given = dict(attrs)
        self.found += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        self.files += [v for name, v in attrs if name in ("src", "href") and v and not v.startswith(("#", "data:"))]

    def handle_data(self, data: str) -> None:
        if self._open in ("script", "style") and data.strip():
            self.found.append(self._open)


async def test_the_page_needs_no_inline_code_and_its_files_exist(stage: Stage) -> None:
    base = str(stage.server.make_url("/simulator/"))
    async with aiohttp.ClientSession() as session:
        async with session.get(base.rstrip("/")) as response:
            assert str(response.url) == base
            policy = response.headers["Content-Security-Policy"]
            inline = Inline()
            inline.feed(await response.text())
        assert inline.found == []
        assert "default-src 'self'" in policy and f"frame-src {stage.gateway.url}" in policy
        for file in inline.files:
            async with session.get(base + file) as response:
                assert response.status == 200, file


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-Simulator": "1"}, 200),
        ({}, 403),
        ({"X-Simulator": "1", "Origin": "https://evil.example"}, 403),
        ({"X-Simulator": "1", "Host": "evil.example"}, 403),
    ],
)
async def test_only_the_page_may_act(stage: Stage, headers: dict[str, str], status: int) -> None:
    url = stage.server.make_url("/simulator/api/sms")
    async with aiohttp.ClientSession() as session, session.post(url, json={"text": "hello"}, headers=headers) as response:
        assert response.status == status


async def test_a_rebound_name_reads_nothing(stage: Stage) -> None:
    url = stage.server.make_url("/simulator/api/state")
    async with aiohttp.ClientSession() as session, session.get(url, headers={"Host": "evil.example:8081"}) as response:
        assert response.status == 403


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("sms", {"text": ""}),
        ("sms", {"text": "x" * 1601}),
        ("sms", {"text": "hi", "from": "nobody"}),
        ("customer", {"number": "0123"}),
        ("options", {"pace": 2}),
        ("clock", {"advance": -1}),
        ("faults", {"rest_mode": "418"}),
        ("messenger", {"text": "hi", "psid": "x"}),
        ("messenger", {"text": "hi", "payload": 5}),
        ("calls", {"from": "x"}),
    ],
)
async def test_wrong_input_is_a_clear_400(stage: Stage, path: str, body: dict[str, object]) -> None:
    url = stage.server.make_url(f"/simulator/api/{path}")
    async with aiohttp.ClientSession() as session, session.post(url, json=body, headers={"X-Simulator": "1"}) as response:
        assert response.status == 400 and "Traceback" not in await response.text()


async def test_state_holds_no_secret(stage: Stage) -> None:
    await stage.sim.handset().texts("hello")
    async with aiohttp.ClientSession() as session, session.get(stage.server.make_url("/simulator/api/state")) as response:
        text = await response.text()
    assert "of-this-test" not in text and "+12125550147" in text


async def test_a_failing_wait_tells_what_came(stage: Stage) -> None:
    stage.voice("<Say>Something else.</Say><Pause length='60'/>")
    phone = await stage.sim.call()
    with pytest.raises(AssertionError, match=r"no 'welcome' heard within 0.2 s; what came:\n  Something else."):
        await phone.hears("welcome", within=0.2)
