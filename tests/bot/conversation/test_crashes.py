"""A worker dies between any two steps of a turn; the next one ends it: one turn, one set of replies, one handoff."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot import directives
from bot.model import ChannelName, InboundMessage, Reply, stable_id
from bot.ports import DialogueTurn, TurnResult
from bot.redis_store.turns import RedisTurns, RedisUnsaved
from bot.transcript.log import Lines
from tests.bot.conftest import ANA, World
from tests.bot.fakes import FakeAssistant


class Died(BaseException):
    """The process is gone: nothing after this happened."""


class Dies:
    """Stands before a client and dies at its n-th command, before or after it is carried out."""

    def __init__(self, world: World, at: int, *, after: bool) -> None:
        self._at, self._after, self.count = at, after, 0
        self._real: Callable[..., Awaitable[Any]] = world.client.execute_command
        self._client = world.client

    async def __call__(self, *args: Any, **options: Any) -> Any:
        if any("ot:lock:" in str(arg) for arg in args):
            return await self._real(*args, **options)
        self.count += 1
        dies = self.count == self._at  # commands may be on their way side by side
        if dies and not self._after:
            raise Died
        answer = await self._real(*args, **options)
        if dies:
            raise Died
        return answer

    def __enter__(self) -> Dies:
        self._client.execute_command = self  # type: ignore[method-assign]
        return self

    def __exit__(self, *_: object) -> None:
        self._client.execute_command = self._real  # type: ignore[method-assign]


async def run_dying(world: World, message: InboundMessage, at: int, *, after: bool) -> tuple[TurnResult, bool]:
    """The turn's result in the end, and whether a death came in between."""
    died = False
    with Dies(world, at, after=after):
        try:
            await world.conversations.receive(message)
        except Died:
            died = True
    await world.client.delete(*[key async for key in world.client.scan_iter("ot:lock:*")] or ["none"])
    return await world.conversations.receive(message), died


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("asks_for", [None, directives.Handoff("wants a person")])
async def test_a_turn_that_dies_anywhere_is_ended_once(world: World, asks_for: directives.Directive | None, after: bool) -> None:
    def answer(said: dict[str, Any]) -> DialogueTurn:
        """As Rasa: what an action asks for stands in the tracker too."""
        asked = (asks_for,) if asks_for else ()
        event = {"event": "bot", "text": None, "data": {"custom": directives.to_json(asks_for)}} if asks_for else {"event": "x"}
        reply = Reply(f"re {said['said']}")
        world.assistant.after[said["id"]] = [event]
        return DialogueTurn((reply,), asked)

    world.assistant.answer = answer
    deaths = 0
    for at in range(1, 60):
        await world.client.flushall()
        sender = type(ANA)(ANA.kind, f"+1212555{at:04d}")
        message = world.message(ChannelName.SMS, sender, "hello")
        result, died = await run_dying(world, message, at, after=after)
        contact = await world.contacts.find(sender)
        assert contact is not None and contact.conversation_id == result.conversation_id
        said = world.assistant.trackers[result.conversation_id]
        assert sum(e.get("message_id") == message.id for e in said) == 1, f"one turn, death {at}"
        assert [r.text for r in result.replies].count("re hello") == 1, f"one reply, death {at}"
        if asks_for:
            assert result.handoff is not None and result.handoff.id == stable_id("h", message.id)
            assert await world.handoffs.open_for(result.conversation_id) == result.handoff
            assert result.handoff in await world.handoffs.listing()
            assert len(result.replies) == 2, "the reply, and the place in the queue, once each"
            assert sum((e.get("metadata") or {}).get("author") == "notice" for e in said) == 1
        if not died:
            break
        deaths += 1
    else:
        pytest.fail("the turn has more steps than were tried")
    assert deaths > 8


async def test_the_first_result_counts(world: World) -> None:
    turns = RedisTurns(world.client)
    first, second = TurnResult("c_1", ()), TurnResult("c_2", ())
    await turns.begin("m1")
    assert await turns.finish("m1", first) == first
    assert await turns.finish("m1", second) == first
    assert (await turns.begin("m1"))[1] == first


async def test_a_line_whose_writer_died_is_there_once(world: World) -> None:
    assistant, unsaved = FakeAssistant(), RedisUnsaved(world.client)
    lines = Lines(assistant, unsaved)
    event = {"event": "user", "text": "hello", "message_id": "m1"}
    await lines.add("c_1", [event], about="m1")
    await unsaved.push("c_1", [assistant.trackers["c_1"][0]])
    await unsaved.take_up("c_1")  # and then it died
    await lines.add("c_1", [{"event": "bot", "text": "hi"}])
    assert [e["text"] for e in assistant.trackers["c_1"]] == ["hello", "hi"]
    assert await unsaved.peek("c_1") == []


async def test_lines_pushed_twice_wait_once_and_in_order(world: World) -> None:
    unsaved = RedisUnsaved(world.client)
    first, second = ({"event": "bot", "text": text, "metadata": {"line": text}} for text in ("one", "two"))
    await unsaved.push("c_1", [first, second])
    await unsaved.push("c_1", [first])
    assert await unsaved.peek("c_1") == [first, second]
    await unsaved.drop("c_1", [first])
    await unsaved.drop("c_1", [first])
    assert await unsaved.peek("c_1") == [second]
