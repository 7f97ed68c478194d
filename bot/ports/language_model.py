"""What a large language model may be asked, where there is one (``language_model/`` stands behind it).

It never decides: each answer is words that were checked, or the name of an intent to be asked about. Where it gives none the
built-in way is gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.model import ChannelName
from bot.model.answers import Answer


@dataclass(frozen=True, slots=True)
class Use:
    """One use, without any words: ``purpose`` (``rephrase``, ``suggest``, ``draft``), how long it took in milliseconds, whether
    its answer was taken, and if not why, as a word of a fixed list (docs/language-model.md)."""

    purpose: str
    ms: int
    accepted: bool
    why: str
    model: str


@dataclass(frozen=True, slots=True)
class Worded:
    """What came of asking. ``text`` is empty where the built-in way is gone; ``use`` is None where nobody was asked."""

    text: str = ""
    use: Use | None = None


class LanguageModel(Protocol):
    """Methods never raise, and end within the model's deadline. Nothing that they are given leaves this process unmasked."""

    async def rephrase(self, question: str, answer: Answer, channel: ChannelName | None) -> Worded:
        """The article's answer in words that fit the question; nothing in it that the article has not."""
        ...

    async def suggest(self, words: str, titles: Mapping[str, str]) -> Worded:
        """Which intent of ``titles`` (intent -> what it does, in the designers' words) the customer may have meant: its name."""
        ...

    async def draft(self, reason: str, tried: Sequence[str], said: Sequence[str]) -> Worded:
        """Two lines for the agent who takes over: why a person was asked for, what was ``tried``, what the customer ``said``."""
        ...


class NoLanguageModel:
    """Where none is configured: nothing is called."""

    async def rephrase(self, question: str, answer: Answer, channel: ChannelName | None) -> Worded:
        """Nothing."""
        return Worded()

    async def suggest(self, words: str, titles: Mapping[str, str]) -> Worded:
        """Nothing."""
        return Worded()

    async def draft(self, reason: str, tried: Sequence[str], said: Sequence[str]) -> Worded:
        """Nothing."""
        return Worded()
