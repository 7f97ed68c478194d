"""The page and the widget's files: what is in them, and the headers they go out with."""

from __future__ import annotations

import re

import aiohttp
import pytest

from actions.seed import BRANCHES
from connectors.web.pages import page_headers, readable
from tests.web.fakes import Bank


async def get(bank: Bank, path: str, **headers: str) -> tuple[aiohttp.ClientResponse, str]:
    """One request to the bank; the answer and its body."""
    async with aiohttp.ClientSession() as http, http.get(bank.url + path, headers=headers) as response:
        return response, await response.text()


async def test_the_page_has_numbers_branches_and_no_inline_code(bank: Bank) -> None:
    response, page = await get(bank, "/")
    assert response.status == 200
    assert 'href="tel:+12125550199"' in page
    assert 'href="sms:+12125550188"' in page
    assert "+1 212-555-0188" in page
    assert "{{" not in page
    for _, name, street, city, code, *_, weekdays, saturday in BRANCHES:
        assert re.search(f"<h3>{name}</h3><address>{street}<br>{city} {code}</address>.*{weekdays}<br>.* {saturday}</p>", page)
    assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=", page)


async def test_the_page_is_served_with_a_strict_policy(bank: Bank) -> None:
    response, _ = await get(bank, "/")
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self';" in policy
    assert policy.endswith("frame-ancestors 'none'")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_the_simulator_may_frame_the_page() -> None:
    policy = page_headers(("http://127.0.0.1:8081", "http://localhost:8081"))["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors http://127.0.0.1:8081 http://localhost:8081")


async def test_numbers_that_are_not_configured_are_not_shown(bank: Bank) -> None:
    from connectors.web.pages import fill

    page = fill('<a href="tel:{{voice_e164}}" {{voice_hidden}}>{{voice}}</a>', {"voice": None})
    assert page == '<a href="tel:" hidden></a>'
    assert fill("{{voice}}", {"voice": "<b>"}) == "&lt;b&gt;"


@pytest.mark.parametrize(
    ("number", "shown"), [("+12125550199", "+1 212-555-0199"), ("+442079460958", "+44 20 7946 0958"), ("HARBOUR", "HARBOUR")]
)
def test_numbers_are_written_as_people_write_them(number: str, shown: str) -> None:
    assert readable(number) == shown


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/widget.js", "text/javascript"),
        ("/widget.css", "text/css"),
        ("/site/site.css", "text/css"),
        ("/site/logo.svg", "image/svg+xml"),
    ],
)
async def test_files_have_their_type_and_are_asked_for_again_cheaply(bank: Bank, path: str, kind: str) -> None:
    response, body = await get(bank, path)
    assert (response.status, response.content_type) == (200, kind)
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert len(body) > 100
    again, nothing = await get(bank, path, **{"If-None-Match": response.headers["ETag"]})
    assert (again.status, nothing) == (304, "")


async def test_other_sites_may_embed_the_widget(bank: Bank) -> None:
    for path in ("/widget.js", "/widget.css"):
        response, _ = await get(bank, path)
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.mark.parametrize("path", ["/site/", "/site/../web.py", "/site/%2e%2e/index.html", "/widget/element.js", "/nothing"])
async def test_nothing_else_is_served(bank: Bank, path: str) -> None:
    response, _ = await get(bank, path)
    assert response.status == 404


async def test_the_socket_asked_for_as_a_page_says_so(bank: Bank) -> None:
    response, _ = await get(bank, "/chat", Origin=bank.url)
    assert response.status == 426
    response, _ = await get(bank, "/chat")
    assert response.status == 403


async def test_the_widget_never_parses_markup_or_builds_code(bank: Bank) -> None:
    _, script = await get(bank, "/widget.js")
    code = re.sub(r"^const CSS = .*$", "", script, flags=re.MULTILINE)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser", code)
