"""What may go wrong with the world, as the core knows it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class StoreUnavailable(Exception):
    """Redis, or the cold store, did not answer: nothing was stored, so nothing may be acknowledged (answer 503)."""


class ContactAsleep(StoreUnavailable):
    """The contact has left Redis, and the cold store does not answer. ``conversation_id``: its conversation."""

    def __init__(self, reason: str, conversation_id: str) -> None:
        super().__init__(reason)
        self.conversation_id = conversation_id


class DialogueUnavailable(Exception):
    """Rasa cannot be reached or failed the turn. ``reached`` says whether it may have seen the message, ``late`` that no answer
    came in time: it may hang."""

    def __init__(self, reason: str, *, reached: bool, late: bool = False) -> None:
        super().__init__(reason)
        self.reached = reached
        self.late = late


class SendFailure(StrEnum):
    """What is known after a send failed."""

    RETRY = "retry"  # certainly not taken; try again later
    REFUSED = "refused"  # certainly not taken; trying again will not help
    UNCERTAIN = "uncertain"  # may have been taken; never sent again by us
    ACCOUNT = "account"  # certainly not taken, and no fault of the message: our account's or its settings'; again when mended


class SendError(Exception):
    """A channel could not send. ``code`` is the vendor's, ``opted_out`` that the person refuses messages.

    ``sent_ids`` are the vendor's ids of the parts of a split message that had gone out before the failure;
    it is then never RETRY or ACCOUNT, because a second try would send those parts again. ``account``: our account with the
    vendor, or its settings, must be mended by a person, whatever became of this message.
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
        account: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.failure = failure
        self.code = code
        self.opted_out = opted_out
        self.after = after
        self.sent_ids = tuple(sent_ids)
        self.account = account or failure is SendFailure.ACCOUNT


class HandoffRefused(Exception):
    """The desk may not do that; the message is a sentence for the agent."""


class AlreadyAccepted(HandoffRefused):
    """By the agent of the username ``by``, whose name the sentence lacks."""

    def __init__(self, by: str) -> None:
        super().__init__("A colleague has already accepted this conversation.")
        self.by = by
