"""What the assistant may ask of the articles (``knowledge/`` stands behind it)."""

from __future__ import annotations

from typing import Protocol

from bot.model import Proof
from bot.model.answers import Answer


class Knowledge(Protocol):
    """The articles of a business."""

    def answer(self, question: str, proof: Proof = ..., language: str = ...) -> Answer | None:
        """What fits, in that language and as far as a sender of that level may know it; None when nothing does. Takes some
        milliseconds of processor time: called in a thread of its own."""

    def about(self, intent: str, question: str, proof: Proof = ..., language: str = ...) -> Answer | None:
        """What the articles that name the intent say: of several the one that fits the question best, however little. None
        when none names it that holds today and may be known at that level."""


class NothingKnown:
    """A business without articles."""

    def answer(self, question: str, proof: Proof = Proof.CLAIMED, language: str = "en") -> Answer | None:
        """Nothing."""
        return None

    def about(self, intent: str, question: str, proof: Proof = Proof.CLAIMED, language: str = "en") -> Answer | None:
        """Nothing."""
        return None
