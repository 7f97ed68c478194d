"""One question of the assistant's: what it says, how its answer is listened for, and its script. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from pydantic import TypeAdapter

from bot.languages.current import current
from bot.languages.tables import WORDS, table
from voice.script.addresses import Answer
from voice.script.verbs import Ask, Keys, Recognition, Redirect, Script, Spoken, Verb
from voice.script.words import ILLEGAL, Foreign, Speech, said
from voice.speech.prompts import PromptSettings

HINTS, HINT_CHARACTERS = 500, 100

_NUMBER_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
MOST_OPTIONS = len(_NUMBER_WORDS)
"""Options that one key can choose among."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question: what is said, and how the answer is listened for.

    ``digits``: figures are expected (a card's digits, a code), so key 0 is a figure and dictated figures are read.
    ``count``: how many, if known. ``hints``: words that are likely to be said (titles of the options on offer).
    ``menu``: the options' words while they are not read out. ``settings``: what the designers set for it.
    ``purpose``: "" for a question of the assistant's; ``confirm`` asks whether ``pending`` was said, ``there`` whether
    anybody is on the line; both keep the question they stand for in ``original`` (JSON). ``wide``: more keys than the
    question asks for are let in, up to ``#``: a code may come before the answer. ``asked_at``: when, in Unix seconds.
    ``secret``: the answer is a code or a PIN, so it is not read back. ``offers``: keys that choose a language (two letters).
    """

    text: str
    hints: tuple[str, ...] = ()
    digits: bool = False
    count: int | None = None
    menu: str = ""
    settings: PromptSettings = field(default_factory=PromptSettings)
    purpose: str = ""
    pending: str = ""
    original: str = ""
    wide: bool = False
    asked_at: float = 0.0
    secret: bool = False
    offers: dict[str, str] = field(default_factory=dict)

    @property
    def collecting(self) -> bool:
        """Keys are part of an answer with several of them."""
        count = self.settings.count
        several = count == "any" or (isinstance(count, int) and count > 1)
        return self.digits or several or len(self.hints) > MOST_OPTIONS

    def to_json(self) -> str:
        """For the store; ``from_json`` reads it back."""
        return PROMPT.dump_json(self).decode()

    @classmethod
    def from_json(cls, text: str) -> Prompt:
        """Read what ``to_json`` wrote."""
        return PROMPT.validate_json(text)


PROMPT = TypeAdapter(Prompt)


def ask(prompt: Prompt, step: int, speech: Speech, lead: Sequence[str | Foreign] = ()) -> Script:
    """Say ``lead`` and the prompt, interruptible as the settings say, and listen for the answer to ``step``.

    What may not interrupt is not listened for while the words are spoken: by one kind only, an ``Ask`` for that kind holds
    the words and falls through, after a second of silence, to the one that listens for the answer.
    """
    words, how = said((*lead, prompt.text), speech), prompt.settings
    inside = how.barge_in in ("both", how.listen)
    before: tuple[Verb, ...] = ()
    if how.barge_in == "none":
        before = words
    elif not inside:
        before = (replace(_listening(prompt, step, speech, how.barge_in, words), timeout=1, tells_silence=False),)
    last = _listening(prompt, step, speech, how.listen, words if inside else ())
    return Script((*before, last, Redirect(Answer(step))))  # belt: should the Ask fall through, silence still comes to us


def renumbered(script: Script, step: int) -> Script | None:
    """A question with the same words as the next step; None when the script does not ask ``step``."""
    before, after = Answer(step), Answer(step + 1)
    if not any(isinstance(verb, Ask) and verb.to == before for verb in script.verbs):
        return None
    moved = [replace(verb, to=after) if isinstance(verb, Ask | Redirect) and verb.to == before else verb for verb in script.verbs]
    return Script(tuple(moved))


def _listening(
    prompt: Prompt, step: int, speech: Speech, kind: Literal["both", "keys", "speech"], says: tuple[Spoken, ...]
) -> Ask:
    return Ask(
        Answer(step),
        prompt.settings.timeout,
        says,
        keys=Keys(_count(prompt), _finish_key(prompt)) if kind != "speech" else None,
        speech=_recognition(prompt, speech) if kind != "keys" else None,
    )


def _recognition(prompt: Prompt, speech: Speech) -> Recognition:
    how = prompt.settings
    return Recognition(
        how.language or speech.language,
        how.speech_model,
        how.end_silence,
        likely((*prompt.hints, *_number_words()[: len(prompt.hints)], *how.hints)),
        how.profanity_filter,
        how.partial_results,
    )


def _number_words() -> Sequence[str]:
    """How the options' numbers are said in the language of the turn."""
    return table(current(), WORDS, "figures").get("options") or _NUMBER_WORDS


def likely(hints: Iterable[str]) -> tuple[str, ...]:
    """Hints as the vendor takes them: so many, so long, without commas, each once."""
    clean = [ILLEGAL.sub("", hint).replace(",", " ").strip()[:HINT_CHARACTERS] for hint in hints]
    return tuple([hint for hint in dict.fromkeys(clean) if hint][:HINTS])


def _count(prompt: Prompt) -> int | None:
    """Known counts end the listening at once: one key chooses among nine options or fewer, and is a wish elsewhere."""
    if prompt.wide:
        return None
    if prompt.settings.count is not None:
        return prompt.settings.count if isinstance(prompt.settings.count, int) else None
    if prompt.digits:
        return prompt.count
    return None if prompt.collecting else 1


def _finish_key(prompt: Prompt) -> str | None:
    """The key that ends the keys, if it is not the vendor's own ``#``; where one key is enough, ``#`` is a key like others."""
    if prompt.wide:
        return None
    if not prompt.collecting:
        return ""
    return None if prompt.settings.finish_key == "#" else prompt.settings.finish_key
