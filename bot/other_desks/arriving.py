"""What agents of another desk do reaches the customer by the steps of our own agents (``bot.agent_desk.workspace``), once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bot.agent_desk.workspace import LONGEST_REPLY, People
from bot.facts import other_desks as told
from bot.model import Closing, Handoff
from bot.model.agent_steps import Release
from bot.ports import AlreadyAccepted, HandoffRefused
from bot.ports.handoff_target import (
    Ended,
    Happened,
    Joined,
    Passed,
    PassedHandoffs,
    PassedState,
    PutBack,
    Wrote,
    agent_at,
    desk_of,
)

REMEMBERED, REFUSALS = 500, 50
OVER = "The customer is with the assistant again: this was not sent. Open a new conversation only when they ask for a person."
OURS = "This customer is answered in Onethread now: this was not sent."
AT_AN_END = frozenset({PassedState.ENDING, PassedState.OVER})
"""Nothing is done any more of what comes from there, our own tidying up there least of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arriving:
    """Methods raise StoreUnavailable."""

    people: People
    passed: PassedHandoffs

    async def take(self, passed: Passed, one: Happened) -> str:
        """Do it, once for its id; else a fact, and the sentence for the agent there, if there is one: also when it is asked
        again, for the first answer may have been lost."""
        kept = await self.passed.get(passed.handoff_id)
        if kept is None:
            return ""
        if one.id in kept.heard:
            return dict(kept.refused).get(one.id, "")
        try:
            if kept.state in AT_AN_END:
                await self._nothing_more(kept, one)
            else:
                await self._done(passed, one)
            refused = ""
        except HandoffRefused as error:
            refused = await self._refused(passed, one, error)
        await self.passed.update(passed.handoff_id, lambda now: _heard(now, one.id, refused))
        return refused

    async def _done(self, passed: Passed, one: Happened) -> None:
        people, handoff_id = self.people, passed.handoff_id
        match one:
            case Joined(_, name):
                await self._joined(passed, name)
            case Wrote(number, name, text):
                agent = await self._joined(passed, name)
                for n, part in enumerate(parts(text)):
                    await people.reply(handoff_id, agent, part, f"{passed.desk}:{number}:{n}")
            case PutBack():
                holder = await self._holder(passed)
                if holder:
                    await people.step(handoff_id, holder, Release())
            case Ended():
                await self._ended(passed, one)

    async def _nothing_more(self, passed: Passed, one: Happened) -> None:
        """It is not theirs. Silent of an end that is known here."""
        handoff = await self.people.handoffs.get(passed.handoff_id)
        if handoff.open and handoff.agent and desk_of(handoff.agent) != passed.desk:
            raise AlreadyAccepted(handoff.agent)
        if handoff.open or not isinstance(one, Ended):
            raise HandoffRefused(OURS if handoff.open else OVER)

    async def _joined(self, passed: Passed, name: str) -> str:
        """Theirs, also from a colleague of theirs, as this agent's; as whom the core knows them."""
        agent, now = agent_at(name, passed.desk), await self._open(passed)
        if now.agent != agent:
            if now.agent and desk_of(now.agent) != passed.desk:
                raise AlreadyAccepted(now.agent)
            await self.people.accept(now.id, agent, None, instead_of=now.agent)
        return agent

    async def _ended(self, passed: Passed, one: Ended) -> None:
        handoff = await self.people.handoffs.get(passed.handoff_id)
        if not handoff.open:
            return
        holder = await self._holder(passed) or await self._joined(passed, one.name)
        code = ending(one.code, self.people.queues.endings(handoff.queue))
        await self.people.close(handoff.id, holder, one.agreed, Closing(code=code, note=one.note))

    async def _holder(self, passed: Passed) -> str:
        """Their agent who has it; empty when nobody has. HandoffRefused when one of ours has."""
        now = await self._open(passed)
        if now.agent and desk_of(now.agent) != passed.desk:
            raise AlreadyAccepted(now.agent)
        return now.agent or ""

    async def _open(self, passed: Passed) -> Handoff:
        now = await self.people.handoffs.get(passed.handoff_id)
        if not now.open:
            raise HandoffRefused(OVER)
        return now

    async def _refused(self, passed: Passed, one: Happened, error: HandoffRefused) -> str:
        """The sentence; none for what says nothing to anybody."""
        taken = isinstance(error, AlreadyAccepted)
        name = await self.people.name_of(error.by) if isinstance(error, AlreadyAccepted) else ""
        sentence = f"{name} answers this customer in Onethread now: this was not sent." if taken else str(error)
        handoff, moment = await self.people.handoffs.get(passed.handoff_id), self.people.clock()
        await self.people.facts.append([told.passed(handoff, passed.desk, told.REFUSED, moment, why=str(error))])
        return sentence if isinstance(one, Wrote | Ended) else ""


def _heard(now: Passed, number: str, refused: str) -> Passed:
    told = (*now.refused, (number, refused))[-REFUSALS:] if refused else now.refused
    return replace(now, heard=(*now.heard, number)[-REMEMBERED:], refused=told)


def parts(text: str) -> Iterator[str]:
    """In pieces that every channel takes, broken between words where there are some."""
    rest = text.strip()
    while len(rest) > LONGEST_REPLY:
        cut = max(rest.rfind("\n", 0, LONGEST_REPLY), rest.rfind(" ", 0, LONGEST_REPLY))
        cut = cut if cut > LONGEST_REPLY // 2 else LONGEST_REPLY
        yield rest[:cut].strip()
        rest = rest[cut:].strip()
    if rest:
        yield rest


def ending(code: str, endings: Mapping[str, str]) -> str:
    """The code of our list: theirs where we have it, else the first. HandoffRefused for one that is nobody's."""
    if code and code not in endings:
        raise HandoffRefused(f"There is no ending {code[:40]!r}; known are {', '.join(endings)}.")
    return code or next(iter(endings))
