"""The music of the waiting line, made by this module: ours, free to use, quiet, and cut into short phrases.

Each phrase is one file of four seconds that fades out, so that the line can look after the caller between two phrases and
nothing sounds cut off. ``python -m voice.agents.hold_music`` writes the files anew (``voice/agents/music/``); a test compares
them. Telephone sound: 8,000 samples a second, 16 bit, mono.
"""

from __future__ import annotations

import io
import math
import struct
import sys
import wave
from pathlib import Path

from voice.script import url

RATE = 8000
SECONDS = 4.0
FOLDER = Path(__file__).parent / "music"

LONGEST_SILENCE = 2
_SILENT = "silence-{}.wav"

PHRASES = (
    ("C", (60, 64, 67, 72, 76, 72, 67, 64)),
    ("Am", (57, 60, 64, 69, 72, 69, 64, 60)),
    ("F", (53, 57, 60, 65, 69, 65, 60, 57)),
    ("G", (55, 59, 62, 67, 71, 67, 62, 59)),
    ("Em", (52, 55, 59, 64, 67, 64, 59, 55)),
    ("F2", (53, 60, 65, 69, 72, 69, 65, 60)),
)
"""A slow arpeggio over each chord, as MIDI notes."""


def phrase(notes: tuple[int, ...]) -> bytes:
    """One phrase as samples: soft plucked tones, each an attack of 10 ms and a long decay."""
    total = int(RATE * SECONDS)
    sound = [0.0] * total
    step = int(total * 0.78 / len(notes))
    for number, note in enumerate(notes):
        _pluck(sound, number * step, 440.0 * 2 ** ((note - 69) / 12), 0.9 if number == 0 else 0.6)
    loudest = max(abs(value) for value in sound)
    fade = int(RATE * 0.35)
    samples = []
    for at, value in enumerate(sound):
        level = min(1.0, (total - at) / fade)
        samples.append(round(value / loudest * level * 9000))
    return struct.pack(f"<{total}h", *samples)


def _pluck(sound: list[float], start: int, pitch: float, level: float) -> None:
    for at in range(min(len(sound) - start, int(RATE * 1.9))):
        time = at / RATE
        envelope = min(1.0, time / 0.01) * math.exp(-2.6 * time)
        turn = 2 * math.pi * pitch * time
        tone = math.sin(turn) + 0.28 * math.sin(2 * turn) * math.exp(-4 * time) + 0.1 * math.sin(3 * turn) * math.exp(-7 * time)
        sound[start + at] += level * envelope * tone


def silent_url(seconds: int) -> str:
    """Where a silence of so many seconds is: what a socket plays between two sentences for who wants it slower."""
    return url(f"music/{_SILENT.format(min(max(seconds, 1), LONGEST_SILENCE))}")


def silence(name: str) -> bytes | None:
    """The WAV file of that name; None when it is no silence."""
    lengths = {_SILENT.format(seconds): seconds for seconds in range(1, LONGEST_SILENCE + 1)}
    if name not in lengths:
        return None
    body = io.BytesIO()
    with wave.open(body, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(bytes(2 * RATE * lengths[name]))
    return body.getvalue()


def write(folder: Path) -> list[Path]:
    """Write every phrase; the files, in order."""
    folder.mkdir(exist_ok=True)
    made = []
    for number, (_, notes) in enumerate(PHRASES, 1):
        path = folder / f"{number}.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(phrase(notes))
        made.append(path)
    return made


if __name__ == "__main__":
    sys.stdout.writelines(f"{path.name}\n" for path in write(FOLDER))
