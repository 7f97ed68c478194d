"""``python -m benchmarks.agent_alone MODEL``: ``Agent.handle_message`` and nothing around it, one line of JSON per turn.

In: ``{"conversation", "text", "id", "channel"}``. Out: ``{"seconds", "messages", "stages": {name: seconds}}``. The first
line out is ``{"ready": true}``. Tracker store, lock, action server and patches are the ones that Onethread runs with.
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

import uvloop

from bot.rasa_side.compat import install


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

    from bot.rasa_side.tracker_store import RedisTrackerLog

    stages.watch(RedisTrackerLog, "retrieve", "tracker: read the window and replay it")
    stages.watch(RedisTrackerLog, "save", "tracker: append, and check a new window now and then")
    stages.watch(MessageProcessor, "parse_message", "understanding: intent and entities")
    stages.watch(ActionExtractSlots, "run", "slots filled from the message")
    stages.watch(MessageProcessor, "predict_next_with_tracker_if_should", "policies: what to do next (each step)")
    stages.watch(RemoteAction, "run", "custom actions: call to the action server and back")


def agent_of(model: str) -> Any:
    """A loaded agent with our stores. Raises what Rasa raises; an agent that is not ready is a RuntimeError."""
    from rasa.core.agent import Agent
    from rasa.utils.endpoints import EndpointConfig

    from bot.rasa_side.lock_store import TurnLock
    from bot.rasa_side.tracker_store import RedisTrackerLog

    store = RedisTrackerLog(host=os.environ["REDIS_URL"])
    endpoint = EndpointConfig(url=os.environ["ACTION_SERVER_URL"])
    agent = Agent.load(model, action_endpoint=endpoint, tracker_store=store, lock_store=TurnLock())
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


async def serve(model: str) -> None:
    """Answer each line of standard input until it ends."""
    agent, stages = agent_of(model), Stages()
    watch_all(stages)
    loop = asyncio.get_running_loop()
    print(json.dumps({"ready": True}), flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(await turn(agent, json.loads(line), stages)), flush=True)


def main() -> None:
    """Patch Rasa first, then serve."""
    install()
    uvloop.run(serve(sys.argv[1]))


if __name__ == "__main__":
    main()
