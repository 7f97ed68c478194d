"""What a leg needs of those that it is joined with or connected to, as Protocols."""

from __future__ import annotations

from typing import Protocol


class Party(Protocol):
    """A leg as the other side of a bridge knows it."""

    sid: str

    def hear(self, verb: str, text: str, **more: object) -> None:
        """Words from the other side."""


class Joint(Protocol):
    """What joins a leg with others: a bridge of two, or a conference."""

    def speak(self, party: Party, text: str) -> None:
        """What one says is heard by the others."""

    def part(self, party: Party) -> None:
        """One goes."""


class ConversationRelay(Protocol):
    """The session of ``<ConversationRelay>`` that a leg is on, as the caller and tests meet it."""

    @property
    def utterances(self) -> int:
        """How many times the application has spoken to the end, or was cut short."""

    def listens(self, kind: str) -> bool:
        """Would ``keys`` or ``speech`` be heard now?"""

    def press(self, key: str) -> bool:
        """One key; False when it is lost."""

    def say(self, text: str, language: str = "") -> bool:
        """A whole utterance, in a language where that is said; False when it is lost."""

    def interrupt(self, text: str, after: str) -> bool:
        """Speak over the words, having heard them up to and with ``after``."""

    def spoken(self, words: str) -> bool:
        """Whether the words stand in what is, or was last, being said."""

    def break_off(self, code: int) -> None:
        """The session fails with this code of Twilio's."""

    def reconnect(self, replay: int) -> None:
        """The socket breaks; the next one brings the last ``replay`` events again."""
