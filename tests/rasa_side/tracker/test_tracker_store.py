"""The tracker store against a real Redis: faithful to Rasa's store in memory, flat, and safe against a second writer."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import redis.asyncio
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, ConversationPaused, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.rasa_side.tracker.tracker_store import RedisTrackerLog
from bot.redis_store.event_log import StaleWriter
from tests.conftest import free_port
from tests.rasa_side.in_process import InProcessActions

pytestmark = [pytest.mark.rasa, pytest.mark.filterwarnings("ignore")]  # Rasa warns of its own past

SAID = [
    *("hello", "what is my balance", "when are you open", "in York", "thanks a lot", "I want to send money", "to Bob", "Alice"),
    *("a lot of it", "20", "35", "opening hours", "bye", "qwertz uiop", "make a transfer", "/restart", "/session_start"),
    *("/back", '/hours{"city": "York"}', "/greet", "/inform"),
]
AGENT = [BotUttered("This is Kim.", metadata={"agent": "kim"}), UserUttered("hi Kim", parse_data={}), SlotSet("city", "Leeds")]


@pytest.fixture
async def store(redis_url: str) -> AsyncIterator[RedisTrackerLog]:
    """Our store on the run's Redis."""
    opened = RedisTrackerLog(Domain.empty(), redis_url)
    yield opened
    await opened.close()


def agent_on(model: Path, store: TrackerStore) -> Agent:
    """The toy assistant with this store."""
    agent = Agent.load(model, action_endpoint=InProcessActions(), tracker_store=store)
    assert agent.is_ready()
    return agent


async def say(agent: Agent, text: str, number: int, conversation: str = "c") -> list[dict[str, Any]]:
    """One turn; the replies."""
    channel = CollectingOutputChannel()
    await agent.handle_message(UserMessage(text, channel, conversation, message_id=str(number)))
    return channel.messages


async def append(agent: Agent, events: list[Event], conversation: str = "c") -> None:
    """Events without a turn, as Rasa's API adds them."""
    tracker = await agent.processor.fetch_tracker_with_initial_session(conversation)
    for event in events:
        tracker.update(Event.from_parameters(event.as_dict()), agent.domain)
    await agent.tracker_store.save(tracker)


async def seen(agent: Agent, known: int, conversation: str = "c") -> dict[str, Any]:
    """What can be compared between two stores: the state, and what the last turns were."""
    tracker = await agent.tracker_store.retrieve(conversation)
    state = tracker.current_state()
    actions = [event for event in tracker.events if isinstance(event, ActionExecuted)][-known:]
    return {
        "slots": state["slots"],
        "paused": state["paused"],
        "latest_action": state["latest_action"],
        "loop": tracker.active_loop
        and (tracker.active_loop.name, tracker.active_loop.rejected, tracker.active_loop.is_interrupted),
        "message": tracker.latest_message.text,
        "followup": tracker.followup_action,
        "actions": [(event.action_name, event.policy, event.confidence, event.hide_rule_turn) for event in actions],
        "words": [event.text for event in tracker.events if isinstance(event, UserUttered | BotUttered)][-3:],
    }


@pytest.mark.parametrize("seed", range(4))
async def test_every_turn_is_as_with_rasas_own_store(toy_model: Path, store: RedisTrackerLog, seed: int) -> None:
    rng = random.Random(seed)
    ours, theirs = agent_on(toy_model, store), agent_on(toy_model, InMemoryTrackerStore(Domain.empty()))
    said = SAID if seed % 2 else [text for text in SAID if text not in ("/restart", "/session_start")]
    for number in range(60):
        if rng.random() < 0.15:
            events = rng.choices(AGENT, k=rng.randint(1, 4))
            await append(ours, events)
            await append(theirs, events)
            continue
        text = rng.choice(said)
        assert await say(ours, text, number) == await say(theirs, text, number), (number, text)
        assert await seen(ours, 2) == await seen(theirs, 2), (number, text)
        assert len((await store.retrieve("c")).events) < 200, (number, text)
    assert len((await store.retrieve("c")).events) < await length(store)


async def length(store: RedisTrackerLog, conversation: str = "c") -> int:
    reading = await store.log.read(conversation)
    return reading.length if reading else 0


@pytest.mark.parametrize("text", ["hello", "not a number", "thanks", "what is my balance"])
async def test_a_turn_reads_and_writes_the_same_however_long_it_goes_on(
    toy_model: Path, store: RedisTrackerLog, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """In a form, too: "not a number" is asked again each time, and the balance is told and the form goes on."""
    agent = agent_on(toy_model, store)
    for number, opening in enumerate(("I want to send money", "Bob") if text not in ("hello", "thanks") else ()):
        await say(agent, opening, number)
    read: list[int] = []
    wire: list[int] = []
    from_parameters = Event.from_parameters
    reading = store.log.read

    async def counted(conversation: str) -> Any:
        result = await reading(conversation)
        if result is not None:
            wire.append(len(result.window) + sum(map(len, result.since)))
        return result

    monkeypatch.setattr(store.log, "read", counted)
    monkeypatch.setattr(Event, "from_parameters", staticmethod(lambda *args: read.append(1) or from_parameters(*args)))
    events, sizes = [], []
    for number in range(100, 220):
        read.clear()
        wire.clear()
        await say(agent, text, number)
        events.append(len(read))
        sizes.append(sum(wire))
    assert max(events[60:]) <= max(events[:60])
    assert max(sizes[60:]) <= 1.05 * max(sizes[:60])
    assert max(events) < 200
    assert await length(store) > 120 * 3


async def test_an_agents_long_talk_stays_small(toy_model: Path, store: RedisTrackerLog) -> None:
    agent = agent_on(toy_model, store)
    await say(agent, "when are you open", 1)
    for _ in range(200):
        await append(agent, [BotUttered("Still looking."), UserUttered("all right", parse_data={})])
    window = await store.retrieve("c")
    assert len(window.events) < 400
    assert (await say(agent, "thanks", 2))[0]["text"] == "You are welcome."


async def test_the_whole_history_stays_readable(toy_model: Path, store: RedisTrackerLog) -> None:
    agent = agent_on(toy_model, store)
    for number in range(30):
        await say(agent, "hello", number)
    whole = await store.retrieve_full_tracker("c")
    assert [event.message_id for event in whole.events if isinstance(event, UserUttered)] == [str(number) for number in range(30)]
    assert len(whole.events) == await length(store)
    pages = [await store.page("c", start, 40) for start in range(0, len(whole.events), 40)]
    assert [event["timestamp"] for page in pages for event in page] == [event.timestamp for event in whole.events]
    assert await store.page("c", len(whole.events), 40) == []


async def test_a_conversation_goes_on_after_a_restart(toy_model: Path, store: RedisTrackerLog, redis_url: str) -> None:
    await say(agent_on(toy_model, store), "I want to send money", 1)
    other = RedisTrackerLog(Domain.empty(), redis_url)
    agent = agent_on(toy_model, other)
    assert (await say(agent, "Bob", 2))[0]["text"] == "How much?"
    assert (await say(agent, "20", 3))[0]["text"] == "Sent 20 to Bob."
    await other.close()


@pytest.mark.parametrize("then", [0, 60])
async def test_a_pause_of_an_earlier_version_silences_nobody(toy_model: Path, store: RedisTrackerLog, then: int) -> None:
    """Right after it, and when what is read is a shortened window: the open handoff alone says who owns the conversation."""
    agent = agent_on(toy_model, store)
    await say(agent, "hello", 1)
    await append(agent, [ConversationPaused()])
    for number in range(then):
        assert await say(agent, SAID[0], 10 + number) != []
    assert await say(agent, SAID[0], 100) != []
    assert not (await store.retrieve("c")).is_paused() and not (await store.retrieve_full_tracker("c")).is_paused()


async def test_a_stale_writer_is_refused(toy_model: Path, store: RedisTrackerLog) -> None:
    agent = agent_on(toy_model, store)
    await say(agent, "hello", 1)
    first, second = await store.retrieve("c"), await store.retrieve("c")
    before = await length(store)
    first.update(SlotSet("city", "York"))
    second.update(SlotSet("city", "Leeds"))
    await store.save(first)
    with pytest.raises(StaleWriter):
        await store.save(second)
    assert await length(store) == before + 1
    assert (await store.retrieve("c")).get_slot("city") == "York"
    first.update(SlotSet("city", "Bath"))
    await store.save(first)  # the one who is up to date goes on
    assert (await store.retrieve("c")).get_slot("city") == "Bath"


async def test_a_tracker_from_elsewhere_does_not_overwrite(store: RedisTrackerLog) -> None:
    store.domain = Domain.empty()
    await store.save(DialogueStateTracker.from_events("c", [UserUttered("hello")]))
    with pytest.raises(StaleWriter):
        await store.save(DialogueStateTracker.from_events("c", [UserUttered("other")]))


async def test_an_unknown_conversation(store: RedisTrackerLog) -> None:
    assert await store.retrieve("nobody") is None
    assert await store.retrieve_full_tracker("nobody") is None
    assert not await store.exists("nobody")
    created = await store.create_tracker("nobody", append_action_listen=False)
    assert len(created.events) == 0
    assert not await store.exists("nobody")


async def test_keys_of_one_conversation_share_a_hash_tag(toy_model: Path, store: RedisTrackerLog, redis_url: str) -> None:
    agent = agent_on(toy_model, store)
    for number in range(20):
        await say(agent, "hello", number, "c_1")
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        assert sorted(await client.keys("ot:{*")) == [b"ot:{c:c_1}:events", b"ot:{c:c_1}:window"]
        assert await client.ttl("ot:{c:c_1}:events") == -1
    assert list(await store.keys()) == ["c_1"]
    assert await store.exists("c_1")


async def test_redis_down_fails_the_turn(toy_model: Path) -> None:
    store = RedisTrackerLog(Domain.empty(), f"redis://127.0.0.1:{free_port()}/0")
    with pytest.raises(redis.exceptions.ConnectionError):
        await say(agent_on(toy_model, store), "hello", 1)
    await store.close()


async def test_the_window_fits_the_policies(toy_model: Path, store: RedisTrackerLog) -> None:
    agent = agent_on(toy_model, store)
    from bot.rasa_side.tracker.policies import lookback

    need = lookback(agent.processor)
    assert need.stories == 5 + 2
    assert 3 <= need.actions <= 12
    assert store.size.actions >= need.actions
    assert store.size.stories >= need.stories
