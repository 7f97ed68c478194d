"""The assistant, and the fixed sentences around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.directives import Directive
from bot.model import ChannelName, Reply


@dataclass(frozen=True, slots=True)
class SlotTaken:
    """A slot that a turn gave another value; none: it was emptied."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Understood:
    """What the assistant made of a message: intent and runner-up with confidence (0 to 1), the model's version, the policy and
    the action that answered, the form that is open now; ``repeats``: what it asked for again, with the channel it was given on.
    """

    intent: str = ""
    confidence: float | None = None
    runner_up: str = ""
    runner_up_confidence: float | None = None
    model: str = ""
    policy: str = ""
    action: str = ""
    form: str = ""
    fallback: bool = False
    slots: tuple[SlotTaken, ...] = ()
    repeats: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DialogueTurn:
    """What the assistant answered: replies in order, and directives in order.

    ``failed_actions`` names custom actions that raised or could not be reached. ``understood``: None where nobody told.
    """

    replies: tuple[Reply, ...] = ()
    directives: tuple[Directive, ...] = ()
    failed_actions: tuple[str, ...] = ()
    understood: Understood | None = None


class Dialogue(Protocol):
    """The assistant (Rasa): one turn at a time for a conversation is the caller's duty."""

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
        """Say ``text`` (never read as a command) or ``payload`` (``/intent{...}``); exactly one of them.

        Raises DialogueUnavailable.
        """
        ...

    async def append(self, conversation_id: str, events: Sequence[dict[str, Any]]) -> None:
        """Add Rasa events to the tracker without a turn. Raises DialogueUnavailable."""
        ...

    async def events(self, conversation_id: str) -> list[dict[str, Any]]:
        """All events of the tracker, oldest first. Raises DialogueUnavailable."""
        ...

    async def slots(self, conversation_id: str) -> dict[str, Any]:
        """The tracker's slots by name. Raises DialogueUnavailable."""
        ...

    async def healthy(self) -> bool:
        """True when Rasa answers and has a model loaded."""
        ...


class Wording(Protocol):
    """The fixed sentences of the gateway, kept by the designers in ``domain/*/_notices.yml``."""

    def say(self, name: str, channel: ChannelName | None = None, **values: object) -> str:
        """The response ``name`` in the channel's variation, its ``{placeholders}`` filled."""
        ...
