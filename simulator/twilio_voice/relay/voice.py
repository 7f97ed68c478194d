"""The voice of a ConversationRelay session: it speaks tokens as they come and knows how far it came."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import unescape

from simulator.clock import Clock
from simulator.twilio_voice.durations import SECONDS_OF_MUSIC, SECONDS_PER_CHARACTER

MARKUP = re.compile(r"</?[a-z][^<>]*>")
"""SSML is not heard; which of it a voice follows is not played."""


@dataclass
class RelayVoice:
    """Speaks one message after the other. ``hear(verb, text, language)`` is told what reaches the ear; ``changed(on)`` when the
    voice begins and ends; ``pace`` as in the settings."""

    clock: Clock
    pace: Callable[[], float]
    hear: Callable[[str, str, str], None]
    changed: Callable[[bool], None]
    played: Callable[[str], None]
    language: str = "en-US"
    speaking: bool = False
    utterances: int = 0
    began: float = 0.0
    uncut: bool = False
    said: str = ""
    whole: str = ""
    _waiting: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    _cut: asyncio.Event = field(default_factory=asyncio.Event)
    _now: tuple[str, float, float] | None = None
    _dropping: bool = False
    _complete: bool = True

    def take(self, frame: dict[str, Any]) -> None:
        """A ``text``, ``play``, ``sendDigits`` or ``language`` message, in their order."""
        if frame["type"] == "language":
            self._waiting.put_nowait(frame)
            return
        if self._dropping:  # the rest of an utterance that was cut short
            self._dropping = frame.get("last") is not True
            return
        self._waiting.put_nowait(frame)

    async def run(self) -> None:
        """Speak until cancelled."""
        while True:
            frame = await self._waiting.get()
            if frame["type"] == "language":
                self.language = frame.get("ttsLanguage", self.language)
                continue
            if not self.speaking:
                self.speaking, self.began, self.said, self.whole = True, self.clock.elapsed(), "", ""
                self.changed(True)
            self._complete = frame.get("last") is True or frame["type"] != "text"
            self.uncut = frame.get("interruptible") in (False, "false", "none")
            await self._speak(frame)
            if self._complete and self._waiting.empty() and self.speaking:
                self._over()

    async def _speak(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "text":
            text = unescape(MARKUP.sub("", str(frame["token"])))
            seconds, self.whole = len(text) * SECONDS_PER_CHARACTER * self.pace(), self.whole + text
            if text.strip():
                self.hear("Say", text.strip(), frame.get("lang") or self.language)
        elif frame["type"] == "play":
            text, seconds = "", SECONDS_OF_MUSIC * self.pace() * int(frame.get("loop", 1))
            self.hear("Play", str(frame["source"]).rsplit("/", 1)[-1], "")
        else:
            text, seconds = "", len(frame["digits"]) * 0.5 * self.pace()
            self.hear("Play", frame["digits"], "")
        self._now = (text, seconds, self.clock.elapsed())
        self._cut.clear()
        if seconds <= 0:
            await asyncio.sleep(0)
            cut = self._cut.is_set()
        else:
            cut = await self.clock.wait(self._cut, seconds)
        self._now = None
        if not cut:
            self.said += text
            if text:
                self.played(text)

    def cut_short(self, heard: str) -> int:
        """Stop; what has not been spoken is dropped. ``heard``: how far it came. Gives the milliseconds it took."""
        while not self._waiting.empty():
            dropped = self._waiting.get_nowait()
            if dropped["type"] == "language":
                self.language = dropped.get("ttsLanguage", self.language)
            else:
                self._complete = dropped.get("last") is True
        self._dropping = not self._complete
        self._complete = True
        milliseconds = round((self.clock.elapsed() - self.began) * 1000)
        self.said = heard
        self._cut.set()
        if self.speaking and self._now is None:
            self._over()
        return max(milliseconds, 0)

    @property
    def heard(self) -> str:
        """How far the utterance came by now, cut between words."""
        if self._now is None:
            return self.said
        text, seconds, moment = self._now
        return self.said + _until(text, (self.clock.elapsed() - moment) / seconds if seconds else 1.0)

    def _over(self) -> None:
        self.speaking = False
        self.utterances += 1
        self.changed(False)


def _until(text: str, share: float) -> str:
    if share >= 1:
        return text
    return text[: int(len(text) * max(share, 0.0))].rpartition(" ")[0]
