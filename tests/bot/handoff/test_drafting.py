"""Two lines are drafted for each open handoff, once, whoever looks; without a usable answer all is as before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from bot.directives import Handoff as Wanted
from bot.handoff.drafting import Drafting
from bot.model import ChannelName
from bot.model.answers import Answer
from bot.ports import DialogueTurn
from bot.ports.language_model import Use, Worded
from tests.bot.conftest import World

NUMBERS = count()


@dataclass(slots=True)
class Writer:
    """A model that writes ``text``, and remembers what it was given."""

    text: str = "Wants a card.\nNothing was tried."
    given: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = field(default_factory=list)

    async def rephrase(self, question: str, answer: Answer, channel: ChannelName | None) -> Worded:
        raise NotImplementedError

    async def suggest(self, words: str, titles: Mapping[str, str]) -> Worded:
        raise NotImplementedError

    async def draft(self, reason: str, tried: Sequence[str], said: Sequence[str]) -> Worded:
        self.given.append((reason, tuple(tried), tuple(said)))
        return Worded(self.text, Use("draft", 300, bool(self.text), "" if self.text else "figure", "small"))


def drafting(world: World, writer: Writer) -> Drafting:
    book = world.people.handoffs
    return Drafting(handoffs=book, model=writer, facts=world.facts, clock=world.clock, new_id=lambda: f"d{next(NUMBERS)}")


async def asks_for_a_person(world: World) -> str:
    world.assistant.answer = lambda said: DialogueTurn((), (Wanted("asked", tried=("The name did not match",)),))
    handoff = (await world.texts("i want my card")).handoff
    assert handoff is not None
    return handoff.id


async def test_two_lines_stand_beside_what_is_known_and_are_told_without_words(world: World) -> None:
    handoff_id, writer = await asks_for_a_person(world), Writer()
    assert await drafting(world, writer).look() == 1
    handoff = await world.handoffs.get(handoff_id)
    assert handoff and handoff.draft and handoff.draft.lines == ("Wants a card.", "Nothing was tried.")
    assert handoff.reason == "asked" and handoff.packet.tried == ("The name did not match",)
    assert writer.given == [("asked", ("The name did not match",), ("i want my card",))]
    (told,) = await world.told("language_model_used")
    assert told.body == {"purpose": "draft", "ms": 300, "accepted": True, "why": "", "model": "small"}
    assert told.conversation_id == handoff.conversation_id


async def test_each_is_drafted_once_however_many_look(world: World) -> None:
    await asks_for_a_person(world)
    first, second = Writer(), Writer()
    assert await drafting(world, first).look() + await drafting(world, second).look() == 1
    assert len(first.given) + len(second.given) == 1


async def test_without_an_answer_nothing_is_shown_and_it_is_not_asked_again(world: World) -> None:
    handoff_id, writer = await asks_for_a_person(world), Writer("")
    assert await drafting(world, writer).look() == 0
    assert await drafting(world, writer).look() == 0
    handoff = await world.handoffs.get(handoff_id)
    assert handoff and handoff.draft and handoff.draft.lines == () and len(writer.given) == 1


async def test_what_was_closed_meanwhile_is_left_alone(world: World) -> None:
    handoff_id, writer = await asks_for_a_person(world), Writer()
    await world.people.accept(handoff_id, "ana", None)
    await world.people.close(handoff_id, "ana", "A card comes")
    assert await drafting(world, writer).look() == 0 and writer.given == []
