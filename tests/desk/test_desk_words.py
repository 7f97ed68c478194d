"""Agents read who it is and what is known in their own words, not in the assistant's."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from redis.asyncio import Redis

from bot import domain_files
from bot.domain_files import DomainFileError
from bot.model import Address, Author, ChannelName, Contact, ContactAddress, Handoff, Proof, SlotFact, TranscriptLine
from bot.yaml_text import parse
from desk.agents import AgentDirectory
from desk.words import FOLDER, UnknownWords, WordsRefused, words, words_in
from desk.words.facts import FactWords
from tests.desk.conftest import PASSWORD, Browser, House, opened_house
from tests.desk.fake_people import START, FakeClock

KNOWN = FactWords({"card_last4": "Last four digits of the card"}, frozenset({"also", "requested_slot"}), ("full_name",))
DOMAIN = Path(__file__).parents[2] / "domain"


def slot(name: str, value: Any) -> SlotFact:
    return SlotFact(name, value, ChannelName.WEB, START)


def visible(text: str) -> str:
    return " ".join(unescape(re.sub("<[^>]+>", " ", text)).split())


@pytest.fixture
async def desk(redis: Redis, agents: AgentDirectory, clock: FakeClock) -> AsyncIterator[tuple[House, Browser]]:
    """A desk that knows which slot holds the name, and Ana at it."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with opened_house(redis, agents, clock, known=KNOWN) as house, aiohttp.ClientSession(cookie_jar=jar) as session:
        browser = Browser(session, house.base)
        await house.agent()
        assert (await browser.sign_in("ana", PASSWORD)).status == 303
        yield house, browser


def asked(house: House, *slots: SlotFact, channel: ChannelName = ChannelName.WEB, address: str = "web:abc") -> Handoff:
    contact = Contact("ct", "c", (ContactAddress(Address.parse(address), Proof.CLAIMED, START),), START)
    line = TranscriptLine(START, Author.CUSTOMER, channel, "my card is broken")
    return house.people.open("Card broken", channel, (line,), slots=slots, contact=contact, proof=Proof.CLAIMED)


async def test_the_customers_name_comes_first_and_stands_in_the_thread(desk: tuple[House, Browser]) -> None:
    house, ana = desk
    handoff = asked(house, slot("full_name", "Ana Lopez"))
    text = (await ana.get(f"/desk/handoffs/{handoff.id}")).text
    assert "<h1><bdi>Ana Lopez</bdi>" in text and "<b>Ana Lopez</b>" in text and "<title>Ana Lopez" in text
    assert "Ana Lopez not verified" in visible(text) and "claimed" not in visible(text)


@pytest.mark.parametrize(
    ("channel", "address", "called"),
    [
        (ChannelName.SMS, "tel:+12025550100", "+12025550100"),
        (ChannelName.WEB, "web:abc", "Visitor on web chat"),
        (ChannelName.MESSENGER, "messenger:7", "Somebody on Messenger"),
        (ChannelName.VOICE, "tel:anonymous-CA1", "Caller with a withheld number"),
    ],
)
async def test_without_a_name_it_is_the_number_or_where_they_are(
    desk: tuple[House, Browser], channel: ChannelName, address: str, called: str
) -> None:
    house, ana = desk
    handoff = asked(house, channel=channel, address=address)
    text = (await ana.get(f"/desk/handoffs/{handoff.id}")).text
    assert f"<h1><bdi>{called}</bdi>" in text and "<b>Customer</b>" in text


async def test_what_the_assistant_needs_for_itself_is_hidden_and_facts_have_names_that_are_read(
    desk: tuple[House, Browser],
) -> None:
    house, ana = desk
    handoff = asked(house, slot("card_last4", "4417"), slot("also", "/greet"), slot("new_to_us", "x"))
    text = (await ana.get(f"/desk/handoffs/{handoff.id}")).text
    assert "<dt>Last four digits of the card</dt>" in text and "<dt>New to us</dt>" in text
    assert "/greet" not in text and ">Also<" not in text


async def test_a_name_is_only_text_and_one_line(desk: tuple[House, Browser]) -> None:
    house, ana = desk
    handoff = asked(house, slot("full_name", "<img src=x>\u202e\nBo" + "o" * 90))
    text = (await ana.get(f"/desk/handoffs/{handoff.id}")).text
    head = text.split("<h1>")[1].split("</h1>")[0]
    assert "<img" not in text and "\u202e" not in head and "o" * 61 not in head and "&lt;img src=x&gt; Boo" in head


@pytest.mark.parametrize("value", [None, 7, ["Ana"], "  \n"])
def test_what_is_no_name_is_none(value: object) -> None:
    assert KNOWN.name_in([slot("full_name", value)]) == ""


def test_every_slot_of_ours_has_words_or_is_hidden() -> None:
    known = FactWords.from_domain(DOMAIN)
    contents = [domain_files.read(DOMAIN, path) for path in domain_files.paths(DOMAIN)]
    slots = domain_files.named(contents, "slots").keys()
    assert slots - known.facts.keys() - known.hidden == set()
    assert known.facts.keys() | set(known.names) <= slots and known.names


def test_a_slip_in_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "_desk.yml").write_text("desk: {fact: {a: b}}", encoding="utf-8")
    with pytest.raises(DomainFileError, match="nothing called 'fact'"):
        FactWords.from_domain(tmp_path)


def test_words_that_there_are_not_are_a_mistake_of_ours() -> None:
    with pytest.raises(UnknownWords):
        words()("level.unheard")
    with pytest.raises(UnknownWords):
        words()("caller_id.Passed")


@pytest.mark.parametrize("name", ["on", "off", "yes", "no", "7"])
def test_a_name_that_yaml_reads_as_no_word_is_refused_with_where_it_stands(name: str) -> None:
    with pytest.raises(WordsRefused, match=r"^code\..*in quotes"):
        dict(words_in(parse(f"code:\n  {name}: Switch it\n")))
    assert dict(words_in(parse(f"code:\n  '{name}': Switch it\n"))) == {f"code.{name}": "Switch it"}


def test_every_name_of_words_in_the_code_is_there() -> None:
    desk = FOLDER.parent
    used = {
        name
        for path in (*desk.rglob("*.html"), *desk.rglob("*.py"))
        for name in re.findall(r"""(?:say|SAY)\(\s*"([a-z_.]+)"[,)]""", path.read_text(encoding="utf-8"))
    }
    assert used and used - words().by_name.keys() == set()
