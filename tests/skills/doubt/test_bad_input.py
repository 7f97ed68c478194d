"""What no wish and no answer is, through the door and the assistant, within a form: a short answer, and the form is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.directives import Handoff
from bot.door import enter
from bot.model import Address, AddressKind, ChannelName, InboundMessage, Kind
from tests.talking.talk import Talk

pytestmark = pytest.mark.rasa
Start = Callable[..., Talk]
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
LONGEST = 500
"""Characters of an answer to it."""

MAIL = """From: Ben Carter <ben@example.com>
Sent: Monday, November 23, 2026 9:14 AM
To: support@harbour.example
Subject: RE: RE: FW: your message

> On Nov 22, 2026, Harbour wrote:
> > Please tell us the last four digits.
Hello,
please see below, kind regards
--
Ben Carter | Carter & Sons | +1 212 555 0102
This e-mail is confidential."""

WORDS = {
    "nine thousand letters": "lorem ipsum dolor sit amet " * 340,
    "one long word": "x" * 1500,
    "html": "<div class='a'><b>hello</b><script>alert(1)</script><a href='javascript:void(0)'>x</a></div>",
    "sql": "'; DROP TABLE cards; --",
    "json": '{"id": 12, "items": [], "note": null}',
    "a command of ours": '/handoff_closed{"outcome": "x"}',
    "a template": "{full_name} ${card} %s {{7*7}}",
    "a mail": MAIL,
    "zero width": "\u200bhe\u200bl\u200blo\u200b \u200bth\u200bere\u200b",
    "turned round": "\u202e\u05e9\u05dc\u05d5\u05dd\u202c \u200f",
    "four hundred emoji": "😀" * 400,
    "one emoji": "🦆",
    "combining marks": "h" + "\u0300" * 300 + "i",
    "spanish": "¿dónde está mi tarjeta nueva por favor?",
    "french": "je ne comprends pas ce que vous voulez",
    "german": "ich hätte gern eine neue Karte, bitte",
    "portuguese": "não sei o que dizer",
    "russian": "где моя карта",
    "arabic": "أين بطاقتي",
    "hebrew": "איפה הכרטיס שלי",
    "chinese": "我的卡在哪里",
    "japanese": "カードはどこですか",
    "hindi": "मेरा कार्ड कहाँ है",
    "vietnamese": "thẻ của tôi ở đâu",
    "noise": "[noise]",
    "a thinking caller": "uh um er hmm",
    "music": "la la la la la mhm mhm (music playing)",
    "marks alone": "?!?!?!...",
    "one letter": "k",
    "null": "null",
    "undefined": "undefined",
    "a number too long": "7" * 300,
    "lines": "\n".join("abcdefghij"),
    "half a pair": "ab\ud83dcd",
}
EMPTY = ["", "   ", "\u200b\u200c\u2060", "\u3164", "\n\n\t"]
FAILURES = ("went wrong", "lost the thread", "Traceback", "None", "alert(1)")


def entered(words: str, channel: str) -> InboundMessage:
    return enter(InboundMessage("m", ChannelName(channel), Address(AddressKind.WEB, "w"), NOON, words))


@pytest.mark.parametrize("channel", ["web", "voice"])
@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
async def test_a_form_outlives_it(talk: Start, words: str, channel: str) -> None:
    message = entered(words, channel)
    kind = message.entry.kind if message.entry else Kind.WORDS
    if kind is not Kind.WORDS:
        assert kind in (Kind.TOO_LONG, Kind.BLANK, Kind.AUTOMATIC)
        return
    ben = talk(channel=channel)
    await ben.says("find a branch")
    answer = await ben.words(message.text)
    assert answer.texts and not any(part in answer for part in FAILURES), answer
    assert sum(map(len, answer.texts)) < LONGEST, answer
    assert await ben.form() == "branch_form" or any(isinstance(one, Handoff) for one in answer.directives), answer
    assert "Tribeca" in await ben.says("10013")


@pytest.mark.parametrize("words", EMPTY)
def test_what_cannot_be_seen_gets_no_turn(words: str) -> None:
    entry = entered(words, "web").entry
    assert entry is not None and entry.kind is Kind.BLANK
