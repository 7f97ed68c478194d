"""An assistant that hangs: whoever asks for a person gets into line, and nothing that was said is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from bot.handoff import lifecycle as handoff
from bot.model import ChannelName
from bot.transcript import log as lines
from tests.bot.conftest import ANA, World


async def test_a_person_is_reached_while_the_assistant_hangs(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    never = asyncio.Event()
    written, read = world.assistant.append, world.assistant.events

    async def append(_conversation_id: str, _events: Sequence[dict[str, Any]]) -> None:
        await never.wait()

    async def events(_conversation_id: str) -> list[dict[str, Any]]:
        await never.wait()
        return []

    monkeypatch.setattr(handoff, "PACKET_PATIENCE", 0.01)
    monkeypatch.setattr(lines, "PATIENCE", 0.01)
    monkeypatch.setattr(world.assistant, "append", append)
    monkeypatch.setattr(world.assistant, "events", events)
    result = await world.conversations.wants_person(world.message(ChannelName.SMS, ANA, "a person, please"), "asked by key")
    assert result.handoff is not None and result.handoff.open
    waiting = await world.needs.lines.unsaved.peek(result.conversation_id)
    assert [event["metadata"]["author"] for event in waiting] == ["notice"]

    monkeypatch.setattr(world.assistant, "append", written)
    monkeypatch.setattr(world.assistant, "events", read)
    await world.needs.lines.flush(result.conversation_id)
    kinds = [event["event"] for event in world.assistant.trackers[result.conversation_id]]
    assert kinds.count("bot") == 1, "written once, when it answers again"
