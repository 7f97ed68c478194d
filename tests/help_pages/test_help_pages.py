"""The help pages: listed, searched, shown, and the ways to go on from each; nothing an author writes can run."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from bot.languages.declared import Languages
from bot.languages.tables import PAGES, table
from help_pages.markdown import html
from help_pages.routes import SEARCHES, HelpPages, Site
from knowledge.library import Library
from knowledge.reading import read_all
from tests.knowledge.conftest import ROOT, article, shop

__all__ = ["shop"]
Client = TestClient[web.Request, web.Application]
SITE = Site(name="Bikes & Co", public_url="https://bikes.example", voice_number="+12125550199", sms_number="+12125550198")
NOW = datetime(2026, 6, 1, tzinfo=UTC)


async def opened(aiohttp_client: Callable[..., Awaitable[Client]], folder: Path, site: Site = SITE) -> Client:
    library = Library(read_all(folder), folder=folder / "models", today=lambda: date(2026, 6, 1))
    app = web.Application()
    app.add_routes(HelpPages(library, site, folder, lambda: NOW).routes())
    return await aiohttp_client(app)


@pytest.fixture
async def page(aiohttp_client: Callable[..., Awaitable[Client]], shop: Path) -> Client:
    return await opened(aiohttp_client, shop)


async def test_the_list_leads_to_every_article_and_tells_search_engines(page: Client) -> None:
    text = await (await page.get("/help")).text()
    assert all(f'href="/help/{slug}"' in text for slug in ("returns", "opening", "lights"))
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)
    assert json.loads(data)["@type"] == "FAQPage" and len(json.loads(data)["mainEntity"]) == 3


async def test_an_article_is_shown_with_the_ways_to_go_on(page: Client) -> None:
    text = await (await page.get("/help/returns")).text()
    assert "<h1>Returning a bicycle</h1>" in text and "<h2>Repairs</h2>" in text
    assert 'href="/?ask=Returning%20a%20bicycle#chat"' in text
    assert 'href="sms:+12125550198?body=Returning%20a%20bicycle"' in text and 'href="tel:+12125550199"' in text
    assert '<link rel="canonical" href="https://bikes.example/help/returns">' in text


def spanish(folder: Path) -> Site:
    """The shop declares Spanish, and has one article in it."""
    (folder / "domain/shop").mkdir(parents=True)
    declared = "languages: {en: {name: English}, es: {name: Español}}"
    (folder / "domain/shop/_languages.yml").write_text(declared, encoding="utf-8")
    article(folder / "es", "returns", "Devolver una bicicleta", "cómo devuelvo la bici", more="language: es")
    return replace(SITE, languages=Languages.from_domain(folder / "domain"))


async def test_in_a_further_language_the_pages_are_below_its_letters(
    aiohttp_client: Callable[..., Awaitable[Client]], shop: Path
) -> None:
    page = await opened(aiohttp_client, shop, spanish(shop))
    text = await (await page.get("/help/es")).text()
    assert '<html lang="es">' in text and "<h1>Ayuda</h1>" in text and 'action="/help/es"' in text
    assert 'href="/help/es/returns"' in text and "opening" not in text
    assert '<a hreflang="en" lang="en" href="/help">English</a>' in text
    shown = await (await page.get("/help/es/returns")).text()
    assert "<h1>Devolver una bicicleta</h1>" in shown and '<a hreflang="en" lang="en" href="/help/returns">English</a>' in shown
    assert '<link rel="alternate" hreflang="en" href="https://bikes.example/help/returns">' in shown
    assert '<link rel="alternate" hreflang="es" href="https://bikes.example/help/es/returns">' in shown
    assert '<link rel="canonical" href="https://bikes.example/help/es/returns">' in shown
    found = await (await page.get("/help/es", params={"q": "devolver mi bici"})).text()
    assert "Lo que encontramos" in found and 'href="/help/es/returns"' in found and "noindex" in found
    missing = await page.get("/help/es/opening")
    assert missing.status == 404 and "Esta página no existe" in await missing.text()


async def test_an_english_page_leads_to_the_same_in_the_other_language_where_there_is_one(
    aiohttp_client: Callable[..., Awaitable[Client]], shop: Path
) -> None:
    page = await opened(aiohttp_client, shop, spanish(shop))
    both, alone = [await (await page.get(f"/help/{slug}")).text() for slug in ("returns", "opening")]
    assert '<html lang="en">' in both and '<a hreflang="es" lang="es" href="/help/es/returns">Español</a>' in both
    assert "hreflang" not in alone


async def test_a_business_of_one_language_has_no_word_of_another(page: Client) -> None:
    for path in ("/help", "/help/returns", "/help?q=bikes", "/help/es"):
        answer = await page.get(path)
        assert "hreflang" not in await answer.text() and "Content-Language" not in answer.headers
    assert (await page.get("/help/es")).status == 404


def test_every_word_of_the_pages_is_there_in_spanish() -> None:
    files = [*(ROOT / "help_pages/templates").iterdir(), ROOT / "help_pages/routes.py"]
    written = "".join(path.read_text(encoding="utf-8") for path in files)
    english = set(re.findall(r'_\("([^"]+)"\)', written)) | set(
        re.findall(r'(?:sentence = |_told\(tongue, \d+, |word\()"([^"]+)"', written)
    )
    there = table("es", PAGES, "help", ROOT / "domain")
    assert len(english) > 20 and english - there.keys() == set()
    assert all(key in written for key in there)


async def test_without_numbers_there_is_the_chat_alone(aiohttp_client: Callable[..., Awaitable[Client]], shop: Path) -> None:
    bare = await opened(aiohttp_client, shop, Site(name="Bikes", public_url="https://bikes.example"))
    text = await (await bare.get("/help/returns")).text()
    assert "#chat" in text and "sms:" not in text and "tel:" not in text


async def test_what_is_searched_is_found_or_said_not_to_be_there(page: Client) -> None:
    found = await (await page.get("/help", params={"q": "how can I send the bikes back"})).text()
    assert found.index("Returning a bicycle") < found.index("Lights and batteries")
    none = await (await page.get("/help", params={"q": "Madagascar <script>alert(1)</script>"})).text()
    assert "no page that answers" in none and "<script>alert" not in none and "noindex" in none


async def test_too_long_and_too_often_are_refused(page: Client) -> None:
    assert (await page.get("/help", params={"q": "x" * 501})).status == 400
    asked = [(await page.get("/help", params={"q": "bike"})).status for _ in range(int(SEARCHES.burst) + 1)]
    assert asked[:-1] == [200] * int(SEARCHES.burst) and asked[-1] == 429
    assert (await page.get("/help/returns")).status == 200


@pytest.mark.parametrize("path", ["/help/nothing", "/help/..%2f..%2fetc%2fpasswd", "/help/pictures/..%2freturns.md"])
async def test_what_is_not_there_is_404(page: Client, path: str) -> None:
    assert (await page.get(path)).status == 404


async def test_what_needs_a_proof_or_is_over_has_no_page(aiohttp_client: Callable[..., Awaitable[Client]], shop: Path) -> None:
    article(shop, "secret", "The members' lounge", "Where is the lounge?", more="level: possessed")
    article(shop, "sale", "The spring sale", "Is there a sale?", more="valid: {from: 2026-03-01, to: 2026-05-31}")
    page = await opened(aiohttp_client, shop)
    assert [(await page.get(f"/help/{slug}")).status for slug in ("secret", "sale")] == [404, 404]
    for text in [await (await page.get("/help", params=asked)).text() for asked in ({}, {"q": "lounge"}, {"q": "spring sale"})]:
        assert "lounge</a>" not in text and "sale</a>" not in text


async def test_no_script_runs_on_these_pages(page: Client) -> None:
    policy = (await page.get("/help")).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "form-action 'self'" in policy


@pytest.mark.parametrize(
    ("written", "never"),
    [
        ("<script>alert(1)</script>", "<script"),
        ("[x](javascript:alert(1))", 'href="javascript'),
        ('<img src=x onerror="alert(1)">', "<img"),
        ("![x](data:text/html,x)", 'src="data'),
    ],
)
def test_nothing_an_author_writes_can_run(written: str, never: str) -> None:
    assert never not in html(written)


def test_links_to_articles_and_pictures_lead_below_help() -> None:
    made = html("[a](lost-card.md) ![b](pictures/b.svg) [c](https://c.example/)\n\n| a |\n|---|\n| 1 |")
    assert 'href="/help/lost-card"' in made and 'src="/help/pictures/b.svg"' in made and 'href="https://c.example/"' in made
    assert 'tabindex="0"' in made and "<table>" in made


def test_a_table_has_no_heading_without_words() -> None:
    corner = html("| | sent |\n|---|---|\n| at home | $25 |")
    assert "<th>sent</th>" in corner and "<th></th>" not in corner and corner.count("<td>") == 3
    bare = html("| | |\n|---|---|\n| at home | $25 |")
    assert "<thead>" not in bare and "<td>at home</td>" in bare


def test_each_table_of_a_page_has_a_name_of_its_own() -> None:
    table = "\n\n| a |\n|---|\n| 1 |\n\n"
    made = html(f"{table}## Fees & limits{table}{table}")
    assert re.findall(r'aria-label="([^"]+)"', made) == ["Table", "Table: Fees &amp; limits", "Table: Fees &amp; limits (2)"]


@pytest.mark.parametrize("root", ["/help", "/help/es"])
async def test_every_page_and_picture_of_the_sample_is_there(aiohttp_client: Callable[..., Awaitable[Client]], root: str) -> None:
    bank = replace(SITE, languages=Languages.from_domain(ROOT / "domain"))
    page = await opened(aiohttp_client, ROOT / "articles", bank)
    text = await (await page.get(root)).text()
    addresses = set(re.findall(r'"(/help/[^"]+)"', text))
    assert len(addresses) >= 30
    there = {one for path in ("/help", "/help/es") for one in re.findall(r'"(/help[^"]*)"', await (await page.get(path)).text())}
    for address in sorted(addresses):
        answer = await page.get(address)
        assert answer.status == 200, address
        shown = await answer.text()
        assert [
            one for one in re.findall(r'"(/help/[^"]+)"', shown) if one.startswith("/help/pictures") is False and one not in there
        ] == []
        assert [one for one in re.findall(r'src="(/help/[^"]+)"', shown) if (await page.get(one)).status != 200] == []
