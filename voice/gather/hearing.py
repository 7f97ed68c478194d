"""What came of a question: keys, words, a wish, or nothing. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.languages.current import current
from bot.languages.numbers import counted
from bot.languages.tables import glossed
from voice.gather.forms import VoiceForm
from voice.script import Prompt
from voice.speech.commands import Commands, without_swearing
from voice.speech.spoken import heard_digits

KEYS = "keys"
"""Words around keys that are named aloud, in a language's ``_said.yml``: "oprimo" is "press"."""

NONE: Mapping[str, Collection[str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer. ``keys`` win over ``text``; dictated figures are keys where figures are expected. ``wish`` names a
    command; ``speak`` a language of the line that is asked for (two letters); ``language`` one that it does not speak, with the
    answer in it; ``sworn``: nothing but swearing. ``confidence`` is None for keys, and where Twilio did not give it."""

    keys: str = ""
    text: str = ""
    wish: str | None = None
    speak: str = ""
    language: tuple[str, str] | None = None
    sworn: bool = False
    confidence: float | None = None

    @property
    def nothing(self) -> bool:
        """Silence."""
        return not (self.keys or self.text or self.wish or self.speak or self.sworn)

    @property
    def words(self) -> int:
        """How many words it was."""
        return len(self.text.split())


def hear(form: VoiceForm, prompt: Prompt, commands: Commands, asked: Mapping[str, Collection[str]] = NONE) -> Heard:
    """Read a webhook as the answer to ``prompt``. ``asked``: the words that ask for each language of the line."""
    if form.digits:
        return _keyed(form.digits, prompt, commands)
    text = without_swearing(form.speech)
    if not text or commands.hesitates(text):
        return Heard(sworn=bool(form.speech) and not text)
    figures = heard_digits(commands.without_finish(_keys_in_english(text))) if prompt.digits else None
    if figures and "*" not in text:
        return Heard(keys=figures, text=text, confidence=form.confidence)
    offered, asks = _is_offered(text, prompt, commands), prompt.settings.asks
    if not offered and (named := _named(text, prompt, commands)):
        return named
    wish = None if offered else commands.by_word(text, asks)
    if not offered and not wish and asked and (speak := commands.spoken_language(text, asked, asks)):
        return Heard(text=text, speak=speak)
    language = None if offered or wish else commands.other_language(text, asks, collecting=prompt.collecting)
    return Heard(text=text, wish=wish, language=language, confidence=None if offered else form.confidence)


def _named(text: str, prompt: Prompt, commands: Commands) -> Heard | None:
    """Keys that were named aloud are as good as pressed where they lead somewhere: to a wish, an option, an answer in figures."""
    said = commands.named(_keys_in_english(text))
    if said is None:
        return None
    if speak := prompt.offers.get(said.keys):
        return Heard(text=text, speak=speak)
    if prompt.digits:
        return _keyed(said.keys, prompt, commands)
    if len(said.keys) > 1:
        wish = commands.by_key(said.keys.rstrip("#"), collecting=True, options=0)
        return Heard(wish=wish) if wish else None
    surely = said.plainly or said.keys == commands.person.key or (said.keys in "*#" and prompt.settings.asks == "anything")
    wish = commands.by_key(said.keys, collecting=False, options=len(prompt.hints))
    if wish and surely:
        return Heard(wish=wish)
    chosen = said.plainly and said.keys in "123456789"[: len(prompt.hints)]
    return Heard(keys=said.keys) if chosen else None


def _keys_in_english(text: str) -> str:
    """What was said in the language of the turn, with figures, and with the English words around keys."""
    return glossed(counted(text, current()), current(), KEYS)


def _is_offered(text: str, prompt: Prompt, commands: Commands) -> bool:
    return commands.plain(text) in {commands.plain(title) for title in prompt.hints}


def _keyed(keys: str, prompt: Prompt, commands: Commands) -> Heard:
    bare = keys.rstrip("#")
    if speak := prompt.offers.get(bare):
        return Heard(speak=speak)
    if wish := commands.by_key(bare or keys, collecting=prompt.collecting, options=len(prompt.hints)):
        return Heard(wish=wish)
    if not prompt.digits and bare and set(bare) == {commands.person.key}:  # 00 is no answer either
        return Heard(wish="person")
    return Heard(keys="".join(key for key in bare if key.isdigit()) if prompt.digits else bare)
