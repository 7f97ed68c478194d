"""One person who asks for it is erased everywhere: Redis, the records, recordings at Twilio. Of nobody else a word is lost."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.directives import Handoff as AskForAPerson
from bot.model import Address, AddressKind
from bot.ports import DialogueTurn
from gateway.commands import retention, subject
from gateway.retention.person import BUSY, Unclear, said
from gateway.retention.recordings import Recordings, VendorRefused
from records.errors import RecordsUnavailable
from records.export import Wanted, export
from tests.bot.conftest import ANA, ANAS_BROWSER
from tests.bot.identity.test_linking import known, linked
from tests.bot.redis_store.test_retention import about, lasting
from tests.gateway.retention.conftest import LEFT, SECRET, TALK, Kept

BEN = Address(AddressKind.TEL, "+12125550148")


async def commanded(kept: Kept, *words: str) -> str:
    told = await retention.run(kept.places, retention.read_arguments(words), kept.world.clock)
    assert ANA.value not in told and SECRET not in told
    return told


async def test_ana_is_erased_everywhere_and_ben_keeps_every_word(kept: Kept) -> None:
    ana, handoff = await kept.ana_talks()
    await kept.world.texts("ben was here", BEN)
    ben = await known(kept.world, BEN)
    await kept.recorded()
    assert SECRET in await kept.words()
    told = await commanded(kept, "--person", ANA.value, "--delete")
    assert "with 1 closed handoffs" in told and "Deleted at Twilio: 2 recordings." in told
    assert kept.at_twilio == {} and await kept.world.handoffs.get(handoff.id) is None
    assert about(ana, {key: text for key, text in (await lasting(kept.world)).items() if ":facts:" not in key}) == []
    words = await kept.words()
    assert SECRET not in words and TALK not in words and LEFT not in words and ana.id not in words
    assert "ben was here" in words and await known(kept.world, BEN) == ben
    assert await commanded(kept, "--person", ANA.value) == "Nobody is known by that."


async def test_nothing_is_deleted_before_it_is_said(kept: Kept) -> None:
    await kept.ana_talks()
    await kept.recorded()
    before = await kept.words()
    assert (await commanded(kept, "--person", ANA.value)).startswith("Last here 20")
    assert set(kept.at_twilio) == {TALK, LEFT} and await kept.words() == before and await known(kept.world, ANA)


async def test_what_is_beyond_reach_is_said_by_its_files(kept: Kept) -> None:
    ana, _ = await kept.ana_talks()
    await kept.recorded()
    day, now = timedelta(days=1), kept.world.clock()
    for name, since, until, persons in (
        ("holds-her", now - day, now + day, True),
        ("nameless", now - day, now + day, False),
        ("long-ago", now - 9 * day, now - 8 * day, True),
    ):
        await export(kept.store, Wanted(since, until, "jsonl", kept.folder / name, persons))
    told = await commanded(kept, "--person", ana.id, "--delete")
    assert "holds-her" in told and "nameless" not in told and "long-ago" not in told and "backups" in told


async def test_twilio_away_leaves_all_as_it_was_and_the_same_command_goes_on(kept: Kept) -> None:
    ana, _ = await kept.ana_talks()
    await kept.recorded()
    before = await kept.words()
    kept.faults.rest_next, kept.faults.rest_mode = 1, "503"
    with pytest.raises(VendorRefused, match="2 of 2 recordings are not deleted: Twilio"):
        await commanded(kept, "--person", ANA.value, "--delete")
    assert await kept.words() == before and await known(kept.world, ANA) == ana
    assert "2 recordings" in await commanded(kept, "--person", ANA.value, "--delete")
    assert kept.at_twilio == {} and SECRET not in await kept.words()


async def test_records_away_in_the_middle_leave_what_leads_to_her(kept: Kept) -> None:
    ana, handoff = await kept.ana_talks()
    await kept.recorded()
    async with kept.store.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE erased RENAME TO erased_gone")
    with pytest.raises(RecordsUnavailable):
        person = await kept.people.find(ANA.value)
        assert person is not None
        await kept.people.erase(person)
    assert kept.at_twilio == {}, "that was first"
    assert await known(kept.world, ANA) == ana and await kept.world.handoffs.get(handoff.id)
    async with kept.store.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE erased_gone RENAME TO erased")
    assert "Deleted from Redis" in await commanded(kept, "--person", ANA.value, "--delete")
    assert SECRET not in await kept.words() and await kept.world.contacts.find(ANA) is None


async def test_facts_that_are_still_on_their_way_lose_her(kept: Kept) -> None:
    ana, _ = await kept.ana_talks()
    await commanded(kept, "--person", ANA.value, "--delete")
    await kept.recorded()
    words = await kept.words()
    assert ana.id not in words and SECRET not in words and TALK not in words
    assert kept.at_twilio == {}, "the handoff named them before the records did"


async def test_who_was_joined_goes_with_all_of_them(kept: Kept) -> None:
    _, _, before = await linked(kept.world)
    await kept.recorded()
    await commanded(kept, "--person", str(ANAS_BROWSER), "--delete")
    words = await kept.words()
    assert all(contact.id not in words for contact in before.values()) and "from the browser" not in words


async def test_who_is_with_a_person_keeps_everything(kept: Kept) -> None:
    await kept.ana_talks()
    kept.world.assistant.answer = lambda said: DialogueTurn((), (AskForAPerson("once more"),))
    await kept.world.texts("again please")
    await kept.recorded()
    assert await commanded(kept, "--person", ANA.value, "--delete") == BUSY
    assert set(kept.at_twilio) == {TALK, LEFT} and SECRET in await kept.words()


async def test_whom_redis_has_forgotten_is_found_in_the_records(kept: Kept) -> None:
    ana, _ = await kept.ana_talks()
    await kept.recorded()
    kept.world.clock.passes(days=60)
    await kept.forgets_the_silent()
    assert await kept.world.contacts.find(ANA) is None
    assert "In the records alone" in await commanded(kept, "--person", ANA.value)
    for who in (ana.id, ana.conversation_id):
        person = await kept.people.find(who)
        assert person is not None and person.people == (ana.id,)
    assert "Deleted at Twilio: 2 recordings." in await commanded(kept, "--person", ANA.value, "--delete")
    assert SECRET not in await kept.words() and kept.at_twilio == {}


async def test_a_number_that_was_two_peoples_is_asked_about(kept: Kept) -> None:
    """It changed hands, and both were forgotten in Redis: nobody is erased for another's wish."""
    await kept.world.texts("the first")
    first = await known(kept.world, ANA)
    await kept.world.contacts.detach(ANA)
    await kept.world.texts("the second")
    second = await known(kept.world, ANA)
    await kept.recorded()
    kept.world.clock.passes(days=60)
    await kept.forgets_the_silent()
    with pytest.raises(Unclear) as unclear:
        await kept.people.find(ANA.value)
    assert first.id in str(unclear.value) and second.id in str(unclear.value)
    assert "the first" in await kept.words()
    await commanded(kept, "--person", second.id, "--delete")
    words = await kept.words()
    assert "the second" not in words and "the first" in words


async def test_without_an_account_recordings_are_not_passed_over(kept: Kept) -> None:
    await kept.ana_talks()
    recordings = replace(kept.people.recordings, twilio=None)
    assert isinstance(recordings, Recordings)
    people = replace(kept.people, recordings=recordings)
    person = await people.find(ANA.value)
    assert person is not None
    with pytest.raises(VendorRefused, match="2 recordings are Twilio's to delete, and no account is set"):
        await people.erase(person)
    assert await known(kept.world, ANA)


async def test_what_was_deleted_is_written_down_without_her(kept: Kept) -> None:
    ana, _ = await kept.ana_talks()
    await kept.recorded()
    person = await kept.people.find(ANA.value)
    assert person is not None
    done = await kept.people.erase(person)
    assert done is not None and "2 recordings" in said(done)
    await kept.recorded()
    found = [row for row in (await kept.words()).split("(") if "'erasure'" in row]
    assert len(found) == 2 and any("'recordings': 2" in row and "'handoffs': 1" in row for row in found)
    assert ana.id not in str(found)


async def test_all_that_is_kept_of_her_is_hers_in_one_file(kept: Kept) -> None:
    ana, handoff = await kept.ana_talks()
    await kept.world.texts("ben was here", BEN)
    await kept.recorded()
    out = kept.folder / "ana.json"
    asked = subject.read_arguments(["--person", ANA.value, "--out", str(out)])
    told = await subject.run(kept.places, asked, kept.world.clock)
    assert SECRET not in told and "2 recordings at Twilio" in told
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    document = json.loads(out.read_text())
    assert document["contacts"] == [ana.id] and document["recordings"] == [TALK, LEFT]
    assert document["redis"][f"ot:handoff:{handoff.id}"]["voicemails"][0]["text"] == SECRET
    assert document["redis"][f"ot:contact:{ana.id}"]["addresses"][0]["address"]["value"] == ANA.value
    assert SECRET in str(document["records"]["facts"]) and "ben was here" not in out.read_text()
    with pytest.raises(SystemExit):
        subject.read_arguments(["--person", ANA.value, "--out", str(out)])
    nobody = subject.read_arguments(["--person", "+12125550199", "--out", str(kept.folder / "nobody.json")])
    assert await subject.run(kept.places, nobody, kept.world.clock) == "Nobody is known by that."
    assert not (kept.folder / "nobody.json").exists()
