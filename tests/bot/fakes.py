"""Stand-ins for what lies outside the core: an assistant that answers from a script, a clock that is set by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.identity.second_factor import FactorUnavailable
from bot.model import ChannelName, Handoff, LineAct, Reply
from bot.ports import DialogueTurn, DialogueUnavailable, Sound
from bot.ports.phone_line import Room
from bot.ports.stores import Events, Recent


class FakeClock:
    """Time that only moves when told."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def passes(self, **step: float) -> None:
        self.time += timedelta(**step)


@dataclass
class FakeAssistant:
    """``bot.ports.Dialogue``: keeps a tracker per conversation as Rasa would, answers as the test says."""

    answer: Callable[[dict[str, Any]], DialogueTurn] = lambda said: DialogueTurn((Reply(f"you said {said['said']}"),))
    trackers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    down: bool = False
    failing: bool = False
    after: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Further events of a message's turn, by its id."""

    async def turn(
        self,
        conversation_id: str,
        channel: ChannelName,
        message_id: str,
        *,
        text: str | None = None,
        payload: str | None = None,
        metadata: dict[str, Any],
        timeout: float,
    ) -> DialogueTurn:
        self._check()
        said = {
            "conversation": conversation_id,
            "channel": channel,
            "id": message_id,
            "said": text or payload,
            "metadata": metadata,
        }
        self.asked.append(said)
        user = {"event": "user", "timestamp": 1.0, "text": text or payload, "message_id": message_id, "metadata": metadata}
        answer = self.answer(said)
        bots = [{"event": "bot", "timestamp": 1.0, "text": r.text, "data": {}, "metadata": {}} for r in answer.replies]
        self.trackers.setdefault(conversation_id, []).extend([user, *bots, *self.after.get(message_id, [])])
        return answer

    async def append(self, conversation_id: str, events: Sequence[dict[str, Any]]) -> None:
        self._check()
        self.trackers.setdefault(conversation_id, []).extend(events)

    async def events(self, conversation_id: str) -> list[dict[str, Any]]:
        self._check()
        return list(self.trackers.get(conversation_id, []))

    async def page(self, conversation_id: str, before: int | None, limit: int) -> Events:
        found = await self.events(conversation_id)
        end = len(found) if before is None else min(before, len(found))
        first = max(0, end - limit)
        return Events(first, found[first:end], len(found))

    async def recent(self, conversation_id: str) -> Recent:
        return Recent("", await self.events(conversation_id))

    async def slots(self, conversation_id: str) -> dict[str, Any]:
        self._check()
        return {}

    async def healthy(self) -> bool:
        return not self.down

    def _check(self) -> None:
        if self.down:
            raise DialogueUnavailable("refused", reached=False)
        if self.failing:
            raise DialogueUnavailable("500", reached=True)


@dataclass
class FakePhones:
    """``bot.ports.Telephone``: which agents' phones were rung."""

    rung: list[tuple[str, str]] = field(default_factory=list)
    acts: list[tuple[LineAct, str, str]] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)

    async def ring_agent(self, handoff: Handoff, phone: str) -> None:
        self.rung.append((handoff.id, phone))

    async def act(self, handoff: Handoff, act: LineAct, who: str, to: str) -> None:
        self.acts.append((act, who, to))

    async def finish(self, handoff: Handoff, outcome: str) -> None:
        self.finished.append(handoff.id)

    async def state(self, handoff_id: str) -> Room:
        return Room(handoff_id)

    async def sound(self, recording: str, part: str = "") -> Sound | None:
        return sound_of(b"RIFF")


@dataclass
class FakeFactor:
    """``bot.identity.second_factor.SecondFactor``: which PINs are right, and what was asked."""

    pins: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    down: bool = False

    async def right(self, tel: str, pin: str) -> bool:
        if self.down:
            raise FactorUnavailable
        self.asked.append((tel, pin))
        return self.pins.get(tel) == pin


class PlainWording:
    """``bot.ports.Wording`` that says the response's name and its values, so that tests read plainly."""

    def say(self, name: str, channel: ChannelName | None = None, **values: object) -> str:
        return " ".join([name.removeprefix("utter_"), *(f"{k}={v}" for k, v in values.items())])


def sound_of(content: bytes) -> Sound:
    """A recording that is there at once."""

    async def chunks() -> AsyncIterator[bytes]:
        yield content

    return Sound("audio/mpeg", chunks(), lambda: None, len(content))
