"""What the assistant may ask of the articles (``knowledge/`` stands behind it)."""

from __future__ import annotations

from typing import Protocol

from bot.model import Proof
from bot.model.answers import Answer


class Knowledge(Protocol):
    """The articles of a business."""

    def answer(self, question: str, proof: Proof = ...) -> Answer | None:
        """What fits, as far as a sender of that level may know it; None when nothing does. Takes some milliseconds of
        processor time: called in a thread of its own."""


class NothingKnown:
    """A business without articles."""

    def answer(self, question: str, proof: Proof = Proof.CLAIMED) -> Answer | None:
        """Nothing."""
        return None
