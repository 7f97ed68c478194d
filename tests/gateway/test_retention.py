"""``python -m gateway.retention``: counts first, deletes when told, and shows nothing of anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import Address, AddressKind, ContactAddress, Proof, now
from bot.redis_base import connect
from bot.redis_store import RedisContacts
from connectors.messenger_threads import RedisThreads
from connectors.web_limits import Limits
from connectors.web_log import VisitorLog
from gateway.retention import read_arguments, run

LATER = timedelta(days=401)
ANA, THREAD = Address(AddressKind.TEL, "+12125550147"), Address(AddressKind.MESSENGER, "1000000000000001")


@pytest.fixture
async def browser(redis_url: str) -> Address:
    """Ana by SMS, and a visitor of the web chat with a Messenger thread."""
    client = connect(redis_url)
    contacts, log = RedisContacts(client, now), VisitorLog(client, Limits())
    _, web_id = await log.new_visitor()
    address = Address(AddressKind.WEB, web_id)
    await log.append(web_id, "in:1", {"text": "my secret"})
    await RedisThreads(client).opened(THREAD.value, now())
    await contacts.find_or_create(ANA)
    visitor = await contacts.find_or_create(address)
    thread = ContactAddress(THREAD, Proof.CLAIMED, now())
    await contacts.save(replace(visitor, addresses=(*visitor.addresses, thread)))
    await client.aclose()
    return address


async def told(redis_url: str, *words: str) -> str:
    said = await run(redis_url, read_arguments(words), lambda: now() + LATER)
    assert ANA.value not in said and "secret" not in said
    return said


async def test_it_counts_before_it_deletes(redis_url: str, browser: Address) -> None:
    assert (await told(redis_url, "--days", "400")).startswith("2 silent since 20")
    assert "2 deleted" in await told(redis_url, "--days", "400", "--delete")
    assert (await told(redis_url, "--days", "400", "--delete")).startswith("0 silent")


async def test_one_person_is_deleted_with_what_the_channels_keep(redis_url: str, browser: Address) -> None:
    client = connect(redis_url)
    contacts = RedisContacts(client, now)
    visitor = await contacts.find(browser)
    assert visitor is not None
    assert (await told(redis_url, "--person", visitor.conversation_id)).startswith("Last here")
    assert (await told(redis_url, "--person", str(THREAD), "--delete")).startswith("Deleted")
    assert await VisitorLog(client, Limits()).after(browser.value, 0) == []
    assert await RedisThreads(client).last_inbound(THREAD.value) is None
    assert await contacts.find(browser) is None and await contacts.find(THREAD) is None and await contacts.find(ANA)
    assert await told(redis_url, "--person", visitor.conversation_id) == "Nobody is known by that."
    assert (await told(redis_url, "--person", ANA.value, "--delete")).startswith("Deleted")
    await client.aclose()


async def test_a_visitor_who_comes_back_finds_an_empty_chat_that_works(redis_url: str, browser: Address) -> None:
    client = connect(redis_url)
    log = VisitorLog(client, Limits())
    seen = await log.last(browser.value)
    await log.forget(browser.value)
    following = await log.append(browser.value, "in:2", {"text": "hello"})
    assert following > seen, "a tab that stayed open sees it"
    assert [line["text"] for _, line in await log.after(browser.value, 0)] == ["hello"]
    await client.aclose()


@pytest.mark.parametrize(
    "words", [[], ["--days", "29"], ["--days", "many"], ["--days", "90", "--person", "c_1"], ["--person", "Ana"]]
)
def test_what_makes_no_sense_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_arguments(words)
    assert "usage" in capsys.readouterr().err
