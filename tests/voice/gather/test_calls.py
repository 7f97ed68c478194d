"""Whole calls through the real routes: signed webhooks in, TwiML out, the core played by fakes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from structlog.testing import capture_logs
from twilio.request_validator import RequestValidator

from bot.model import Call, CallState, HandoffState, Option, Proof, Reply
from bot.ports import TurnResult
from tests.voice.conftest import World
from tests.voice.fakes import ANA, PUBLIC, TOKEN, Doc, FakeCalls
from voice.gather import twiml

MENU = TurnResult("", (Reply("What is it about?", (Option("Balance", "/balance"), Option("My card", "/card"))),))


# -- answers ---------------------------------------------------------------------------------------------------------


async def test_a_call_is_greeted_inside_the_gather(world: World) -> None:
    world.conversations.will("Welcome to Harbour Bank.")
    doc = await world.phone().rings()
    assert doc.verbs == ["Gather", "Redirect"]
    assert doc.one("Gather").find("Say") is not None and doc.words == "Welcome to Harbour Bank."
    assert doc.step == 1
    assert doc.one("Redirect").text == doc.one("Gather").attrib["action"]
    call = world.store.calls[world.phone().sid]
    assert (call.state, call.proof, call.step, str(call.caller)) == (CallState.TALKING, Proof.CLAIMED, 1, f"tel:{ANA}")


async def test_options_are_spoken_hinted_and_taken_by_one_key(world: World) -> None:
    world.conversations.script.append(MENU)
    phone = world.phone()
    doc = await phone.rings()
    assert (
        doc.words == "What is it about? For balance, press or say 1. For My card, press or say 2."
        or "press or say 2" in doc.words
    )
    assert doc.one("Gather").attrib["numDigits"] == "1"
    assert doc.one("Gather").attrib["hints"] == "Balance,My card,one,two"
    await phone.answers(doc, Digits="2")
    assert world.conversations.turns == [("2", "")]
    kind, message = world.conversations.heard[-1]
    assert (kind, message.id, message.call_sid) == ("receive", f"voice:{phone.sid}:1", phone.sid)


@pytest.mark.parametrize(
    ("fields", "turn"),
    [
        ({"SpeechResult": "Where is my card?", "Confidence": "0.91"}, (None, "Where is my card?")),
        ({"SpeechResult": "Where is my card?"}, (None, "Where is my card?")),  # Confidence may be absent
        ({"Digits": "12", "SpeechResult": "twelve"}, ("12", "")),  # the keys win
        ({"Digits": "94107#"}, ("94107", "")),
        ({"SpeechResult": "four four double two"}, (None, "four four double two")),
    ],
)
async def test_what_is_heard(world: World, fields: dict[str, str], turn: tuple[str | None, str]) -> None:
    phone = world.phone()
    await phone.answers(await phone.rings(), **fields)
    assert world.conversations.turns == [turn]


@pytest.mark.parametrize(
    ("fields", "turn"),
    [
        ({"Digits": "4242"}, ("4242", "")),
        ({"Digits": "0000"}, ("0000", "")),
        ({"Digits": "0"}, ("0", "")),
        ({"SpeechResult": "four two double four"}, ("4244", "")),
        ({"SpeechResult": "4 2 4 2."}, ("4242", "")),
        ({"SpeechResult": "I do not have it"}, (None, "I do not have it")),
    ],
)
async def test_while_figures_are_expected(world: World, fields: dict[str, str], turn: tuple[str | None, str]) -> None:
    world.conversations.will("The last four digits?", expects_digits=True, collect=4)
    phone = world.phone()
    doc = await phone.rings()
    assert doc.one("Gather").attrib["numDigits"] == "4"
    assert doc.one("Gather").attrib["speechModel"] == "numbers_and_commands"
    await phone.answers(doc, **fields)
    assert world.conversations.turns == [turn]


async def test_star_repeats_without_a_turn(world: World) -> None:
    world.conversations.script.append(MENU)
    phone = world.phone()
    first = await phone.rings()
    again = await phone.answers(first, Digits="*")
    assert again.words == first.words and again.step == 2
    assert again.one("Gather").attrib["hints"] == first.one("Gather").attrib["hints"]
    assert world.conversations.turns == []


async def test_zero_is_always_a_person(world: World) -> None:
    phone = world.phone()
    doc = await phone.answers(await phone.rings(), Digits="0")
    assert doc.verbs == ["Say", "Enqueue"]
    assert world.conversations.reasons == ["The caller pressed 0"] and world.conversations.turns == []


async def test_the_assistant_hangs_up(world: World) -> None:
    phone = world.phone()
    doc = await phone.rings()
    world.conversations.will("Goodbye.", hangup=True)
    doc = await phone.answers(doc, SpeechResult="bye")
    assert doc.verbs == ["Say", "Hangup"] and doc.words == "Goodbye."


async def test_nobody_is_cut_off_without_a_word(world: World) -> None:
    phone = world.phone()
    doc = await phone.rings()
    world.conversations.will(hangup=True)
    doc = await phone.answers(doc, SpeechResult="that will be all for today")
    assert doc.verbs == ["Say", "Hangup"] and doc.words == "Thank you for calling. Goodbye."


async def test_figures_are_read_as_people_say_them(world: World) -> None:
    world.conversations.will("You have $5.20 on the card ending in 4242.")
    doc = await world.phone().rings()
    assert doc.words == "You have 5 dollars and 20 cents on the card ending in 4 2 4 2."
    assert world.store.calls[world.phone().sid].last_prompt == doc.words


# -- silence ---------------------------------------------------------------------------------------------------------


async def test_silence_to_the_end(world: World) -> None:
    world.conversations.will("How can I help?")
    phone = world.phone()
    doc = await phone.rings()
    doc = await phone.follows(doc)  # the Redirect behind the Gather
    assert doc.words == "I did not hear you. How can I help?"
    doc = await phone.answers(doc, SpeechResult=" ", Digits="")
    assert doc.words == "You can press the keys. How can I help?"
    doc = await phone.answers(doc)
    assert doc.verbs == ["Say", "Enqueue"]
    assert doc.words == "I am putting you through. You are number 1 in line."
    assert world.conversations.reasons == ["The caller was silent"] and world.conversations.turns == []


async def test_an_answer_starts_the_count_of_silences_anew(world: World) -> None:
    phone = world.phone()
    doc = await phone.answers(await phone.answers(await phone.rings()))
    assert world.store.calls[phone.sid].silences == 2
    doc = await phone.answers(doc, SpeechResult="hello")
    assert world.store.calls[phone.sid].silences == 0
    assert "I did not hear you" in (await phone.answers(doc)).words


async def test_the_question_keeps_its_figures_through_silence(world: World) -> None:
    world.conversations.will("The last four digits?", expects_digits=True, collect=4)
    phone = world.phone()
    doc = await phone.answers(await phone.rings())
    assert doc.one("Gather").attrib["numDigits"] == "4"
    await phone.answers(doc, SpeechResult="four two four two")
    assert world.conversations.turns == [("4242", "")]


# -- duplicates, late and slow ---------------------------------------------------------------------------------------


async def test_a_repeated_webhook_gets_the_same_words_and_no_second_turn(world: World) -> None:
    phone = world.phone()
    greeting = await phone.rings()
    assert await phone.rings() == greeting
    world.conversations.will("It is on its way.")
    first = await phone.answers(greeting, SpeechResult="where is my card")
    again = await phone.answers(greeting, SpeechResult="where is my card")
    assert again == first and len(world.conversations.turns) == 1


async def test_a_late_answer_to_an_older_step_gets_its_old_words(world: World) -> None:
    phone = world.phone()
    greeting = await phone.rings()
    second = await phone.answers(greeting, SpeechResult="one thing")
    third = await phone.answers(second, SpeechResult="another")
    assert await phone.answers(greeting, SpeechResult="one thing") == second
    world.store.kept = {key: text for key, text in world.store.kept.items() if not key.endswith(":1:script")}
    late = await phone.answers(greeting, SpeechResult="one thing")
    assert late.step == third.step and len(world.conversations.turns) == 2


async def test_two_deliveries_at_once_are_one_turn(world: World) -> None:
    phone = world.phone()
    greeting = await phone.rings()
    world.conversations.will("Done.")
    first, second = await asyncio.gather(*(phone.answers(greeting, SpeechResult="do it") for _ in range(2)))
    assert first == second and len(world.conversations.turns) == 1


@pytest.mark.parametrize("turn_deadline", [0.2])
async def test_a_slow_turn_is_collected(world: World) -> None:
    phone, gate = world.phone(), asyncio.Event()
    greeting = await phone.rings()
    world.conversations.gate = gate
    world.conversations.will("Your balance is ready.")
    doc = await phone.answers(greeting, SpeechResult="balance")
    assert doc.verbs == ["Say", "Redirect"] and doc.words == "One moment please."
    doc = await phone.follows(doc)
    assert doc.words == "One moment please."
    gate.set()
    await world.conversations.finished.wait()
    collect = doc
    doc = await phone.follows(collect)
    assert doc.words == "Your balance is ready." and doc.step == 2
    assert await phone.follows(collect) == doc  # collected twice: the same
    assert len(world.conversations.turns) == 1


@pytest.mark.parametrize("turn_deadline", [0.2])
async def test_a_turn_that_never_comes_leads_to_a_person_and_changes_nothing_later(world: World) -> None:
    phone, gate = world.phone(), asyncio.Event()
    greeting = await phone.rings()
    world.conversations.gate = gate
    world.conversations.will("Far too late.")
    doc = await phone.answers(greeting, SpeechResult="balance")
    fillers = 1
    while doc.verbs == ["Say", "Redirect"]:
        doc, fillers = await phone.follows(doc), fillers + 1
    assert fillers == 4  # three fillers, then the person
    assert doc.verbs == ["Say", "Enqueue"] and doc.words == "Sorry, that did not work. You are number 1 in line."
    assert world.conversations.reasons == ["The assistant did not answer in time"]
    gate.set()
    await world.conversations.finished.wait()
    await phone.answers(greeting, SpeechResult="balance")
    assert world.store.calls[phone.sid].state is CallState.WAITING


@pytest.mark.parametrize("turn_deadline", [0.2])
async def test_not_even_a_person_can_be_asked_for(world: World) -> None:
    phone, gate = world.phone(), asyncio.Event()
    greeting = await phone.rings()
    world.conversations.gate = world.conversations.person_gate = gate
    doc = await phone.answers(greeting, SpeechResult="balance")
    while doc.verbs == ["Say", "Redirect"]:
        doc = await phone.follows(doc)
    assert doc.verbs == ["Gather", "Redirect"] and doc.words == "Sorry, that did not work." and doc.step == 2
    gate.set()


async def test_a_collect_that_nobody_knows_is_asked_what_is_open(world: World) -> None:
    """The gateway was started anew while the turn ran."""
    phone = world.phone()
    await phone.rings()
    world.conversations.will("Welcome back. The last four digits?")
    doc = await phone.at("/twilio/voice/collect?step=1&tries=1")
    assert doc.words == "I lost what you said. Welcome back. The last four digits?" and doc.step == 2
    assert world.conversations.reasons == []


async def test_a_collect_that_nobody_knows_and_that_goes_on_leads_to_a_person(world: World) -> None:
    phone = world.phone()
    await phone.rings()
    doc = await phone.at("/twilio/voice/collect?step=1&tries=3")
    assert doc.verbs == ["Say", "Enqueue"]


async def test_a_call_that_the_store_has_lost_goes_on(world: World) -> None:
    phone = world.phone()
    greeting = await phone.rings()
    world.store.calls.clear()
    world.store.kept.clear()
    doc = await phone.answers(greeting, SpeechResult="hello")
    assert doc.words == "Anything else?" and doc.step == 2


# -- who calls -------------------------------------------------------------------------------------------------------


WITHHELD = ["anonymous", "unknown", "", "+266696687", "+7378742883", "client:ana", "sip:ana@example.com", "5550100"]


@pytest.mark.parametrize("number", WITHHELD)
async def test_a_withheld_number_shares_a_thread_with_nobody(world: World, number: str) -> None:
    one, two = world.phone("a", number=number), world.phone("b", number=number)
    await one.rings()
    await two.rings()
    first, second = world.store.calls[one.sid], world.store.calls[two.sid]
    assert str(first.caller) == f"tel:anonymous-{one.sid}"
    assert first.conversation_id != second.conversation_id


async def test_two_calls_from_one_number_share_the_thread_but_not_their_steps(world: World) -> None:
    one, two = world.phone("a"), world.phone("b")
    first, second = await one.rings(), await two.rings()
    await one.answers(first, SpeechResult="from the first")
    assert world.store.calls[one.sid].step == 2 and world.store.calls[two.sid].step == 1
    await two.answers(second, SpeechResult="from the second")
    assert [text for _, text in world.conversations.turns] == ["from the first", "from the second"]
    assert len({call.conversation_id for call in world.store.calls.values()}) == 1


async def test_each_call_begins_unproven(world: World) -> None:
    one, two = world.phone("a"), world.phone("b")
    await one.rings()
    call = world.store.calls[one.sid]
    world.store.calls[one.sid] = replace(call, proof=Proof.POSSESSED)
    await two.rings()
    assert world.store.calls[two.sid].proof is Proof.CLAIMED


# -- the end ---------------------------------------------------------------------------------------------------------


async def test_hanging_up_is_told_once(world: World) -> None:
    phone = world.phone()
    await phone.rings()
    for _ in range(2):
        assert (await phone.post("/twilio/voice/call-status", CallStatus="completed")).status == 204
    call = world.store.calls[phone.sid]
    assert call.state is CallState.ENDED and call.ended_at == world.clock()
    assert world.conversations.ended == [phone.sid]


async def test_who_hangs_up_before_anything_is_answered_leaves_no_call_behind(world: World) -> None:
    phone = world.phone()
    assert (await phone.post("/twilio/voice/call-status", CallStatus="completed")).status == 204
    doc = await phone.rings()  # the call's own webhook, overtaken by the news of its end
    assert doc.verbs == [] and world.conversations.heard == []
    assert world.store.calls[phone.sid].state is CallState.ENDED
    assert world.conversations.ended == [phone.sid]


async def test_a_status_before_the_end_changes_nothing(world: World) -> None:
    phone = world.phone()
    await phone.rings()
    assert (await phone.post("/twilio/voice/call-status", CallStatus="in-progress")).status == 204
    assert world.store.calls[phone.sid].state is CallState.TALKING


@pytest.mark.parametrize("turn_deadline", [0.2])
async def test_hanging_up_while_the_turn_runs(world: World) -> None:
    phone, gate = world.phone(), asyncio.Event()
    greeting = await phone.rings()
    world.conversations.gate = gate
    doc = await phone.answers(greeting, SpeechResult="balance")
    await phone.post("/twilio/voice/call-status", CallStatus="completed")
    gate.set()
    await world.conversations.finished.wait()
    assert (await phone.follows(doc)).verbs == []
    assert world.store.calls[phone.sid].state is CallState.ENDED


async def test_last_words_that_the_end_overtook_are_in_the_thread_and_only_once(world: World) -> None:
    phone = world.phone()
    greeting = await phone.rings()
    await phone.post("/twilio/voice/call-status", CallStatus="completed")
    for _ in range(2):
        assert (await phone.answers(greeting, SpeechResult="cancel my card")).verbs == []
    assert world.conversations.turns == [(None, "cancel my card")]
    assert world.store.calls[phone.sid].state is CallState.ENDED


async def test_an_answer_of_a_caller_who_is_gone(world: World) -> None:
    phone = world.phone()
    doc = await phone.answers(await phone.rings(), CallStatus="completed")
    assert doc.verbs == [] and world.conversations.ended == [phone.sid]


# -- trouble ---------------------------------------------------------------------------------------------------------

ROUTES = [
    "/twilio/voice",
    "/twilio/voice/answer?step=1",
    "/twilio/voice/collect?step=1&tries=1",
    "/twilio/voice/queue?joined=1&n=0",
    "/twilio/voice/queued?step=1",
    "/twilio/voice/agent?handoff=h_1",
    "/twilio/voice/agent/status?handoff=h_1",
    "/twilio/voice/call-status",
]


@pytest.mark.parametrize("path", ROUTES)
async def test_a_forged_signature_reaches_nothing(world: World, path: str) -> None:
    phone = world.phone()
    answer = await phone.post(path, token="f" * 32, SpeechResult="hello", CallStatus="completed")
    assert answer.status == 403
    assert world.refused == ["signature"]
    assert not world.store.calls and not world.store.contacts and not world.conversations.heard
    elsewhere = await phone.post(path, public="https://elsewhere.example")
    assert elsewhere.status == 403
    unsigned = await world.client.post(path, data={"CallSid": phone.sid})
    assert unsigned.status == 403 and not world.store.calls


async def test_a_changed_step_breaks_the_signature(world: World) -> None:
    form = {"CallSid": world.phone().sid, "From": ANA}
    signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}/twilio/voice/answer?step=1", form)
    answer = await world.client.post("/twilio/voice/answer?step=2", data=form, headers={"X-Twilio-Signature": signature})
    assert answer.status == 403


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/twilio/voice", {"CallSid": ""}),
        ("/twilio/voice", {"CallSid": "SM" + "0" * 32}),
        ("/twilio/voice/answer?step=1", {"Digits": "12 34"}),
        ("/twilio/voice/answer", {}),
        ("/twilio/voice/answer?step=-1", {}),
        ("/twilio/voice/answer?step=one", {}),
        ("/twilio/voice/collect?step=1", {}),
        ("/twilio/voice/queue?joined=1", {}),
        ("/twilio/voice/queue?joined=1&n=0&told=soon", {}),
        ("/twilio/voice/agent", {}),
    ],
)
async def test_malformed_requests_are_refused_clearly(world: World, path: str, fields: dict[str, str]) -> None:
    answer = await world.phone().post(path, **fields)
    assert answer.status == 400
    assert "Traceback" not in await answer.text()


@pytest.mark.parametrize("path", ROUTES[:3] + ROUTES[4:6])
async def test_the_store_is_down(world: World, path: str) -> None:
    world.store.down = True
    doc = await world.phone().at(path)
    if path.startswith("/twilio/voice/agent"):
        assert doc.verbs == ["Say", "Hangup"] and doc.words == "Please call again later."
    else:
        assert doc.verbs == ["Say", "Pause", "Redirect"] and doc.words == "Something is wrong here; please wait."


async def test_a_store_that_stays_away_ends_the_call_with_words(world: World) -> None:
    phone = world.phone()
    greeting = await phone.rings()
    world.store.down = True
    doc = await phone.answers(greeting, SpeechResult="hello")
    for _ in range(3):
        assert doc.words == "Something is wrong here; please wait."
        doc = await phone.follows(doc)
    assert doc.verbs == ["Say", "Hangup"] and doc.words == "Please call again later."


async def test_the_greeting_comes_when_the_store_is_back(world: World) -> None:
    phone = world.phone()
    world.store.down = True
    doc = await phone.rings()
    world.store.down = False
    doc = await phone.follows(doc)
    assert doc.verbs == ["Gather", "Redirect"] and doc.step == 1
    assert [kind for kind, _ in world.conversations.heard] == ["call_started"]


async def test_who_hangs_up_in_the_trouble_is_gone(world: World) -> None:
    phone = world.phone()
    greeting = await phone.rings()
    world.store.down = True
    doc = await phone.answers(greeting, SpeechResult="hello")
    world.store.down = False
    assert (await phone.at(doc.one("Redirect").text or "", CallStatus="completed")).verbs == []
    assert world.store.calls[phone.sid].state is CallState.ENDED


async def test_the_store_goes_down_in_the_middle_and_comes_back(world: World) -> None:
    phone = world.phone()
    greeting = await phone.rings()
    world.store.down = True
    trouble = await phone.answers(greeting, SpeechResult="hello")
    assert trouble.verbs == ["Say", "Pause", "Redirect"]
    world.store.down = False
    again = await phone.follows(trouble)
    assert (again.words, again.step) == (greeting.words, greeting.step) and world.store.calls[phone.sid].silences == 0
    assert (await phone.answers(again, SpeechResult="hello")).step == greeting.step + 1
    assert len(world.conversations.turns) == 1


async def test_a_status_that_cannot_be_kept_is_not_acknowledged(world: World) -> None:
    world.store.down = True
    assert (await world.phone().post("/twilio/voice/call-status", CallStatus="completed")).status == 503


async def test_an_unexpected_error_is_spoken_and_logged_once_without_words(world: World) -> None:
    phone = world.phone()
    greeting = await phone.rings()
    world.conversations.script.append(ValueError("my card is 4242"))
    with capture_logs() as logs:
        doc = await phone.answers(greeting, SpeechResult="my card is 4242")
    assert doc.verbs == ["Say", "Hangup"] and doc.words == "Please call again later."
    assert [entry["error"] for entry in logs] == ["ValueError"]
    assert "4242" not in str(logs) and ANA not in str(logs)
    world.conversations.script.append(TurnResult("", (Reply("Better now."),)))
    assert (await phone.answers(greeting, SpeechResult="hello")).words == "Better now."  # the failure was not kept


async def test_even_the_apology_is_missing(world: World) -> None:
    world.store.down = world.words.broken = True
    doc = await world.phone().rings()
    assert doc.verbs == ["Say", "Hangup"] and "sorry" in doc.words


async def test_a_greeting_while_an_agent_has_the_conversation_goes_to_the_queue(world: World) -> None:
    phone = world.phone()
    await phone.rings()
    _, message = world.conversations.heard[0]
    handoff = await world.conversations.open(message)
    world.store.handoffs[handoff.id] = replace(handoff, state=HandoffState.ASSIGNED, agent="sam")
    world.conversations.script.append(TurnResult("", handoff=world.store.handoffs[handoff.id]))
    doc: Doc = await world.phone("b").rings()
    assert doc.verbs == ["Say", "Enqueue"] and doc.one("Enqueue").text == twiml.QUEUE


async def test_a_call_that_was_brought_elsewhere_in_its_turn_stays_there(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its thread was joined to another, after the turn's end and before that was noted of the call."""
    phone = world.phone()
    doc = await phone.rings()
    plain = FakeCalls.update

    async def joined_first(calls: FakeCalls, sid: str, change: Callable[[Call], Call]) -> Call | None:
        was = calls.store.calls[sid]
        if change(was).conversation_id != was.conversation_id:
            await plain(calls, sid, lambda now: replace(now, conversation_id="c_joined"))
        return await plain(calls, sid, change)

    [(key, contact)] = world.store.contacts.items()
    world.store.contacts[key] = replace(contact, conversation_id="c_turn")  # the number begins anew with this turn
    monkeypatch.setattr(FakeCalls, "update", joined_first)
    await phone.answers(doc, Digits="1")
    assert world.store.calls[phone.sid].conversation_id == "c_joined"
