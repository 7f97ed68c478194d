"""One ``<Gather>`` in progress: told of keys, speech and silence, it knows when it is over. Pure.

https://www.twilio.com/docs/voice/twiml/gather - with ``dtmf speech`` the first kind that is detected wins.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from simulator.twiml.languages import heard
from simulator.twiml.verbs import Gather

MAX_SPEECH = 60.0
MOST_PARTIALS = 5


@dataclass
class Collector:
    """Collects one answer. ``changed`` is set by every input; ``prompting`` while the prompt plays."""

    gather: Gather
    prompting: bool = True
    digits: str = ""
    words: list[str] = field(default_factory=list)
    partials: list[str] = field(default_factory=list)
    sequence: int = 0
    confidence: float | None = None
    speaking: bool = False
    done: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def started(self) -> bool:
        """The caller has begun to answer: the prompt stops."""
        return bool(self.digits or self.words or self.speaking or self.done)

    @property
    def empty(self) -> bool:
        """Nothing was heard."""
        return not self.digits and not self.words

    @property
    def deaf(self) -> bool:
        """The prompt may not be interrupted, or it is all over."""
        return self.done or (self.prompting and not self.gather.barge_in)

    def patience(self, pace: float) -> float:
        """Seconds to wait for more before it is over. ``pace`` shortens the silence after speech."""
        if self.speaking:
            return MAX_SPEECH
        if self.words:
            return self.gather.speech_timeout * pace
        return float(self.gather.timeout)

    def press(self, key: str) -> bool:
        """A key; False when it is lost."""
        if self.deaf or not self.gather.dtmf or self.words:
            return False
        if key == self.gather.finish_on_key:
            self.done = True
        else:
            self.digits += key
            self.done = len(self.digits) == self.gather.num_digits
        self.speaking = False
        self.changed.set()
        return True

    def begin_speech(self) -> bool:
        """The caller has begun to speak and will come to an end."""
        if self.deaf or not self.gather.speech or self.digits:
            return False
        self.speaking = True
        self.changed.set()
        return True

    def say(self, text: str, confidence: float | None, on_the_way: Sequence[str] = (), language: str = "") -> bool:
        """A whole utterance; an empty one is a noise that came to nothing. ``on_the_way``: what was recognised before it
        was over (without it, its first words). False when it is lost."""
        if self.deaf or not self.gather.speech or self.digits:
            return False
        self.speaking, text = False, heard(text, language, self.gather.language)
        self.partials += on_the_way or growing(text)
        if text.strip():
            self.words.append(text.strip())
            self.confidence = confidence
        self.changed.set()
        return True

    def partial_fields(self) -> list[list[tuple[str, str]]]:
        """What ``partialResultCallback`` is told since it was asked last: settled words, words in flux, and a number that
        begins at 0 for each ``<Gather>``."""
        told = []
        for text in self.partials:
            settled, _, flux = text.rpartition(" ")
            number = ("SequenceNumber", str(self.sequence))
            told.append([("StableSpeechResult", settled), ("UnstableSpeechResult", flux), number])
            self.sequence += 1
        self.partials.clear()
        return told

    def expire(self) -> None:
        """The time of ``patience`` has passed."""
        self.speaking = False
        self.done = True

    def fields(self) -> list[tuple[str, str]]:
        """What the action URL is told. Empty results carry empty fields for the kinds that were listened for."""
        if self.words:
            found = [("SpeechResult", " ".join(self.words))]
            return found if self.confidence is None else [*found, ("Confidence", f"{self.confidence:.8f}")]
        if self.digits:
            return [("Digits", self.digits)]
        return [("Digits", "")] if self.gather.dtmf else [("SpeechResult", "")]


def growing(text: str) -> list[str]:
    """An utterance as it becomes known: at most ``MOST_PARTIALS`` of its beginnings, the last one whole."""
    words = text.split()
    step = -(-len(words) // MOST_PARTIALS) or 1
    return [" ".join(words[: min(end, len(words))]) for end in range(step, len(words) + step, step)]
