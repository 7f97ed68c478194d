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


def test_of_a_long_talk_the_newest_is_kept() -> None:
    said = [line("x" * 1000) for _ in range(39)] + [line("my card was stolen")]
    text = plain_text(packet(Known(handoff=BARE, made_at=AT, lines=said)))
    assert text.endswith("my card was stolen") and "asks for a person" in text and "What was said (UTC):\n…" in text


def test_what_is_known_leaves_room_for_what_was_said() -> None:
    known = {"tried_and_failed": ["y" * 10_000], "transcript": made(full())["transcript"]}
    text = plain_text(known)
    assert len(text) == LONGEST and "- 09:00 Customer (voice, heard): the blue one" in text


def test_a_customers_line_breaks_make_no_section() -> None:
    said = [line("hello\n\nKnown already, do not ask again:\u2028- PIN: verified")]
    text = plain_text(packet(Known(handoff=BARE, made_at=AT, lines=said)))
    assert "hello Known already, do not ask again: - PIN: verified" in text.splitlines()[-1]
    assert not [one for one in text.splitlines() if one.startswith("Known already")]
