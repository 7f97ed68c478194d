"""What the packet has of people: who it is, what they were promised, what colleagues did before. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.handoff_packet.known import EarlierHandoff, Known
from bot.handoff_packet.plain import moment, present
from bot.model import ChannelName, Handoff


def handoff(known: Known) -> dict[str, Any]:
    """The handoff itself."""
    one = known.handoff
    return present(
        {
            "id": one.id,
            "conversation": one.conversation_id,
            "state": one.state.value,
            "queue": one.queue,
            "queue_title": known.queue_title,
            "channel": one.channel.value,
            "opened_at": moment(one.opened_at),
            "agent": one.agent,
            "reopened": one.reopened or None,
        }
    )


def customer(known: Known) -> dict[str, Any]:
    """Who it is, and how sure that is: the level of proof of each address, and that at which they asked for a person."""
    contact = known.contact
    addresses = contact.addresses if contact else ()
    return present(
        {
            "id": known.handoff.contact_id,
            "name": known.name,
            "language": known.handoff.packet.language,
            "proof": known.handoff.packet.proof.label,
            "addresses": [{"address": str(one.address), "proof": one.proof.label} for one in addresses],
            "refuses_texts": True if contact and contact.opted_out else None,
        }
    )


def calls_not_reached(one: Handoff) -> list[dict[str, Any]]:
    """Calls back that reached nobody."""
    return [{"at": moment(each.at), "result": each.result} for each in one.tries]


def promises(known: Known) -> list[dict[str, Any]]:
    """What the customer was promised and waits for."""
    back = known.handoff.callback
    answer = [{"what": "answer", "by": moment(known.answer_by)}] if known.answer_by else []
    if back is None:
        return answer
    due = {"not_before": moment(back.not_before)} if back.not_before else {}
    return [*answer, {"what": "call_back", "number": back.number, "asked_at": moment(back.asked_at), **due}]


def next_step(one: Handoff) -> dict[str, Any]:
    """Only where the customer has asked for it in so many words."""
    if one.callback is not None:
        return {"do": "call_back", "text": f"They asked to be called back at {one.callback.number}."}
    if one.voicemails:
        return {"do": "listen", "text": "They left a message: listen to it first."}
    return {}


def wanted_channel(known: Known) -> str | None:
    """Where they said that they want to be reached."""
    if known.handoff.callback is not None:
        return ChannelName.VOICE.value
    return known.prefers.value if known.prefers else None


def recordings(one: Handoff) -> list[dict[str, Any]]:
    """Voice messages and recorded calls, by the vendor's id."""
    left = [
        present({"id": each.recording, "kind": "voicemail", "seconds": each.seconds, "at": moment(each.at), "text": each.text})
        for each in one.voicemails
    ]
    return [*left, *({"id": sid, "kind": "call"} for sid in one.recordings)]


def earlier(found: Sequence[EarlierHandoff] | None) -> list[dict[str, Any]] | None:
    """Those before it, oldest first."""
    if found is None:
        return None
    return [
        present(
            {
                "id": each.id,
                "opened_at": moment(each.opened_at),
                "reason": each.reason,
                "queue": each.queue,
                "closed_at": moment(each.closed_at),
                "outcome": each.outcome,
                "code": each.code,
                "agreed": each.agreed,
            }
        )
        for each in found
    ]
