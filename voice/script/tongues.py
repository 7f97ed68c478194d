"""The languages of the line: how each is heard and spoken, and what the designers set for its questions (docs/languages.md).

Which one is spoken is the turn's (``bot.languages.current``), so that whoever says something need not be told.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bot.languages.current import BASE, current
from bot.languages.declared import Languages, Spoken
from voice.script.words import Speech
from voice.speech.prompts import Prompts

EITHER, EITHER_MODEL = "multi", "deepgram_nova-3"
"""How a ``<Gather>`` hears whichever language is spoken; no other model does: https://www.twilio.com/docs/voice/twiml/gather"""


@dataclass(frozen=True, slots=True)
class Tongue:
    """One of them. ``code``: two letters, empty for the language of the files themselves; ``name``: its own."""

    speech: Speech = field(default_factory=Speech)
    prompts: Prompts = field(default_factory=Prompts)
    code: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Tongues:
    """``own``: that of the files themselves; ``others``: by their two letters; ``asked``: the words that ask for each of
    them, where there is a choice."""

    own: Tongue = field(default_factory=Tongue)
    others: Mapping[str, Tongue] = field(default_factory=dict)
    asked: Mapping[str, Collection[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, prompts: Prompts, languages: Languages, abroad: Mapping[str, Prompts]) -> Tongues:
        """``abroad``: what is set for the questions in each further language that the line speaks."""
        speech, further = Speech(prompts.line.language, prompts.line.voice), languages.by_phone
        own = Tongue(speech, prompts, name=languages.spoken[BASE].name)
        heard = [languages.spoken[BASE], *further] if further else []
        others = {one.code: _tongue(one, abroad.get(one.code, prompts)) for one in further}
        return cls(own, others, {one.code: one.asked for one in heard})

    @property
    def now(self) -> Tongue:
        """That of the turn."""
        return self.others.get(current(), self.own)

    @property
    def speech(self) -> Speech:
        """Language and voice of the turn."""
        return self.now.speech

    def named(self, code: str) -> Tongue:
        """That of two letters; the files' own for any that the line does not speak."""
        return self.others.get(code, self.own)


def _tongue(spoken: Spoken, prompts: Prompts) -> Tongue:
    return Tongue(Speech(spoken.line, spoken.voice or None), prompts, spoken.code, spoken.name)
