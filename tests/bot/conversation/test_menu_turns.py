"""Menus through the whole core on a real Valkey: kept by id, paged, asked back, and out of the way of speech."""

from __future__ import annotations

from bot.menus.menu import MORE
from bot.model import Address, AddressKind, Card, ChannelName, Option, Reply
from bot.ports import DialogueTurn, TurnResult
from tests.bot.conftest import ANA, World

PAGE = Address(AddressKind.MESSENGER, "123")
BRANCHES = tuple(
    Option(f"{name} branch", f"/at_{name.lower()}")
    for name in "Amber Basil Cedar Denim Ebony Fudge Grape Hazel Ivory Jasmine".split()
)
TWO = (Option("Activate a card", "/activate"), Option("Where is my card?", "/where"))


def offers(world: World, *options: Option, cards: tuple[Card, ...] = ()) -> None:
    """The assistant offers these whatever is said."""
    world.assistant.answer = lambda said: DialogueTurn((Reply("Which?", options, cards=cards),))


def asked(world: World) -> list[str]:
    return [a["said"] for a in world.assistant.asked]


def titles(result: TurnResult) -> list[str]:
    return [option.title for option in result.replies[-1].options]


async def test_a_caller_turns_the_pages_of_a_long_menu(world: World) -> None:
    offers(world, *BRANCHES)
    first = await world.calls_in("CA1")
    assert titles(first) == [*(o.title for o in BRANCHES[:8]), "more choices"]
    second = await world.says("CA1", "", digits="9")
    assert (titles(second), second.replies[-1].text) == (
        ["Ivory branch", "Jasmine branch", "the first choices again"],
        "menu_more",
    )
    assert titles(await world.says("CA1", "", digits="3")) == titles(first)
    await world.says("CA1", "more")
    await world.says("CA1", "", digits="2")
    assert asked(world) == ["/call_started", "/at_jasmine"], "turning pages is nothing for the assistant"


async def test_the_transcript_has_the_pages_too(world: World) -> None:
    offers(world, *BRANCHES)
    shown = await world.calls_in("CA1")
    await world.says("CA1", "more choices")
    lines = [e.get("text") for e in world.assistant.trackers[shown.conversation_id] if e["event"] in ("user", "bot")]
    assert lines[-2:] == ["more choices", "menu_more"]


async def test_quick_replies_come_in_pages_whose_taps_are_told_apart(world: World) -> None:
    offers(world, *(Option(f"Day {n}", f"/day_{n}") for n in range(20)))
    receive = world.conversations.receive
    first = await receive(world.message(ChannelName.MESSENGER, PAGE, "days"))
    assert len(titles(first)) == 13
    second = await receive(world.message(ChannelName.MESSENGER, PAGE, "More\u2026", choice=f"{first.menu_id}:13"))
    assert titles(second) == [*(f"Day {n}" for n in range(12, 20)), "Back to the first"]
    assert second.menu_id != first.menu_id
    await receive(world.message(ChannelName.MESSENGER, PAGE, "Day 3", choice=f"{first.menu_id}:4"))
    await receive(world.message(ChannelName.MESSENGER, PAGE, "Day 13", choice=f"{second.menu_id}:2"))
    assert asked(world) == ["days", "/day_3", "/day_13"]


async def test_cards_keep_their_pages(world: World) -> None:
    cards = tuple(Card(f"Card {n}", "text", options=(Option("Choose", f"/c{n}"),)) for n in range(10))
    offers(world, cards=cards)
    first = await world.calls_in("CA1")
    assert (first.replies[-1].cards, titles(first)[0]) == (cards[:8], "Card 0")
    second = await world.says("CA1", "", digits="9")
    assert (second.replies[-1].cards, titles(second)[:2]) == (cards[8:], ["Card 8", "Card 9"])


async def test_an_answer_that_fits_two_is_asked_back_and_then_understood(world: World) -> None:
    offers(world, *TWO)
    await world.texts("hello")
    back = await world.texts("card")
    assert (back.replies[-1].text, back.replies[-1].options) == ("menu_which", TWO)
    await world.texts("the second one")
    assert asked(world) == ["hello", "/where"]


async def test_a_late_yes_changes_nothing_and_shows_what_is_asked_now(world: World) -> None:
    offers(world, Option("Yes", "/affirm"), Option("No", "/deny"))
    first = await world.chats("activate")
    offers(world, *TWO)
    await world.chats("something else")
    late = await world.chats("Yes", choice=f"{first.menu_id}:1")
    assert (late.replies[-1].text, late.replies[-1].options) == ("menu_late", TWO)
    await world.chats("2")
    assert asked(world) == ["activate", "something else", "/where"]


async def test_a_tap_on_an_older_menu_counts_for_a_day(world: World) -> None:
    offers(world, *TWO)
    first = await world.chats("hello")
    world.assistant.answer = lambda said: DialogueTurn((Reply("We open at nine."),))
    await world.chats("when do you open")
    await world.chats("2")
    await world.chats("Activate a card", choice=f"{first.menu_id}:1")
    world.clock.passes(hours=25)
    await world.chats("Activate a card", choice=f"{first.menu_id}:1")
    assert asked(world) == ["hello", "when do you open", "2", "/activate", "Activate a card"]


async def test_a_menu_heard_on_the_phone_is_answered_by_text(world: World) -> None:
    offers(world, *TWO)
    await world.calls_in("CA1")
    await world.texts("2")
    await world.texts("one moment please")
    assert asked(world) == ["/call_started", "/where", "one moment please"]


async def test_two_people_do_not_share_menus(world: World) -> None:
    offers(world, *TWO)
    mine = await world.texts("hello")
    other = Address(AddressKind.TEL, "+12125550148")
    await world.texts("2", other)
    await world.conversations.receive(
        world.message(ChannelName.WEB, Address(AddressKind.WEB, "w9"), "x", choice=f"{mine.menu_id}:1")
    )
    assert asked(world) == ["hello", "2", "x"]
    assert MORE not in asked(world)
    await world.texts("2", ANA)
    assert asked(world)[-1] == "/where"


async def test_a_turn_worked_on_again_reads_the_menu_it_read_at_first(world: World) -> None:
    offers(world, *BRANCHES)
    await world.calls_in("CA1")
    message = world.message(ChannelName.VOICE, ANA, "", digits="9", call_sid="CA1")
    first = await world.conversations.receive(message)
    await world.client.set(f"ot:turn:{message.id}", "started")  # its worker died before the result was kept
    assert titles(await world.conversations.receive(message)) == titles(first)
