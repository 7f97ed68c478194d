"""``python -m benchmarks.measures.agent_alone MODEL (ours | stock)``: ``Agent.handle_message`` and nothing around it, a line
a turn.

In: ``{"conversation", "text", "id", "channel"}``. Out: ``{"seconds", "messages", "stages": {name: seconds}}``. The first
line out is ``{"ready": true}``. ``ours``: tracker store, lock and patches are the ones that Onethread runs with. ``stock``:
Rasa's own Redis stores, and no patch that makes it faster (``benchmarks.stock_rasa``). The action server is the same.
"""

from __future__ import annotations

import asyncio
import functools
import json
import os
import sys
from collections import defaultdict
from collections.abc import Callable
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import uvloop

from benchmarks import stock_rasa
from bot.rasa_side.patches.compat import install


class Stages:
    """Adds up how long named methods take within one turn."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def watch(self, owner: Any, method: str, name: str) -> None:
        """Measure ``owner.method``, a function or a coroutine function, under ``name``."""
        inner = getattr(owner, method)
        setattr(owner, method, self._async(inner, name) if asyncio.iscoroutinefunction(inner) else self._plain(inner, name))

    def _async(self, inner: Callable[..., Any], name: str) -> Callable[..., Any]:
        @functools.wraps(inner)
        async def measured(*args: Any, **kwargs: Any) -> Any:
            began = perf_counter()
            try:
                return await inner(*args, **kwargs)
            finally:
                self.seconds[name] += perf_counter() - began

        return measured

    def _plain(self, inner: Callable[..., Any], name: str) -> Callable[..., Any]:
        @functools.wraps(inner)
        def measured(*args: Any, **kwargs: Any) -> Any:
            began = perf_counter()
            try:
                return inner(*args, **kwargs)
            finally:
                self.seconds[name] += perf_counter() - began

        return measured


def watch_all(stages: Stages) -> None:
    """The parts of a turn that do not lie within each other."""
    from rasa.core.actions.action import ActionExtractSlots, RemoteAction
    from rasa.core.processor import MessageProcessor

    from bot.rasa_side.tracker.tracker_store import RedisTrackerLog

    stages.watch(RedisTrackerLog, "retrieve", "tracker: read the window and replay it")
    stages.watch(RedisTrackerLog, "save", "tracker: append, and check a new window now and then")
    stages.watch(MessageProcessor, "parse_message", "understanding: intent and entities")
    stages.watch(ActionExtractSlots, "run", "slots filled from the message")
    stages.watch(MessageProcessor, "predict_next_with_tracker_if_should", "policies: what to do next (each step)")
    stages.watch(RemoteAction, "run", "custom actions: call to the action server and back")


def our_stores() -> tuple[Any, Any]:
    """Tracker store and lock as in endpoints.yml."""
    from bot.rasa_side.tracker.lock_store import TurnLock
    from bot.rasa_side.tracker.tracker_store import RedisTrackerLog

    return RedisTrackerLog(host=os.environ["REDIS_URL"]), TurnLock()


def stock_stores() -> tuple[Any, Any]:
    """Rasa's own, as in benchmarks/stock/endpoints.yml."""
    from rasa.core.lock_store import RedisLockStore
    from rasa.core.tracker_store import RedisTrackerStore
    from rasa.shared.core.domain import Domain

    at = urlsplit(os.environ["REDIS_URL"])
    place = {"host": at.hostname, "port": at.port, "password": at.password}
    return RedisTrackerStore(Domain.empty(), db=2, **place), RedisLockStore(db=3, **place)


def agent_of(model: str, stores: tuple[Any, Any]) -> Any:
    """A loaded agent. Raises what Rasa raises; an agent that is not ready is a RuntimeError."""
    from rasa.core.agent import Agent
    from rasa.utils.endpoints import EndpointConfig

    endpoint = EndpointConfig(
        url=os.environ["ACTION_SERVER_URL"], headers={"Authorization": f"Bearer {os.environ['ACTION_TOKEN']}"}
    )
    agent = Agent.load(model, action_endpoint=endpoint, tracker_store=stores[0], lock_store=stores[1])
    if not agent.is_ready():
        raise RuntimeError("the model could not be loaded")
    return agent


async def turn(agent: Any, line: dict[str, Any], stages: Stages) -> dict[str, Any]:
    """One message; only ``handle_message`` is on the clock."""
    from rasa.core.channels.channel import UserMessage

    from bot.rasa_side.channels import ChannelReplies

    channel = str(line["channel"])
    replies, told = ChannelReplies(channel), {"channel": channel, "proof": "claimed", "event_of_ours": False}
    message = UserMessage(
        line["text"], replies, line["conversation"], input_channel=channel, message_id=line["id"], metadata=told
    )
    stages.seconds.clear()
    began = perf_counter()
    await agent.handle_message(message)
    return {"seconds": perf_counter() - began, "messages": len(replies.messages), "stages": dict(stages.seconds)}


async def serve(model: str, stock: bool) -> None:
    """Answer each line of standard input until it ends."""
    agent, stages = agent_of(model, stock_stores() if stock else our_stores()), Stages()
    if not stock:
        watch_all(stages)
    loop = asyncio.get_running_loop()
    print(json.dumps({"ready": True}), flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(await turn(agent, json.loads(line), stages)), flush=True)


def main() -> None:
    """Patch Rasa first, then serve."""
    model, stock = sys.argv[1], sys.argv[2:] == ["stock"]
    (stock_rasa.install if stock else install)()
    uvloop.run(serve(model, stock))


if __name__ == "__main__":
    main()
