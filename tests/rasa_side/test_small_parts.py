"""The lock, the window's bounds, and the ways to Redis."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.lock_store import LockStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, ConversationPaused, SlotSet, UserUttered
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

from bot.rasa_side.tracker import policies
from bot.rasa_side.tracker.lock_store import TurnLock
from bot.rasa_side.tracker.tracker_store import RedisTrackerLog
from bot.rasa_side.tracker.window import WindowSize, opening, replay, session_start, shorten
from bot.rasa_side.words import NOTHING, parse_words

pytestmark = pytest.mark.filterwarnings("ignore")  # Rasa warns of its own past


def test_rasa_finds_the_lock_by_its_name() -> None:
    assert isinstance(LockStore.create(EndpointConfig(type="bot.rasa_side.tracker.lock_store.TurnLock")), TurnLock)


async def test_turns_of_one_conversation_follow_each_other_at_once() -> None:
    store, order, first_in, go = TurnLock(), list[str](), asyncio.Event(), asyncio.Event()

    async def turn(name: str, conversation: str) -> None:
        async with store.lock(conversation):
            order.append(f"{name} begins")
            if name == "first":
                first_in.set()
                await go.wait()
            order.append(f"{name} ends")

    first = asyncio.create_task(turn("first", "c_1"))
    await first_in.wait()
    second = asyncio.create_task(turn("second", "c_1"))
    await turn("other", "c_2")  # does not wait
    go.set()
    async with asyncio.timeout(0.5):  # Rasa's own lock would sleep a second
        await asyncio.gather(first, second)
    assert order == ["first begins", "other begins", "other ends", "first ends", "second begins", "second ends"]
    assert len(store._locks) == 0


async def test_a_turn_that_fails_lets_go() -> None:
    store = TurnLock()
    with pytest.raises(RuntimeError):
        async with store.lock("c_1"):
            raise RuntimeError
    async with asyncio.timeout(0.5), store.lock("c_1"):
        pass


@pytest.fixture
def domain() -> Domain:
    """One slot, one form."""
    return Domain.from_dict(
        {
            "intents": ["greet"],
            "slots": {"city": {"type": "text", "influence_conversation": True, "mappings": [{"type": "custom"}]}},
            "forms": {"a_form": {"required_slots": []}},
            "responses": {"utter_greet": [{"text": "hi"}]},
        }
    )


def test_an_opening_leads_to_the_same_state(domain: Domain) -> None:
    past = [SlotSet("city", "York"), ConversationPaused(), ActionExecuted("utter_greet"), ActionExecuted("action_listen")]
    after = replay(opening(past, domain), domain)
    assert after.get_slot("city") == "York"
    assert after.is_paused()
    assert after.latest_action_name == "action_listen"
    assert [type(event).__name__ for event in opening([], domain)] == ["ActionExecuted", "SessionStarted"]


def test_an_opening_closes_a_form_it_names(domain: Domain) -> None:
    past = [ActionExecuted("a_form"), ActiveLoop("a_form"), ActiveLoop(None), ActionExecuted("action_listen")]
    after = replay(opening(past, domain), domain)
    assert after.active_loop_name is None
    assert [event.action_name for event in after.applied_events() if isinstance(event, ActionExecuted)][-2:] == [
        "a_form",
        "action_listen",
    ]


def turns(count: int) -> list[Any]:
    greeting = {"intent": {"name": "greet", "confidence": 1.0}, "entities": []}
    turn = [UserUttered("hi", greeting["intent"], [], greeting), ActionExecuted("utter_greet"), ActionExecuted("action_listen")]
    return [ActionExecuted("action_session_start"), ActionExecuted("action_listen"), *turn * count]


def test_short_conversations_stay_whole(domain: Domain) -> None:
    assert not WindowSize().outgrown(turns(5), added=17)
    assert not WindowSize().outgrown(turns(30), added=3)
    assert WindowSize().outgrown(turns(30), added=92)
    assert shorten(turns(2), domain, WindowSize()) is None


def test_long_ones_are_shortened_to_the_same_size(domain: Domain) -> None:
    sizes = {len(shorten(turns(count), domain, WindowSize()) or []) for count in (30, 60, 120)}
    assert len(sizes) == 1
    assert sizes.pop() < 40


def test_the_last_session_is_found() -> None:
    assert session_start(turns(1)) == 0
    assert session_start([*turns(1), *turns(1)]) == len(turns(1))
    assert session_start([]) == 0


def test_a_policy_without_a_bound_is_refused() -> None:
    policy = SimpleNamespace(config={"max_history": None})
    with pytest.raises(RasaException, match="give SimpleNamespace a max_history"):
        policies.max_history(policy)
    assert policies.max_history(SimpleNamespace(config={"max_history": 6})) == 6
    assert policies.longest_rule({"rules": {'[{"a": 1}, {}]': "x", "[{}]": "y"}, "rule_only_slots": ["z"]}) == 2


async def test_ways_to_redis_are_the_gateways() -> None:
    store = RedisTrackerLog(Domain.empty(), "redis+cluster://:word@a.test:7000,b.test:7001")
    nodes = store.log._client.nodes_manager.startup_nodes.values()
    assert [(node.host, node.port) for node in nodes] == [("a.test", 7000), ("b.test", 7001)]
    plain = RedisTrackerLog(Domain.empty(), "rediss://user:word@redis.test:7000/3")
    assert plain.log._client.connection_pool.connection_kwargs["db"] == 3
    await plain.close()
    with pytest.raises(RasaException, match="REDIS_URL must list"):
        RedisTrackerLog(Domain.empty(), "redis+cluster://a.test")


def test_a_store_without_an_address_is_refused() -> None:
    with pytest.raises(RasaException, match="REDIS_URL"):
        RedisTrackerLog(Domain.empty())


@pytest.mark.parametrize(
    ("text", "parsed", "start"), [("/to Bob", "to Bob", 4), ("// / Bob", "Bob", 5), ("/", NOTHING, 0), ("/Bob/Bob", "Bob/Bob", 1)]
)
async def test_words_are_parsed_without_their_slashes(text: str, parsed: str, start: int) -> None:
    seen: list[str] = []

    class Processor:
        """Finds the first "Bob"."""

        async def parse_message(self, message: Any) -> dict[str, Any]:
            seen.append(message.text)
            at = message.text.find("Bob")
            found = [{"entity": "person", "value": "Bob", "start": at, "end": at + 3}] if at >= 0 else []
            return {"text": message.text, "intent": {"name": "x"}, "entities": found}

    data = await parse_words(SimpleNamespace(processor=Processor()), text)
    assert seen == [parsed]
    assert data["text"] == text
    for entity in data["entities"]:
        assert entity["start"] == start
        assert text[entity["start"] : entity["end"]] == "Bob"
