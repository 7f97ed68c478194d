"""What came of a question: keys, words, a wish, or nothing. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from voice.gather.forms import VoiceForm
from voice.script import Prompt
from voice.speech.commands import Commands, hesitates, plain, without_swearing
from voice.speech.spoken import heard_digits


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer. ``keys`` win over ``text``; dictated figures are keys where figures are expected. ``wish`` names a
    command; ``language`` one that the line does not speak, with the answer in it; ``sworn``: nothing but swearing.
    ``confidence`` is None for keys, and where Twilio did not give it."""

    keys: str = ""
    text: str = ""
    wish: str | None = None
    language: tuple[str, str] | None = None
    sworn: bool = False
    confidence: float | None = None

    @property
    def nothing(self) -> bool:
        """Silence."""
        return not (self.keys or self.text or self.wish or self.sworn)

    @property
    def words(self) -> int:
        """How many words it was."""
        return len(self.text.split())


def hear(form: VoiceForm, prompt: Prompt, commands: Commands) -> Heard:
    """Read a webhook as the answer to ``prompt``."""
    if form.digits:
        return _keyed(form.digits, prompt, commands)
    text = without_swearing(form.speech)
    if not text or hesitates(text):
        return Heard(sworn=bool(form.speech) and not text)
    figures = heard_digits(commands.without_finish(text)) if prompt.digits else None
    if figures and "*" not in text:
        return Heard(keys=figures, text=text, confidence=form.confidence)
    offered, asks = _is_offered(text, prompt), prompt.settings.asks
    if not offered and (named := _named(text, prompt, commands)):
        return named
    wish = None if offered else commands.by_word(text, asks)
    language = None if offered or wish else commands.other_language(text, asks, collecting=prompt.collecting)
    return Heard(text=text, wish=wish, language=language, confidence=None if offered else form.confidence)


def _named(text: str, prompt: Prompt, commands: Commands) -> Heard | None:
    """Keys that were named aloud are as good as pressed where they lead somewhere: to a wish, an option, an answer in figures."""
    said = commands.named(text)
    if said is None:
        return None
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


def _is_offered(text: str, prompt: Prompt) -> bool:
    return plain(text) in {plain(title) for title in prompt.hints}


def _keyed(keys: str, prompt: Prompt, commands: Commands) -> Heard:
    bare = keys.rstrip("#")
    if wish := commands.by_key(bare or keys, collecting=prompt.collecting, options=len(prompt.hints)):
        return Heard(wish=wish)
    if not prompt.digits and bare and set(bare) == {commands.person.key}:  # 00 is no answer either
        return Heard(wish="person")
    return Heard(keys="".join(key for key in bare if key.isdigit()) if prompt.digits else bare)
