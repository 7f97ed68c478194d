"""The packet: one function from what is known to JSON of the form of ``schema-1.json``. What is not known is not in it. Pure."""

from __future__ import annotations

from typing import Any

from bot.handoff_packet import people, talk
from bot.handoff_packet.known import Known
from bot.handoff_packet.plain import moment, present
from bot.model import HandoffState

NAME, VERSION = "onethread.handoff-packet", "1.0"
"""docs/handoff-packet.md says when which part of the version grows."""
UNANSWERED = frozenset({HandoffState.WAITING, HandoffState.OFFERED})


def packet(known: Known) -> dict[str, Any]:
    """The packet of a handoff as it is now."""
    handoff = known.handoff
    return present(
        {
            "schema": NAME,
            "version": VERSION,
            "made_at": moment(known.made_at),
            "handoff": people.handoff(known),
            "reason": present({"code": handoff.reason_code, "text": handoff.reason}),
            "summary": talk.summary(known),
            "customer": people.customer(known),
            "intent": talk.intent(known.events),
            "transcript": [talk.line(one) for one in known.lines],
            "transcript_whole": known.whole,
            "slots": talk.slots(known),
            "tried_and_failed": list(handoff.packet.tried),
            "calls_not_reached": people.calls_not_reached(handoff),
            "promises": people.promises(known),
            "options_offered": talk.offered(known.offered),
            "mood": talk.mood(known.events),
            "earlier_handoffs": people.earlier(known.earlier),
            "do_not_ask_again": talk.not_again(known),
            "next_step": people.next_step(handoff),
            "articles": talk.articles(known.events),
            "attachments": talk.attachments(known.lines),
            "recordings": people.recordings(handoff),
            "wanted_channel": people.wanted_channel(known),
            "waiting_since": moment(handoff.opened_at) if handoff.state in UNANSWERED else None,
        }
    )
