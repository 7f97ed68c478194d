"""What came of a question: keys, words, a wish, or nothing. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from voice.commands import Commands, plain, without_swearing
from voice.forms import VoiceForm
from voice.spoken import heard_digits
from voice.twiml import Prompt


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
    if not text:
        return Heard(sworn=bool(form.speech))
    figures = heard_digits(text) if prompt.digits else None
    if figures:
        return Heard(keys=figures, text=text, confidence=form.confidence)
    offered = plain(text) in {plain(title) for title in prompt.hints}
    wish = None if offered else commands.by_word(text)
    return Heard(text=text, wish=wish, language=commands.other_language(text), confidence=None if offered else form.confidence)


def _keyed(keys: str, prompt: Prompt, commands: Commands) -> Heard:
    bare = keys.rstrip("#")
    if wish := commands.by_key(bare or keys, collecting=prompt.collecting, options=len(prompt.hints)):
        return Heard(wish=wish)
    if not prompt.digits and bare and set(bare) == {commands.person.key}:  # 00 is no answer either
        return Heard(wish="person")
    return Heard(keys="".join(key for key in bare if key.isdigit()) if prompt.digits else bare)
