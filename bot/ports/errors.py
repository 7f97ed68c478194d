"""What may go wrong with the world, as the core knows it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class StoreUnavailable(Exception):
    """Redis did not answer: nothing was stored, so nothing may be acknowledged (answer 503)."""


class DialogueUnavailable(Exception):
    """Rasa cannot be reached or failed the turn. ``reached`` says whether it may have seen the message."""

    def __init__(self, reason: str, *, reached: bool) -> None:
        super().__init__(reason)
        self.reached = reached


class SendFailure(StrEnum):
    """What is known after a send failed."""

    RETRY = "retry"  # certainly not taken; try again later
    REFUSED = "refused"  # certainly not taken; trying again will not help
    UNCERTAIN = "uncertain"  # may have been taken; never sent again by us


class SendError(Exception):
    """A channel could not send. ``code`` is the vendor's, ``opted_out`` that the person refuses messages.

    ``sent_ids`` are the vendor's ids of the parts of a split message that had gone out before the failure;
    it is then never RETRY, because a second try would send those parts again.
    """

    def __init__(
        self,
        reason: str,
        failure: SendFailure,
        *,
        code: str | None = None,
        opted_out: bool = False,
        after: float | None = None,
        sent_ids: Sequence[str] = (),
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.failure = failure
        self.code = code
        self.opted_out = opted_out
        self.after = after
        self.sent_ids = tuple(sent_ids)


class HandoffRefused(Exception):
    """The desk may not do that; the message is a sentence for the agent."""
