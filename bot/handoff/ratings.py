"""A customer's rating of a talk with a person: 1 to 5, with a few words if they like; once for each handoff that was answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.door.secrets import masked
from bot.handoff.lifecycle import HandoffBook
from bot.model import Address, Contact, Handoff
from bot.model.handoffs import INBOX, Rating
from bot.ports import Clock, Contacts, HandoffRefused
from bot.ports.handoff_target import desk_of

RATED_WITHIN = timedelta(hours=24)
"""After the talk was over."""


def may_be_rated(handoff: Handoff, contact: Contact, at: datetime) -> bool:
    """Whether an agent of ours answered it, it is over since a little while, it is this contact's, and nobody rated it yet."""
    answered = handoff.agent not in (None, INBOX) and handoff.assigned_at is not None and not desk_of(handoff.agent)
    ended = not handoff.open and handoff.closed_at is not None and at - handoff.closed_at < RATED_WITHIN
    joined = handoff.handed_back.startswith("h_")  # it goes on in another one, which is rated
    return answered and ended and not joined and handoff.rating is None and _theirs(handoff, contact)


@dataclass(frozen=True, slots=True)
class Ratings:
    """Keeps them on the handoff; the fact follows from the change (``bot.facts.handoffs``)."""

    handoffs: HandoffBook
    contacts: Contacts
    clock: Clock

    async def rate(self, sender: Address, handoff_id: str, score: int, words: str) -> bool:
        """Whether this is the rating that is kept: the same one again is. Whatever speaks against it, the answer is False, so
        that nobody learns of others' handoffs. Raises StoreUnavailable."""
        contact, moment = await self.contacts.find(sender), self.clock()
        given = Rating(score, masked(words)[0], moment)

        def rated(now: Handoff) -> Handoff:
            return replace(now, rating=given) if contact and may_be_rated(now, contact, moment) else now

        try:
            after = await self.handoffs.change(handoff_id, rated)
        except HandoffRefused:
            return False
        kept = after.rating
        return bool(contact and kept and _theirs(after, contact) and (kept.score, kept.words) == (given.score, given.words))


def _theirs(handoff: Handoff, contact: Contact) -> bool:
    return handoff.conversation_id == contact.conversation_id
