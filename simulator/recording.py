"""``<Record>``: a beep, then whatever is said until silence, a finishing key or the longest time.

https://www.twilio.com/docs/voice/twiml/record - the simulator keeps a silent file of the right length.
"""

from __future__ import annotations

import asyncio
import io
import wave
from typing import TYPE_CHECKING

from simulator.documents import Transfer
from simulator.gather import Collector
from simulator.signing import Fields, new_sid
from simulator.verbs import Document, Gather, Record
from simulator.webhooks import Request

if TYPE_CHECKING:
    from simulator.playing import Player

RATE = 8000
SECONDS_PER_CHARACTER = 0.06
"""How long typed words last, as in ``simulator.playing``."""


async def record(player: Player, verb: Record, document: Document) -> None:
    """Record, tell the callback, and go on with the action's document (by default this one again)."""
    call, clock = player.call, player.call.world.clock
    if verb.play_beep:
        call.hear("Tone", "beep")
    began = clock.elapsed()
    keys = Gather(True, False, None, "POST", True, verb.max_length, 1, 1, "", True, None)
    collector = Collector(keys, prompting=False)
    call.tell("recording")
    call.words.clear()
    try:
        while clock.elapsed() - began < verb.max_length:
            call.collector, collector.done, collector.digits = collector, False, ""
            if not await _listen(player, collector, verb.timeout or verb.max_length) or collector.digits in verb.finish_on_key:
                break
    finally:
        call.collector = None
        spoken = len(" ".join(call.words)) * SECONDS_PER_CHARACTER
        fields = _fields(player, round(max(clock.elapsed() - began, spoken)))
        if verb.status_callback:
            status = [("RecordingStatus", "completed"), ("RecordingChannels", "1"), ("RecordingSource", "RecordVerb")]
            request = Request("recording", verb.status_callback, [*call.fields(), *fields, *status])
            call.world.webhooks.later(request)
        if verb.transcribe_callback:
            _transcribe(player, verb.transcribe_callback, fields)
    raise Transfer(player.source(verb.action or document.url, verb.method, [*fields, ("Digits", collector.digits)]))


async def _listen(player: Player, collector: Collector, silence: float) -> bool:
    """True when words or a key came before the silence was over; words leave ``collector.digits`` at a blank."""
    call = player.call
    call.said.clear()
    collector.changed.clear()
    spoken = asyncio.ensure_future(call.said.wait())
    pressed = asyncio.ensure_future(collector.changed.wait())
    quiet = asyncio.ensure_future(call.world.clock.sleep(silence))
    try:
        await asyncio.wait({spoken, pressed, quiet}, return_when=asyncio.FIRST_COMPLETED)
        if not collector.digits:
            collector.digits = " " if call.said.is_set() else ""
        return bool(collector.digits)
    finally:
        for waiting in (spoken, pressed, quiet):
            waiting.cancel()


def _transcribe(player: Player, url: str, recorded: Fields) -> None:
    """What was said, as text; Twilio does so for 2 to 120 seconds of English. Nothing said is a failure there too."""
    text = " ".join(player.call.words)
    fields = [
        *player.call.fields(),
        *(pair for pair in recorded if pair[0] != "RecordingDuration"),
        ("TranscriptionSid", new_sid("TR")),
        ("TranscriptionText", text),
        ("TranscriptionType", "fast"),
        ("TranscriptionStatus", "completed" if text else "failed"),
    ]
    player.call.world.webhooks.later(Request("transcription", url, fields))


def _fields(player: Player, seconds: int) -> Fields:
    settings = player.call.world.settings
    sid = new_sid("RE")
    url = f"{settings.own_url}/twilio/2010-04-01/Accounts/{settings.account_sid}/Recordings/{sid}"
    player.call.world.recordings[sid] = seconds
    return [("RecordingSid", sid), ("RecordingUrl", url), ("RecordingDuration", str(seconds))]


def silent_wav(seconds: int) -> bytes:
    """A mono 8 kHz file of silence."""
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE)
        file.writeframes(b"\x80" * RATE * min(seconds, 600))
    return target.getvalue()
