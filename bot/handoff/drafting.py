"""Two lines for the agent who takes over, drafted by a language model from what is known; shown as drafted, beside all the rest.

Each open handoff is drafted once, by whichever gateway looks first. Who dies in between leaves it without: nothing else depends
on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.facts.language_model import model_used
from bot.handoff.lifecycle import HandoffBook
from bot.model import Author, Handoff
from bot.model.handoffs import Draft
from bot.ports import Clock, Facts, HandoffRefused
from bot.ports.language_model import LanguageModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafting:
    """``new_id`` gives a name that nobody else has."""

    handoffs: HandoffBook
    model: LanguageModel
    facts: Facts
    clock: Clock
    new_id: Callable[[], str]

    async def look(self) -> int:
        """Draft for those that have none yet; for how many. Raises StoreUnavailable."""
        found = [one for one in await self.handoffs.handoffs.listing() if one.draft is None]
        return sum([await self._draft(one.id) for one in found])

    async def _draft(self, handoff_id: str) -> bool:
        mine = Draft(self.clock(), self.new_id())
        try:
            handoff = await self.handoffs.change(handoff_id, lambda now: now if now.draft else replace(now, draft=mine))
            if handoff.draft != mine:
                return False
            lines = await self._lines(handoff)
            if lines:
                await self.handoffs.change(handoff_id, lambda now: replace(now, draft=replace(mine, lines=lines)))
        except HandoffRefused:  # gone meanwhile
            return False
        return bool(lines)

    async def _lines(self, handoff: Handoff) -> tuple[str, ...]:
        packet = handoff.packet
        said = [line.text for line in packet.transcript if line.author is Author.CUSTOMER]
        worded = await self.model.draft(handoff.reason, packet.tried, said)
        if worded.use and handoff.draft:
            await self.facts.append([model_used(handoff, worded.use, handoff.draft.at)])
        return tuple(worded.text.splitlines())
