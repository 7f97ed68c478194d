"""Waiting: the measured wait, keys at any time, and what is offered to callers who cannot be put in line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.model import Address, CallState, Contact, Handoff, HandoffState
from bot.ports import TurnResult
from bot.ports.hours import BadHours, Hours, opening_words
from bot.ports.phone_line import Estimate, Wait, estimate
from tests.voice.agents.test_handoff import look, put_through
from tests.voice.conftest import World
from tests.voice.fakes import ANA, Doc, Phone
from voice.agents import hold_music
from voice.agents.line_settings import LineSettings

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)  # a Saturday


def waits(*minutes: float, place: int = 1) -> list[Wait]:
    return [Wait(60 * m, place, NOON) for m in minutes]


# -- how long it takes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "place", "expected"),
    [
        ([], 1, None),
        (waits(3, 3), 1, None),  # too few to say
        (waits(3, 3, 3), 1, Estimate(3, 3, 3)),
        (waits(3, 3, 3), 2, Estimate(6, 6, 6)),
        (waits(6, 6, 6, place=2), 1, Estimate(3, 3, 3)),
        (waits(2, 3, 5, 6, 4), 1, Estimate(3, 4, 5)),
        (waits(0.2, 0.4, 0.5), 1, Estimate(0, 1, 1)),
        (waits(1, 1, 1, 30, 30, 30), 1, None),  # they differ too much
        (waits(25, 25, 25), 3, None),  # more than an hour: nothing that helps to say
    ],
)
def test_the_estimate_is_measured_and_says_nothing_when_it_cannot(
    known: list[Wait], place: int, expected: Estimate | None
) -> None:
    assert estimate(known, place) == expected


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ([], ""),
        (waits(3, 3, 3), "It should take about 3 minutes. "),
        (waits(2, 2.5, 6, 6), "It should take between 2 and 6 minutes. "),
        (waits(0.1, 0.2, 0.3), "It should take less than a minute. "),
    ],
)
async def test_the_caller_hears_it_once_in_the_queue(world: World, known: list[Wait], words: str) -> None:
    world.helpers.waits.waits = known
    phone = world.phone()
    doc, _ = await put_through(world, phone)
    assert (await look(phone, doc)).words == f"{words}Press 1, 2 or 3."


async def test_a_caller_whose_conversation_an_agent_has_hears_no_place(world: World) -> None:
    """They went on by text, an agent answered, and now they call."""
    _, handoff = await put_through(world, world.phone())
    taken = replace(handoff, state=HandoffState.ASSIGNED, agent="sam", types=True, call_sid=None)
    world.store.handoffs[handoff.id] = taken
    world.conversations.script.append(TurnResult(taken.conversation_id, (), handoff=taken))
    doc = await world.phone("b").rings()
    assert doc.words == "A colleague has it already." and "Enqueue" in doc.verbs


async def test_the_music_goes_on_from_phrase_to_phrase(world: World) -> None:
    phone = world.phone()
    doc, _ = await put_through(world, phone)
    doc, played = await look(phone, doc), []
    for _ in range(7):
        played.append(doc.one("Play").text)
        doc = await phone.follows(doc)
    assert played == [f"/twilio/voice/music/{n}.wav" for n in (1, 2, 3, 4, 5, 6, 1)]


async def test_who_still_waits_has_the_line_again_when_the_other_call_of_two_is_over(world: World) -> None:
    phone = world.phone()
    doc, handoff = await put_through(world, phone)
    world.store.handoffs[handoff.id] = replace(handoff, call_sid=None)  # a second call from this number had it, and is over
    await look(phone, doc)
    assert world.store.handoffs[handoff.id].call_sid == phone.sid


async def test_a_look_takes_the_line_from_nobody(world: World) -> None:
    phone = world.phone()
    doc, handoff = await put_through(world, phone)
    world.store.handoffs[handoff.id] = replace(handoff, call_sid="CA" + "9" * 32)
    await look(phone, doc)
    assert world.store.handoffs[handoff.id].call_sid == "CA" + "9" * 32


@pytest.mark.parametrize(
    ("settings", "plays"),
    [(LineSettings(hold_music="off"), []), (LineSettings(hold_music="https://x.example/a.mp3"), ["https://x.example/a.mp3"])],
)
async def test_other_music_or_none(world: World, plays: list[str]) -> None:
    phone = world.phone()
    doc, _ = await put_through(world, phone)
    doc = await look(phone, doc)
    assert [play.text for play in doc.root.iter("Play")] == plays
    assert doc.one("Gather").attrib["timeout"] == ("1" if plays else "4")


def test_the_files_are_what_the_module_composes(tmp_path: Path) -> None:
    for made in hold_music.write(tmp_path):
        assert made.read_bytes() == (hold_music.FOLDER / made.name).read_bytes()


# -- out of the queue by a key -----------------------------------------------------------------------------------------------


async def pressed(world: World, key: str, phone: Phone | None = None) -> tuple[Phone, Handoff, Doc]:
    """A waiting caller presses a key; what they hear when they have left the queue."""
    phone = phone or world.phone()
    world.store.contacts.setdefault(f"tel:{phone.number}", Contact("p_1", f"c_{phone.number}", (), world.clock()))
    doc, handoff = await put_through(world, phone)
    waiting = await look(phone, doc)
    left = await phone.at(waiting.one("Gather").attrib["action"], Digits=key)
    assert left.verbs == ["Leave"]
    assert world.store.calls[phone.sid].state is CallState.TALKING  # an agent who accepts now does not ring in vain
    return phone, handoff, await phone.at(doc.one("Enqueue").attrib["action"], QueueResult="leave")


async def test_another_key_changes_nothing(world: World) -> None:
    phone = world.phone()
    doc, _ = await put_through(world, phone)
    waiting = await look(phone, doc)
    again = await phone.at(waiting.one("Gather").attrib["action"], Digits="7")
    assert again.verbs == ["Gather", "Redirect"] and again.words == "Press 1, 2 or 3."
    assert world.store.calls[phone.sid].state is CallState.WAITING


async def test_a_callback_to_the_callers_own_number(world: World) -> None:
    phone, handoff, doc = await pressed(world, "1")
    assert "Shall we call you back at" in doc.words
    done = await phone.answers(doc, SpeechResult="yes")
    assert done.verbs == ["Say", "Hangup"] and "You keep your place" in done.words
    kept = world.store.handoffs[handoff.id]
    assert kept.callback and kept.callback.number == ANA and kept.opened_at == handoff.opened_at
    assert kept.state is HandoffState.WAITING
    assert await phone.answers(doc, SpeechResult="yes") == done
    assert world.helpers.lines.texts == ["The caller wants to be called back."]


@pytest.mark.parametrize(
    ("typed", "number"),
    [("2125550148", "+12125550148"), ("12125550148", "+12125550148"), ("9005550148", ""), ("123", ""), ("2129765555", "")],
)
async def test_a_callback_to_another_number_is_read_back(world: World, typed: str, number: str) -> None:
    phone, handoff, doc = await pressed(world, "1")
    doc = await phone.answers(doc, Digits="2")
    assert "key in the number" in doc.words
    doc = await phone.answers(doc, Digits=typed)
    if not number:
        assert "key in the number" in doc.words and world.store.handoffs[handoff.id].callback is None
        return
    assert "Shall we call you back at" in doc.words
    await phone.answers(doc, Digits="1")
    back = world.store.handoffs[handoff.id].callback
    assert back and back.number == number


async def test_a_withheld_number_is_asked_for_another_and_never_called(world: World) -> None:
    phone, handoff, doc = await pressed(world, "1", world.phone(number="anonymous"))
    assert "key in the number" in doc.words
    for _ in range(2):
        doc = await phone.answers(doc)
    doc = await phone.answers(doc)
    assert doc.verbs == ["Say", "Hangup"]
    assert world.store.handoffs[handoff.id].callback is None and world.store.handoffs[handoff.id].open


async def test_a_message_is_recorded_attached_and_transcribed(world: World) -> None:
    phone, handoff, doc = await pressed(world, "2")
    record, sid = doc.one("Record").attrib, "RE" + "1" * 32
    assert record["maxLength"] == "120" and record["transcribe"] == "true"
    contact = world.store.contacts[f"tel:{ANA}"]
    from bot.model import ContactAddress, Proof

    known = ContactAddress(Address.parse(f"tel:{ANA}"), Proof.CLAIMED, world.clock())
    world.store.contacts[f"tel:{ANA}"] = replace(contact, addresses=(known,))
    done = await phone.at(record["action"], RecordingSid=sid, RecordingDuration="12", Digits="#")
    assert done.verbs == ["Say", "Hangup"] and "listen to your message" in done.words
    ready = {"RecordingSid": sid, "RecordingDuration": "12", "RecordingStatus": "completed"}
    assert (await phone.post(record["recordingStatusCallback"], **ready)).status == 204
    text = {"RecordingSid": sid, "TranscriptionText": "Please call me about my card.", "TranscriptionStatus": "completed"}
    for _ in range(2):
        assert (await phone.post(record["transcribeCallback"], **text)).status == 204
    (left,) = world.store.handoffs[handoff.id].voicemails
    assert (left.recording, left.seconds, left.text) == (sid, 12, "Please call me about my card.")
    assert world.helpers.lines.texts == ["The caller left a voice message of 12 seconds.", "Please call me about my card."]


async def test_a_messages_words_come_before_it_is_known(world: World) -> None:
    """Twilio's requests about one recording come in any order."""
    phone, handoff, doc = await pressed(world, "2")
    record, sid = doc.one("Record").attrib, "RE" + "1" * 32
    text = {"RecordingSid": sid, "TranscriptionText": "About my card.", "TranscriptionStatus": "completed"}
    assert (await phone.post(record["transcribeCallback"], **text)).status == 204
    await phone.at(record["action"], RecordingSid=sid, RecordingDuration="12", Digits="#")
    ready = {"RecordingSid": sid, "RecordingDuration": "12", "RecordingStatus": "completed"}
    await phone.post(record["recordingStatusCallback"], **ready)
    (left,) = world.store.handoffs[handoff.id].voicemails
    assert (left.recording, left.seconds, left.text) == (sid, 12, "About my card.")


async def test_hanging_up_during_the_message_keeps_what_was_said(world: World) -> None:
    phone, handoff, doc = await pressed(world, "2")
    given = {"RecordingSid": "RE" + "1" * 32, "RecordingDuration": "4", "Digits": "hangup", "CallStatus": "completed"}
    assert (await phone.at(doc.one("Record").attrib["action"], **given)).verbs == []
    assert len(world.store.handoffs[handoff.id].voicemails) == 1


async def test_an_empty_message_is_none(world: World) -> None:
    phone, handoff, doc = await pressed(world, "2")
    done = await phone.at(doc.one("Record").attrib["action"], RecordingSid="RE" + "1" * 32, RecordingDuration="0")
    assert done.verbs == ["Say", "Hangup"] and world.store.handoffs[handoff.id].voicemails == ()


async def test_going_on_by_text(world: World) -> None:
    _, handoff, doc = await pressed(world, "3")
    assert doc.verbs == ["Say", "Hangup"] and world.helpers.outbox.texts == [(ANA, "We go on here by text.")]
    assert world.store.handoffs[handoff.id].open


async def test_who_has_opted_out_gets_no_text_but_another_offer(world: World) -> None:
    world.store.contacts[f"tel:{ANA}"] = Contact("p_1", f"c_{ANA}", (), world.clock(), opted_out=True)
    _, _, doc = await pressed(world, "3")
    assert "cannot send texts" in doc.words and "go on by text" not in doc.words and "leave a message" in doc.words
    assert world.helpers.outbox.texts == []


async def test_back_to_the_queue_at_the_same_place(world: World) -> None:
    phone, handoff, doc = await pressed(world, "1")
    back = await phone.answers(doc, Digits="*")
    assert back.verbs == ["Enqueue"] and world.store.calls[phone.sid].handoff_id == handoff.id
    assert world.store.calls[phone.sid].state is CallState.WAITING
    waiting = await look(phone, back)
    assert waiting.verbs == ["Gather", "Redirect"]


# -- who cannot be put in line -------------------------------------------------------------------------------------------------

CLOSED = LineSettings(hours=Hours.parse("Mon-Fri 09:00-17:00", "America/New_York"))


@pytest.mark.parametrize(
    ("settings", "available", "why"),
    [
        (CLOSED, 2, "They are back Monday at 9 AM."),
        (LineSettings(), 0, "None of our colleagues"),
        (LineSettings(queue_limit=1), 2, "Too many people"),
    ],
)
async def test_everybody_is_offered_something_real_and_the_handoff_is_kept(world: World, available: int, why: str) -> None:
    world.helpers.available = available
    world.store.contacts[f"tel:{ANA}"] = Contact("p_1", f"c_{ANA}", (), world.clock())
    if "many" in why:
        other = world.phone("b", number="+15550100124")
        await put_through(world, other)
    phone = world.phone()
    doc = await phone.answers(await phone.rings(), Digits="0")
    assert doc.verbs == ["Say", "Redirect"] and why in doc.words
    menu = await phone.follows(doc)
    for way in ("be called back, press 1", "leave a message, press 2", "go on by text, press 3"):
        assert way in menu.words
    assert "star" not in menu.words  # there is no queue to go back to
    taken = await phone.answers(menu, SpeechResult="call me back please")
    assert "Shall we call you back" in taken.words
    (handoff,) = [h for h in world.store.handoffs.values() if h.call_sid == phone.sid]
    assert handoff.state is HandoffState.WAITING


@pytest.mark.parametrize(
    ("said", "hears"),
    [
        ("one", "Shall we call you back"),
        ("press two please", "leave your message"),
        ("The second one.", "leave your message"),
        ("option three", "I have sent you a text"),
        ("a message", "leave your message"),
        ("I don't want to be called back", "be called back, press 1"),
        ("press seven", "be called back, press 1"),
    ],
)
async def test_what_is_offered_by_key_may_be_said(world: World, said: str, hears: str) -> None:
    world.helpers.available = 0
    world.store.contacts[f"tel:{ANA}"] = Contact("p_1", f"c_{ANA}", (), world.clock())
    phone = world.phone()
    menu = await phone.follows(await phone.answers(await phone.rings(), Digits="0"))
    assert hears in (await phone.answers(menu, SpeechResult=said)).words


@pytest.mark.parametrize("yes", ["Yes, that's right.", "press one please", "one"])
async def test_a_callback_is_confirmed_in_a_sentence_or_by_the_name_of_the_key(world: World, yes: str) -> None:
    phone, handoff, doc = await pressed(world, "1")
    assert "You keep your place" in (await phone.answers(doc, SpeechResult=yes)).words
    assert world.store.handoffs[handoff.id].callback is not None


async def test_a_silent_caller_is_asked_three_times_and_the_handoff_is_kept(world: World) -> None:
    world.helpers.available = 0
    phone = world.phone()
    doc = await phone.follows(await phone.answers(await phone.rings(), Digits="0"))
    for _ in range(2):
        doc = await phone.answers(doc)
        assert doc.verbs == ["Gather", "Redirect"]
    doc = await phone.answers(doc)
    assert doc.verbs == ["Say", "Hangup"] and "get back to you" in doc.words
    assert all(h.open for h in world.store.handoffs.values())


@pytest.mark.parametrize("settings", [CLOSED])
async def test_who_is_with_an_agent_already_is_put_through_at_any_hour(world: World) -> None:
    phone = world.phone()
    greeting = await phone.rings()
    handoff = await world.conversations.open(world.conversations.heard[0][1])
    mine = replace(handoff, state=HandoffState.ASSIGNED, agent="sam")
    world.store.handoffs[handoff.id] = mine
    doc = await phone.answers(greeting, Digits="0")
    assert doc.verbs[-1] == "Enqueue"


# -- hours ---------------------------------------------------------------------------------------------------------------------

WEEK = Hours.parse("Mon-Fri 09:00-17:00, Sat 10:00-14:00", "America/New_York")


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-23T14:00Z", ""),
        ("2026-11-23T13:59Z", "today at 9 AM"),
        ("2026-11-23T22:00Z", "tomorrow at 9 AM"),
        ("2026-11-21T20:00Z", "Monday at 9 AM"),
        ("2026-11-21T14:30Z", "today at 10 AM"),
        ("2026-07-06T13:30Z", ""),  # summer time: 9:30 in New York
        ("2026-01-05T13:30Z", "today at 9 AM"),
    ],
)
def test_hours_of_business_in_the_businesss_own_zone(moment: str, opens: str) -> None:
    at = datetime.fromisoformat(moment.replace("Z", "+00:00"))
    assert WEEK.open_at(at) == (opens == "")
    if opens:
        assert opening_words(WEEK.next_opening(at), at) == opens


def test_without_hours_it_is_always_open() -> None:
    assert all(Hours.parse("", "UTC").open_at(NOON + timedelta(hours=n)) for n in range(168))


@pytest.mark.parametrize(
    ("text", "zone", "why"),
    [
        ("Monday 9-17", "UTC", "cannot be read"),
        ("Mon 17:00-09:00", "UTC", "ends before it begins"),
        ("Mon 09:00-25:00", "UTC", "no such time"),
        ("Mon 09:00-17:00", "Mars/Base", "no time zone"),
        ("Xyz 09:00-17:00", "UTC", "cannot be read"),
    ],
)
def test_hours_that_cannot_be_read_are_refused_with_a_sentence(text: str, zone: str, why: str) -> None:
    with pytest.raises(BadHours, match=why):
        Hours.parse(text, zone)


async def test_a_caller_who_waits_when_the_last_agent_leaves_hears_so_at_the_next_announcement(world: World) -> None:
    """A place in line before nobody is none; the keys still lead to something real, and a colleague's return to the place."""
    phone = world.phone()
    doc, _ = await put_through(world, phone)
    doc = await look(phone, doc)
    world.helpers.available = 0
    for away, told in ((0, "None of our colleagues can take calls just now."), (1, "Still number 1 in line.")):
        world.helpers.available = away
        world.clock.passes(4)
        doc = await phone.follows(doc)
        world.clock.passes(45)
        doc = await phone.follows(doc)
        assert doc.words.startswith(told) and doc.words.endswith("Press 1, 2 or 3.")
        assert ("in line" in doc.words) == bool(away)


async def test_who_was_put_in_line_at_the_moment_the_last_agent_left_hears_no_measured_wait(world: World) -> None:
    world.helpers.waits.waits = waits(3, 3, 3)
    phone = world.phone()
    doc, _ = await put_through(world, phone)
    world.helpers.available = 0
    words = (await look(phone, doc)).words
    assert words.startswith("None of our colleagues") and "minutes" not in words
