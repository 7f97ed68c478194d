"""A customer proves their number: what other steps need before two channels are one thread."""

from __future__ import annotations

from journeys.seats import PhoneSeat, Seat, matches
from journeys.words import Words


async def prove(seat: Seat, voice: PhoneSeat, number: str, words: Words) -> None:
    """Have a code sent and give it back; ``voice`` is pressed, and called first if need be, where it is the seat."""
    if seat is voice and not voice.calling:
        await voice.calls()
    start = len(seat.lines)
    await seat.says("verify my number")
    await _said_since(seat, start, "/mobile number|six.digit code|confirmed already/")
    if any(matches("mobile number does", line.text) for line in seat.lines[start:]):
        start = len(seat.lines)
        await seat.says(number)
        await _said_since(seat, start, "/six.digit code/")
    if not any(matches("confirmed already", line.text) for line in seat.lines[start:]):
        start, code = len(seat.lines), await words.code()
        await (voice.presses(code) if seat is voice else seat.says(code))
        await _said_since(seat, start, "number is confirmed")


async def _said_since(seat: Seat, start: int, pattern: str) -> None:
    await seat.changed(lambda: any(matches(pattern, line.text) for line in seat.lines[start:]), f"{pattern} did not come")
