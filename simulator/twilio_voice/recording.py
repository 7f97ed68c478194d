"""``<Record>``: a beep, then whatever is said until silence, a finishing key or the longest time.

https://www.twilio.com/docs/voice/twiml/record - the simulator keeps a silent file of the right length. A recording of nothing
but silence is none: neither the action nor a callback is told, and the next verb follows.
"""

from __future__ import annotations

import asyncio
import io
import wave

from simulator.signing import Fields, new_sid
from simulator.twilio_voice.call import Call
from simulator.twilio_voice.durations import SECONDS_PER_CHARACTER
from simulator.twilio_voice.gather import Collector
from simulator.twiml.verbs import Document, Gather, Record
from simulator.webhooks import Request

RATE = 8000


async def record(call: Call, verb: Record, document: Document) -> None:
    """Record, tell the callback, and go on with the action's document (by default this one again), or with the next verb when
    nothing was said."""
    clock = call.world.clock
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
            if not await _listen(call, collector, verb.timeout or verb.max_length) or collector.digits in verb.finish_on_key:
                break
    except asyncio.CancelledError:
        if call.words and not call.redirected:
            _hung_up(call, verb, document, _kept(call, verb, clock.elapsed() - began))
        raise
    finally:
        call.collector = None
    if call.words:
        fields = [*_kept(call, verb, clock.elapsed() - began), ("Digits", collector.digits)]
        raise call.transfer(verb.action or document.url, verb.method, fields)


def _hung_up(call: Call, verb: Record, document: Document, recorded: Fields) -> None:
    """The action is told of what was said before the end, too; nobody is there for its answer."""
    known = [(name, "completed" if name == "CallStatus" else value) for name, value in call.fields()]
    fields = [*known, *recorded, ("Digits", "hangup")]
    call.world.webhooks.later(Request("voice", verb.action or document.url, fields, verb.method))


def _kept(call: Call, verb: Record, seconds: float) -> Fields:
    """What the action is told of the recording; the callbacks are told by and by, also when the caller has hung up."""
    spoken = len(" ".join(call.words)) * SECONDS_PER_CHARACTER
    fields = _fields(call, round(max(seconds, spoken)))
    if verb.status_callback:
        status = [("RecordingStatus", "completed"), ("RecordingChannels", "1"), ("RecordingSource", "RecordVerb")]
        call.world.webhooks.later(Request("recording", verb.status_callback, [*call.fields(), *fields, *status]))
    if verb.transcribe_callback:
        _transcribe(call, verb.transcribe_callback, fields)
    return fields


async def _listen(call: Call, collector: Collector, silence: float) -> bool:
    """True when words or a key came before the silence was over; words leave ``collector.digits`` at a blank."""
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


def _transcribe(call: Call, url: str, recorded: Fields) -> None:
    """What was said, as text; Twilio does so for 2 to 120 seconds of English. Nothing said is a failure there too."""
    text = " ".join(call.words)
    fields = [
        *call.fields(),
        *(pair for pair in recorded if pair[0] != "RecordingDuration"),
        ("TranscriptionSid", new_sid("TR")),
        ("TranscriptionText", text),
        ("TranscriptionType", "fast"),
        ("TranscriptionStatus", "completed" if text else "failed"),
    ]
    call.world.webhooks.later(Request("transcription", url, fields))


def _fields(call: Call, seconds: int) -> Fields:
    settings = call.world.settings
    sid = new_sid("RE")
    url = f"{settings.own_url}/twilio/2010-04-01/Accounts/{settings.account_sid}/Recordings/{sid}"
    call.world.recordings[sid] = seconds
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


def silent_mp3(seconds: int) -> bytes:
    """The same as MP3: frames of MPEG 2.5, layer III, mono, 8 kHz, 8 kbit/s, 72 bytes for 72 ms, with nothing in them."""
    frame = bytes.fromhex("ffe318c0") + bytes(68)
    return frame * (min(seconds, 600) * 1000 // 72 + 1)
