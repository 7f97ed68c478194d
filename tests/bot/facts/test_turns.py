"""A turn is told once: what was heard, what was made of it, chosen, filled, asked again, offered and spoken."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.agent_desk.workspace import outbound
from bot.directives import ModelUsed
from bot.door import MASK
from bot.door.figures import numbers
from bot.model import Address, AddressKind, ChannelName, Fact, InboundMessage, Media, Option, Reply
from bot.ports import DialogueTurn, SlotTaken, Understood
from bot.transcript.lines import lines
from bot.transcript.repeats import Questions
from bot.transcript.understood import read_back
from tests.bot.agent_desk.test_people import opened_by_text
from tests.bot.conftest import ANA, World
from tests.bot.conversation.test_crashes import Died, Dies
from tests.bot.identity.test_identity import ask_for_a_code
from tests.door.examples import CARDS, PINS, SHORT_CODES, SOCIAL_SECURITY

ACTIVATE = Understood(
    intent="activate_card",
    confidence=0.97,
    runner_up="card_balance",
    runner_up_confidence=0.02,
    model="m-1",
    policy="RulePolicy",
    action="activation_form",
    form="activation_form",
    slots=(SlotTaken("card_last4", "4421"),),
    repeats=(("zip", "sms"),),
)


def understands(world: World, found: Understood = ACTIVATE, *options: Option) -> None:
    reply = Reply("Which zip code?", options)
    world.assistant.answer = lambda said: DialogueTurn((reply,), understood=found)


async def one(world: World, kind: str) -> Fact:
    (fact,) = await world.told(kind)
    return fact


async def test_a_message_is_told_with_what_the_assistant_made_of_it(world: World) -> None:
    understands(world)
    message = world.message(ChannelName.SMS, ANA, "activate my card 4421")
    world.clock.passes(seconds=2)
    result = await world.conversations.receive(message)
    contact = await world.contacts.find(ANA)
    assert contact is not None
    heard, turn = await one(world, "message_in"), await one(world, "turn")
    assert (heard.body["text"], heard.body["form"], heard.body["level"]) == ("activate my card 4421", "words", "claimed")
    assert heard.body["address"] == str(ANA) and heard.at == turn.at == message.received_at
    assert (turn.body["intent"], turn.body["runner_up"], turn.body["confidence"]) == ("activate_card", "card_balance", 0.97)
    assert (turn.body["policy"], turn.body["action"], turn.body["model"]) == ("RulePolicy", "activation_form", "m-1")
    assert turn.body["latency_ms"] == 2000 and turn.body["fallback"] is False
    filled, again = await one(world, "slot_set"), await one(world, "repeat_asked")
    assert (filled.body["slot"], filled.body["value"], filled.body["words"]) == ("card_last4", "4421", "activate my card 4421")
    assert (again.body["slot"], again.body["given_on"], again.body["by"]) == ("zip", "sms", "bot")
    for fact in (heard, turn, filled, again):
        assert (fact.conversation_id, fact.contact, fact.channel) == (result.conversation_id, contact.id, "sms")
        assert fact.cause == message.id and fact.pseudonym


async def test_a_language_model_that_was_asked_is_told_of_without_words(world: World) -> None:
    use = ModelUsed(purpose="rephrase", ms=420, accepted=False, why="figure", model="small")
    world.assistant.answer = lambda said: DialogueTurn((Reply("It costs 1%."),), (use,))
    await world.texts("what does it cost abroad")
    told = await one(world, "language_model_used")
    assert told.body == {"purpose": "rephrase", "ms": 420, "accepted": False, "why": "figure", "model": "small"}


async def test_a_menu_is_told_as_shown_and_what_was_tapped_of_it(world: World) -> None:
    understands(world, ACTIVATE, Option("Main Street", "/one"), Option("Harbour", "/two"))
    result = await world.chats("where are you")
    shown = await one(world, "menu_shown")
    assert shown.body == {"menu_id": result.menu_id, "options": ["Main Street", "Harbour"], "count": 2, "form": "buttons"}
    understands(world)
    world.clock.passes(seconds=1)
    await world.chats(choice=f"{result.menu_id}:2")
    chosen = await one(world, "menu_chosen")
    assert chosen.body == {"menu_id": result.menu_id, "number": 2, "title": "Harbour", "by": "tap"}
    assert [(f.body["text"], f.body["form"]) for f in await world.told("message_in")][1] == ("Harbour", "choice")


@pytest.mark.parametrize(
    ("said", "by"), [({"text": "2"}, "number"), ({"text": "the second one"}, "words"), ({"digits": "2"}, "keys")]
)
async def test_a_choice_is_told_with_how_it_was_made(world: World, said: dict[str, str], by: str) -> None:
    understands(world, ACTIVATE, Option("Main Street", "/one"), Option("Harbour", "/two"))
    await world.calls_in("CA1")
    understands(world)
    await world.says("CA1", said.pop("text", ""), **said)
    chosen = await one(world, "menu_chosen")
    assert (chosen.body["number"], chosen.body["by"]) == (2, by)


async def test_what_is_spoken_on_a_call_is_told_in_its_order_and_a_greeting_is_nobodys_words(world: World) -> None:
    world.assistant.answer = lambda said: DialogueTurn((Reply("Hello."), Reply("How can I help?", response="utter_help")))
    await world.calls_in("CA1")
    spoken = await world.told("reply")
    assert sorted((f.body["n"], f.body["text"], f.body["response"]) for f in spoken) == [
        (1, "Hello.", ""),
        (2, "How can I help?", "utter_help"),
    ]
    assert await world.told("message_in") == [], "a ring is no message"


async def test_a_sign_stays_the_sign_that_was_sent(world: World) -> None:
    understands(world)
    await world.texts("\N{THUMBS UP SIGN}")
    assert (await one(world, "message_in")).body["text"] == "\N{THUMBS UP SIGN}"


async def test_a_picture_is_told_by_its_kind_and_an_assistant_that_fails_as_a_fallback(world: World) -> None:
    world.assistant.failing = True
    await world.texts("look at my bill", ANA)
    turn = await one(world, "turn")
    assert turn.body["fallback"] is True and turn.body["action"] == "utter_turn_failed"
    world.assistant.failing = False
    picture = world.message(ChannelName.SMS, ANA, media=(Media("https://x/1", "image/png"),))
    await world.conversations.receive(picture)
    assert [f.body["media"] for f in await world.told("message_in") if f.cause == picture.id] == [["image/png"]]


async def test_words_for_a_person_are_told_and_the_assistant_has_no_part_in_it(world: World) -> None:
    handoff = await opened_by_text(world)
    await world.people.accept(handoff.id, "sam", None)
    turns = len(await world.told("turn"))
    await world.texts("are you there?")
    assert [f.body["text"] for f in await world.told("message_in")].count("are you there?") == 1
    assert len(await world.told("turn")) == turns


async def test_a_code_that_came_back_stands_in_no_fact(world: World) -> None:
    await world.texts("hello")
    await world.chats("hello")
    code = await ask_for_a_code(world)
    understands(world)
    await world.chats(f"it is {code}")
    told = await world.told()
    assert len(await world.told("message_in")) >= 3
    assert not [fact for fact in told if code in repr(fact.body)], "not in what was typed, and not in what was texted"


async def test_nothing_that_the_door_masks_stands_in_a_fact(world: World) -> None:
    understands(world, replace(ACTIVATE, slots=(), repeats=()))
    for number, secret in enumerate((*CARDS, *SHORT_CODES, *SOCIAL_SECURITY, *PINS)):
        await world.texts(secret, Address(AddressKind.TEL, f"+1212555{number:04d}"))
    heard = [fact.body for fact in await world.told("message_in")]
    assert len(heard) == len((*CARDS, *SHORT_CODES, *SOCIAL_SECURITY, *PINS))
    for body in heard:
        assert body["masked"] and MASK in body["text"] and not numbers(body["text"].replace("CVV2", ""))


def tracked(world: World, message: InboundMessage) -> None:
    """As Rasa: what it understood stands in the tracker, too."""
    world.assistant.after[message.id] = [
        {"event": "action", "name": "utter_hello", "policy": "RulePolicy"},
        {"event": "slot", "name": "card_last4", "value": "4421"},
    ]


@pytest.mark.parametrize("after", [False, True])
async def test_a_turn_that_dies_anywhere_is_told_once_and_whole(world: World, after: bool) -> None:
    found = Understood(action="utter_hello", policy="RulePolicy", slots=(SlotTaken("card_last4", "4421"),))
    understands(world, found)
    for at in range(1, 60):
        await world.client.flushall()
        world.assistant.trackers.clear()
        message = world.message(ChannelName.SMS, ANA, "hello")
        tracked(world, message)
        died = False
        with Dies(world, at, after=after):
            try:
                await world.conversations.receive(message)
            except Died:
                died = True
        await world.client.delete(*[key async for key in world.client.scan_iter("ot:lock:*")] or ["none"])
        await world.conversations.receive(message)
        kinds = sorted(fact.kind for fact in await world.told())
        assert kinds == ["message_in", "slot_set", "turn"], f"death {at}"
        if not died:
            break
    assert at > 8


def events() -> list[dict[str, Any]]:
    """A conversation as Rasa keeps it: a form in the browser, then the same on the phone."""
    web, call = ({"channel": channel, "contact": "p_1"} for channel in ("web", "voice"))
    return [
        {"event": "user", "message_id": "1", "text": "activate", "metadata": web, "parse_data": {"intent": {"name": "go"}}},
        {"event": "active_loop", "name": "activation_form"},
        {"event": "slot", "name": "zip", "value": "10001"},
        {"event": "user", "message_id": "2", "text": "again", "metadata": {"line": "x"}},
        {
            "event": "user",
            "message_id": "2",
            "text": "activate it",
            "metadata": call,
            "parse_data": {
                "intent": {"name": "activate", "confidence": 0.9},
                "intent_ranking": [{"name": "activate", "confidence": 0.9}, {"name": "stop", "confidence": 0.1}],
            },
        },
        {"event": "action", "name": "action_listen", "policy": None},
        {"event": "action", "name": "activation_form", "policy": "RulePolicy"},
        {"event": "slot", "name": "requested_slot", "value": "zip"},
        {"event": "slot", "name": "zip", "value": "10001"},
        {"event": "slot", "name": "city", "value": "York"},
        {"event": "slot", "name": "street", "value": None},
    ]


def test_what_was_understood_is_read_back_from_the_tracker() -> None:
    found = read_back(events(), "2", Questions())
    assert found is not None
    assert (found.intent, found.confidence, found.runner_up, found.runner_up_confidence) == ("activate", 0.9, "stop", 0.1)
    assert (found.action, found.policy, found.form) == ("activation_form", "RulePolicy", "activation_form")
    assert found.slots == (SlotTaken("city", "York"),), "only what has another value than before"
    assert found.repeats == (("zip", "web"),), "asked on the phone for what was given in the browser"
    assert read_back(events(), "3", Questions()) is None


ACTS: list[tuple[list[str], str]] = [
    (["action_pause", "utter_lets_activate", "bot", "activation_form", "bot", "action_listen"], "utter_lets_activate"),
    (["activation_form", "action_activate_card", "bot", "action_listen"], "action_activate_card"),
    (["action_session_start", "action_listen", "action_pause", "action_listen"], "action_pause"),
    (["action_extract_slots", "bot", "utter_hello", "bot"], "utter_hello"),
    (["action_listen"], ""),
]


@pytest.mark.parametrize(("acts", "answered"), ACTS)
def test_what_answered_is_the_action_that_said_something(acts: list[str], answered: str) -> None:
    """Not one that only made room for it, and not the waiting after it."""
    user = {"event": "user", "message_id": "1", "text": "x", "parse_data": {"intent": {"name": "go"}}}
    said = [{"event": "bot", "text": "y"} if act == "bot" else {"event": "action", "name": act, "policy": act} for act in acts]
    found = read_back([user, *said], "1", Questions())
    assert found is not None and (found.action, found.policy) == (answered, answered)


async def test_only_what_a_customer_said_or_chose_has_an_intent(world: World) -> None:
    """Our own word that a call began, or that an agent is done, and the word that a PIN came, are no wish of theirs."""
    own = replace(ACTIVATE, intent="call_started", action="action_call_started")
    understands(world, own)
    await world.calls_in("CA1")
    (began,) = await world.told("turn")
    assert (began.body["action"], began.body.get("intent", ""), began.body.get("runner_up", "")) == (
        "action_call_started",
        "",
        "",
    )
    understands(world)
    await world.says("CA1", "activate my card")
    assert [fact.body["intent"] for fact in await world.told("turn") if fact.body.get("intent")] == ["activate_card"]


async def test_the_record_of_a_text_knows_which_response_was_said(world: World) -> None:
    """Those of the designers' domain, and the gateway's own sentences."""
    world.assistant.answer = lambda said: DialogueTurn((Reply("It is 941.", response="utter_balance"),))
    message = world.message(ChannelName.SMS, ANA, "my balance")
    result = await world.conversations.receive(message)
    await world.outbox.put(outbound(result, message, world.clock))
    assert (await one(world, "reply")).body["response"] == "utter_balance"
    world.clock.passes(seconds=5)
    world.assistant.failing = True
    assert [reply.response for reply in (await world.texts("my other balance")).replies] == ["utter_turn_failed"]


@pytest.mark.parametrize(
    ("said", "shown", "picked"),
    [
        ({"text": "the second one"}, "the second one", "Harbour"),
        ({"text": "2"}, "2", "Harbour"),
        ({"digits": "2"}, "2", "Harbour"),
        ({"text": "harbour"}, "harbour", ""),
        ({"choice": ":2"}, "Harbour", ""),
    ],
)
async def test_agents_read_what_was_typed_and_beside_it_what_it_picked(
    world: World, said: dict[str, str], shown: str, picked: str
) -> None:
    understands(world, ACTIVATE, Option("Main Street", "/one"), Option("Harbour", "/two"))
    result = await world.chats("where are you")
    understands(world)
    world.clock.passes(seconds=5)
    told = {name: f"{result.menu_id}{value}" if name == "choice" else value for name, value in said.items()}
    await world.chats(told.pop("text", ""), **told)
    meta = world.assistant.asked[-1]["metadata"]
    event = {"event": "user", "text": "/two", "timestamp": 1.0, "metadata": meta}
    (line,) = lines([event])
    assert (line.text, line.picked) == (shown, picked)
    (heard,) = [fact.body["text"] for fact in await world.told("message_in")][1:]
    assert heard == shown
    assert [fact.body["title"] for fact in await world.told("menu_chosen")] == ["Harbour"]
