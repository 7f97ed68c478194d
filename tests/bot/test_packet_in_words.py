"""The packet in words: what is known, a section each, and nothing of what is not."""

from __future__ import annotations

from bot.handoff_packet.known import Known
from bot.handoff_packet.packet import packet
from bot.handoff_packet.plain_text import LONGEST, plain_text
from tests.bot.test_handoff_packet import AT, BARE, full, line, made


def test_of_a_bare_handoff_there_is_one_line() -> None:
    assert plain_text(packet(Known(handoff=BARE, made_at=AT))) == "A customer (not verified) asks for a person, by sms."


def test_all_that_an_agent_needs_is_said() -> None:
    text = plain_text(made(full()))
    assert text.startswith("Ana Lopez (phone verified) asks for a person, by sms.\nThe name did not match")
    assert "The assistant understood: lost_card (93% sure)" in text
    assert "- Name they gave: Ana Lopez (web)" in text and "- Asked for the name twice" in text
    assert "- an answer by 09:05 UTC" in text and "- a call back at +12125550147" in text
    assert "- 2026-11-28, asked, agreed, Sent" in text
    assert "- 09:00 Customer (sms, masked): my card is **** ok" in text
    assert "- 09:00 Assistant (voice, interrupted): Which one…" in text
    assert "- 09:00 Customer (voice, heard): the blue one" in text


def test_a_long_talk_is_cut() -> None:
    said = [line("x" * 1000) for _ in range(60)]
    assert len(plain_text(packet(Known(handoff=BARE, made_at=AT, lines=said)))) == LONGEST
