"""How each question of a call is asked and listened to, as designers set it in ``domain/``; checked when the gateway starts.

Three places, the later one wins: ``domain/*/_voice.yml`` (defaults, then ``digits`` while figures are expected, then ``slots``
for a form slot's question), and ``metadata: {voice: {...}}`` of a response. Every key is in ``PromptSettings``; docs/voice.md
has the table. https://www.twilio.com/docs/voice/twiml/gather for what Twilio takes.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config

from bot import domain_files
from bot.domain_files import DomainFileError
from bot.model import Reply
from bot.transcript.wording import WordingError
from voice.speech.commands import Asks, Commands
from voice.speech.translated import translated

Kind = Literal["both", "speech", "keys"]
Whole = Annotated[int, Field(strict=True, ge=1, le=60)]
Limit = Annotated[int, Field(strict=True, ge=1, le=5)]
Model = Annotated[
    str,
    Field(
        pattern=r"^(default|phone_call|numbers_and_commands|experimental_(conversations|utterances)"
        r"|googlev2_(long|short|telephony|telephony_short)|deepgram_nova-[23](-[a-z]+)?)$"
    ),
]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}-[A-Z]{2}$")]
Heard = Annotated[str, Field(pattern=r"^([a-z]{2,3}-[A-Z]{2}|multi)$")]
"""``multi``: whichever is spoken; Twilio hears that with deepgram_nova-3 alone."""
Sentence = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"^[^{}]*$")]
OPTION_WORDS = r"^[^{}]*(\{title\}[^{}]*\{number\}|\{number\}[^{}]*\{title\})[^{}]*$"
Hint = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^,]*$")]

FILE = "_voice.yml"


class PromptError(WordingError):
    """A setting is not one; the message is a sentence for the designer."""


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class PromptSettings:
    """One question on the phone. Seconds are whole; Twilio forbids ``speechTimeout="auto"`` beside a speech model.

    ``listen``: press or say, or one of them. ``barge_in``: what may interrupt the words. ``timeout``: until the answer
    begins; ``end_silence``: after speech. ``count``: keys expected (``any``: until the finish key; none: as many as
    the options need). ``options``: ``later`` offers them by key and word at once and reads them out only when the caller
    was silent or not understood. ``short``, ``with_keys``: the question again, the first and the next time.
    ``no_input``, ``no_match``: the silence, and the misunderstanding, that leads to a person. ``language``: of the
    answer, where it is another than the line's. ``confirm_below``: speech of a lower confidence is asked back (0: never).
    ``not_understood``: this response says so. ``noise_words``: an answer with more words is taken for music or another
    talk when nothing in it is understood. ``partial_results``: Twilio tells what is recognised while the caller speaks.
    ``asks``: a ``name`` or a free ``text`` may be any words, so fewer of them are taken for a wish.
    """

    listen: Kind = "both"
    barge_in: Literal["both", "speech", "keys", "none"] = "both"
    timeout: Whole = 6
    end_silence: Annotated[int, Field(strict=True, ge=1, le=10)] = 2
    count: Annotated[int, Field(strict=True, ge=1, le=32)] | Literal["any"] | None = None
    finish_key: Annotated[str, Field(pattern=r"^[0-9#]?$")] = "#"
    hints: Annotated[tuple[Hint, ...], Field(max_length=500)] = ()
    speech_model: Model = "phone_call"
    language: Heard | None = None
    profanity_filter: Annotated[bool, Field(strict=True)] = True
    options: Literal["read", "later"] = "read"
    option_words: Annotated[str, Field(pattern=OPTION_WORDS)] | None = None
    short: Sentence | None = None
    with_keys: Sentence | None = None
    no_input: Limit = 3
    no_match: Limit = 3
    confirm_below: Annotated[float, Field(ge=0, le=1)] = 0.4
    not_understood: Annotated[bool, Field(strict=True)] = False
    noise_words: Annotated[int, Field(strict=True, ge=10, le=500)] = 40
    partial_results: Annotated[bool, Field(strict=True)] = False
    asks: Asks = "anything"


SETTINGS = TypeAdapter(PromptSettings)
KEYS = tuple(f.name for f in fields(PromptSettings))
EXPECTED = {
    "option_words": "a sentence with {title} and {number}",
    "end_silence": "a whole number of seconds from 1 to 10 (Twilio takes no `auto` beside a speech model)",
    "timeout": "a whole number of seconds from 1 to 60",
    "count": "a number of keys from 1 to 32, or `any`",
    "finish_key": 'a figure or "#" in quotes, or "" (wishes begin with *)',
    "speech_model": "a speech model of Twilio's Gather, such as phone_call",
    "language": "a language and a country, such as en-US",
    "hints": "a list of at most 500 words or phrases of at most 100 characters, without commas",
    "short": "a sentence of at most 1,000 characters without {values}",
    "with_keys": "a sentence of at most 1,000 characters without {values}",
    "listen": "both, speech or keys",
    "barge_in": "both, speech, keys or none",
    "options": "read or later",
    "asks": "anything, name or text",
    "confirm_below": "a number from 0 to 1",
}


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class Line:
    """The whole line: the language that is spoken, the voice that speaks it (None: the account's own)."""

    language: Language = "en-US"
    voice: Annotated[str, Field(pattern=r"^(man|woman|(Polly|Google)\.[\w.-]+)$")] | None = None


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class _File:
    """``voice:`` in domain/*/_voice.yml."""

    line: Line = field(default_factory=Line)
    defaults: dict[str, Any] = field(default_factory=dict)
    digits: dict[str, Any] = field(default_factory=dict)
    slots: dict[str, dict[str, Any]] = field(default_factory=dict)
    hints: dict[str, tuple[Hint, ...]] = field(default_factory=dict)
    commands: Commands = field(default_factory=Commands)


FILE_CONTENT = TypeAdapter(_File)


@dataclass(frozen=True, slots=True)
class Prompts:
    """What the designers set, for all questions. ``Prompts()`` is the code's own defaults."""

    line: Line = field(default_factory=Line)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    digits: Mapping[str, Any] = field(default_factory=lambda: {"speech_model": "numbers_and_commands"})
    questions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    hint_lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    commands: Commands = field(default_factory=Commands)

    @classmethod
    def from_folder(cls, folder: Path, language: str = "") -> Prompts:
        """Read ``domain/``: its ``_voice.yml`` (the general one and the business's) and every response; in another ``language``
        that language's words over the settings. PromptError with a line for each mistake."""
        try:
            files, own = _contents(folder), domain_files.settings(folder, FILE, "voice")
            said = domain_files.settings(folder, FILE, "voice", language) if language else {}
            made = cls._of_file(translated(own, said) if language else own, files)
            responses = _contents(folder, language) if language else files
        except DomainFileError as error:
            raise PromptError(str(error)) from error
        if mistakes := list(made._mistakes(files, responses)):
            raise PromptError("\n".join(mistakes))
        return made

    @classmethod
    def _of_file(cls, content: object, files: Mapping[str, Any]) -> Prompts:
        try:
            body = FILE_CONTENT.validate_python(content)
        except ValidationError as error:
            raise PromptError(_sentence(f"domain/*/{FILE}", error, tuple(f.name for f in fields(_File)))) from None
        forms = domain_files.named(files.values(), "forms")
        known = {slot for form in forms.values() for slot in (form or {}).get("required_slots", ())}
        if unknown := set(body.slots) - known:
            raise PromptError(f"domain/*/{FILE}: no form asks for the slot {_close(min(unknown), known)}.")
        questions: dict[str, Mapping[str, Any]] = {}
        for slot, settings in body.slots.items():
            names = [f"utter_ask_{slot}", *(f"utter_ask_{form}_{slot}" for form in forms)]
            questions |= dict.fromkeys(names, settings)
        digits = {"speech_model": "numbers_and_commands", **body.digits}
        return cls(body.line, body.defaults, digits, questions, body.hints, body.commands)

    def settings(self, reply: Reply, *, digits: bool) -> PromptSettings:
        """How this reply is asked. A model's settings that are no longer valid here (another release) are passed over."""
        try:
            return self._merged(reply.response, reply.prompt, digits, "response")
        except PromptError:
            return self._merged("", {}, digits, "defaults")

    def _merged(self, response: str, own: Mapping[str, Any], digits: bool, where: str) -> PromptSettings:
        layers: list[Mapping[str, Any]] = [self.defaults, self.digits if digits else {}, self.questions.get(response, {}), own]
        merged: dict[str, Any] = {}
        for layer in layers:
            merged |= layer
        if isinstance(merged.get("hints"), list | tuple):
            merged["hints"] = tuple(self._hints(merged["hints"], where))
        return checked(merged, where)

    def _hints(self, hints: list[Any] | tuple[Any, ...], where: str) -> Iterator[Any]:
        """The phrases, each ``$name`` replaced by the list of that name."""
        for hint in hints:
            if not isinstance(hint, str) or not hint.startswith("$"):
                yield hint
            elif hint[1:] in self.hint_lists:
                yield from self.hint_lists[hint[1:]]
            else:
                raise PromptError(f"{where}: there is no list of hints {_close(hint[1:], self.hint_lists)} in domain/*/{FILE}.")

    def _mistakes(self, files: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[str]:
        checks: list[tuple[str, str, object, bool]] = [
            (f"domain/*/{FILE}, defaults", "", {}, False),
            (f"domain/*/{FILE}, digits", "", {}, True),
            *((f"domain/*/{FILE}, question {name}", name, {}, True) for name in self.questions),
        ]
        intents = domain_files.named(files.values(), "intents")
        for file, content in said.items():
            for name, variations in (content.get("responses") or {}).items():
                checks += [(f"domain/{file}, response {name}", name, own, True) for own in _own(variations)]
        for where, name, own, digits in checks:
            try:
                if not isinstance(own, dict):
                    raise PromptError(f"{where}: `voice` must hold settings, such as timeout: 8.")
                self._merged(name, own, digits, where)
            except PromptError as error:
                yield str(error)
        for wish in self.commands.intents():
            if intents and wish not in intents:
                yield f"domain/*/{FILE}, commands: there is no intent {_close(wish, intents)}."


def _contents(folder: Path, language: str = "") -> dict[str, Mapping[str, Any]]:
    return {str(path.relative_to(folder)): domain_files.read(folder, path) for path in domain_files.paths(folder, language)}


def checked(given: Mapping[str, Any], where: str) -> PromptSettings:
    """The settings; PromptError with a sentence that begins with ``where``."""
    try:
        made = SETTINGS.validate_python(dict(given))
    except ValidationError as error:
        raise PromptError(_sentence(where, error, KEYS)) from None
    if made.listen != "both" and made.barge_in not in (made.listen, "none", "both"):
        raise PromptError(f"{where}: barge_in is {made.barge_in}, but the question listens for {made.listen} only.")
    if made.listen == "speech" and isinstance(made.count, int) and "count" in given:
        raise PromptError(f"{where}: count says how many keys are expected, but the question listens for speech only.")
    return made


def _own(variations: object) -> Iterator[object]:
    """The ``voice`` settings of a response's variations; a variation for another channel has none that are used."""
    for variation in variations if isinstance(variations, list) else ():
        metadata = variation.get("metadata") if isinstance(variation, dict) else None
        if isinstance(metadata, dict) and "voice" in metadata:
            yield metadata["voice"]


def _sentence(where: str, error: ValidationError, known: tuple[str, ...]) -> str:
    """The first mistake in words."""
    first = error.errors()[0]
    path = [str(part) for part in first["loc"]]
    key = path[0] if path else ""
    if first["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        names = known if len(path) == 1 else ()
        return f"{where}: there is no setting {_close(path[-1], names)}."
    if key in EXPECTED:
        return f"{where}: {key} must be {EXPECTED[key]}."
    return f"{where}: {'.'.join(path) or 'it'}: {first['msg']}."


def _close(name: str, known: Mapping[str, Any] | set[str] | tuple[str, ...]) -> str:
    """The wrong name, with the nearest right one."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"`{name}`" + (f" (did you mean `{near[0]}`?)" if near else "")
