"""``python -m gateway.commands.retention``: counts first, deletes when told, and shows nothing of anybody."""

from __future__ import annotations

import importlib
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.model import Address, AddressKind, ContactAddress, Proof, now
from bot.redis_store.client.base import connect
from bot.redis_store.contacts import RedisContacts
from connectors.messenger.threads import RedisThreads
from connectors.web.limits import Limits
from connectors.web.log import VisitorLog
from gateway.commands import subject
from gateway.commands.places import Places
from gateway.commands.retention import read_arguments, run
from gateway.settings.kinds import ConfigError
from records.sql import default_url, opening

LATER = timedelta(days=401)
ANA, THREAD = Address(AddressKind.TEL, "+12125550147"), Address(AddressKind.MESSENGER, "1000000000000001")


@pytest.fixture
async def places(redis_url: str, tmp_path: Path) -> Places:
    """Records that nobody wrote yet; no account at Twilio."""
    async with opening(default_url(tmp_path)):
        return Places(redis_url, default_url(tmp_path), None)


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
    await contacts.update(visitor.id, lambda now: replace(now, addresses=(*now.addresses, thread)))
    await client.aclose()
    return address


async def told(places: Places, *words: str) -> str:
    said = await run(places, read_arguments(words), lambda: now() + LATER)
    assert ANA.value not in said and "secret" not in said
    return said


async def test_it_counts_before_it_deletes(places: Places, browser: Address) -> None:
    assert (await told(places, "--days", "400")).startswith("2 silent since 20")
    assert "2 deleted" in await told(places, "--days", "400", "--delete")
    assert (await told(places, "--days", "400", "--delete")).startswith("0 silent")


async def test_one_person_is_deleted_with_what_the_channels_keep(redis_url: str, places: Places, browser: Address) -> None:
    client = connect(redis_url)
    contacts = RedisContacts(client, now)
    visitor = await contacts.find(browser)
    assert visitor is not None
    assert (await told(places, "--person", visitor.conversation_id)).startswith("Last here")
    assert (await told(places, "--person", str(THREAD), "--delete")).startswith("Deleted")
    assert await VisitorLog(client, Limits()).after(browser.value, 0) == []
    assert await RedisThreads(client).last_inbound(THREAD.value) is None
    assert await contacts.find(browser) is None and await contacts.find(THREAD) is None and await contacts.find(ANA)
    assert await told(places, "--person", visitor.conversation_id) == "Nobody is known by that."
    assert (await told(places, "--person", ANA.value, "--delete")).startswith("Deleted")
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


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--days", "99999999999"], "--days must be 36500 or less"),
        (["--person", "12125550147"], "'12125550147' is nobody: write +12125550147"),
        (["--person", "Ana"], "'Ana' is nobody"),
    ],
)
def test_what_is_wrong_is_said(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_arguments(words)
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("text", ["+1 212 555 0147", "+1 (212) 555-0147", " +12125550147 "])
def test_a_number_may_be_written_as_people_write_it(text: str) -> None:
    assert read_arguments(["--person", text]).person == "+12125550147"


def test_every_place_is_found_as_the_gateway_finds_it_or_is_the_running_ones(tmp_path: Path) -> None:
    running = {"redis_url": "redis://running:2/0", "simulated_twilio": {"account_sid": "AC1", "auth_token": "t", "api_url": "u"}}
    (tmp_path / "running.json").write_text(json.dumps(running))
    found = Places.of({"ONETHREAD_HOME": str(tmp_path)})
    assert found.redis_url == "redis://running:2/0" and found.records_url == default_url(tmp_path)
    assert found.twilio is not None and (found.twilio.sid, found.twilio.api_url) == ("AC1", "u")
    own = {"RECORDS_URL": "postgresql://h/records", "TWILIO_ACCOUNT_SID": "AC2", "TWILIO_AUTH_TOKEN": "x" * 32}
    found = Places.of({"ONETHREAD_HOME": str(tmp_path), **own})
    assert found.records_url == "postgresql://h/records"
    assert found.twilio is not None and (found.twilio.sid, found.twilio.api_url) == ("AC2", "https://api.twilio.com")
    with pytest.raises(ConfigError, match="RECORDS_URL names mysql"):
        Places.of({"ONETHREAD_HOME": str(tmp_path), "RECORDS_URL": "mysql://h/records"})


@pytest.mark.parametrize(
    ("module", "words", "left"),
    [
        ("retention", ["--person", ANA.value, "--delete"], "What was deleted so far is deleted; run it again."),
        ("subject", ["--person", ANA.value, "--out", "ana.json"], "Nothing was written."),
    ],
)
def test_records_that_are_away_are_one_sentence(
    redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, module: str, words: list[str], left: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("RECORDS_URL", "postgresql://me:pa55@127.0.0.1:1/records")
    monkeypatch.setattr("sys.argv", [module, *words])
    assert importlib.import_module(f"gateway.commands.{module}").main() == 1
    said = capsys.readouterr().err
    assert said.startswith("Broken off (The records database records on 127.0.0.1:1") and said.endswith(f"{left}\n")
    assert "pa55" not in said and said.count("\n") == 1 and not list(tmp_path.iterdir())


SUBJECT = [
    (["--person", ANA.value], "onethread: Name the file that it goes to: OUT=ana.json (--out).\n"),
    (["--person", ANA.value, "--out", ""], "onethread: Name the file that it goes to: OUT=ana.json (--out).\n"),
    (["--person", "", "--out", "a.json"], "onethread: Name the person: PERSON=+12125550147, messenger:..."),
    (["--person", "Ana", "--out", "a.json"], "onethread: 'Ana' is nobody: write +12125550147"),
    (["--person", ANA.value, "--out", "/nowhere/at/all/a.json"], "onethread: There is no folder /nowhere/at/all.\n"),
]


@pytest.mark.parametrize(("words", "sentence"), SUBJECT)
def test_a_subject_that_cannot_be_meant_is_one_sentence(words: list[str], sentence: str, capsys: Any) -> None:
    with pytest.raises(SystemExit) as ended:
        subject.read_arguments(words)
    said = capsys.readouterr().err
    assert ended.value.code == 2 and said.startswith(sentence) and said.count("\n") == 1


async def test_before_anything_is_deleted_it_is_said_how_much_and_what_to_type(places: Places, browser: Address) -> None:
    counted = await told(places, "--person", ANA.value)
    assert "Would be deleted: 0 transcript lines, 0 recordings at Twilio and 0 closed handoffs" in counted
    assert counted.endswith("Nothing was deleted: give the same command with DELETE=1 (--delete) to do it.")
    assert (await told(places, "--days", "400")).endswith("with DELETE=1 (--delete) to do it.")


@pytest.mark.parametrize("module", ["retention", "subject"])
def test_records_that_are_elsewhere_are_no_success(
    redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, module: str
) -> None:
    """Redis is the right one, the records are not: nothing is deleted, and no empty database is made."""
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("RECORDS_URL", f"sqlite:///{tmp_path / 'elsewhere.sqlite'}")
    more = ["--delete"] if module == "retention" else ["--out", str(tmp_path / "ana.json")]
    monkeypatch.setattr("sys.argv", [module, "--person", ANA.value, *more])
    assert importlib.import_module(f"gateway.commands.{module}").main() == 1
    assert "elsewhere.sqlite is not there: set RECORDS_URL" in capsys.readouterr().err and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("module", ["retention", "subject"])
def test_nobody_is_no_success(places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, module: str) -> None:
    monkeypatch.setenv("REDIS_URL", places.redis_url)
    monkeypatch.setenv("RECORDS_URL", places.records_url)
    more = ["--delete"] if module == "retention" else ["--out", str(tmp_path / "ana.json")]
    monkeypatch.setattr("sys.argv", [module, "--person", "+12125550199", *more])
    assert importlib.import_module(f"gateway.commands.{module}").main() == 1
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "Nobody is known by that.\n")
