"""A script as a ConversationRelay socket carries it out: what the session says, as messages, and what comes then. Pure.

Both ways to talk share one script for each step. A script that asks the call's next step is spoken over the socket; every other
one (the queue, the goodbye) is left to Twilio, which fetches it as TwiML when the session has ended. So a caller whose socket
fails goes on with the very same scripts over ``<Gather>``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from voice.agents import hold_music
from voice.relay import frames
from voice.script import EITHER, Answer, Ask, Collect, Pause, Play, Redirect, Say, Script, Spoken
from voice.script.words import cut

SECONDS_PER_CHARACTER = 0.07
"""About fourteen characters a second: a calm voice."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that is heard; ``interruptible``: speech cuts it short."""

    verb: Spoken
    interruptible: bool

    @property
    def words(self) -> str:
        """What is spoken; empty for a sound or a silence."""
        return " ".join(self.verb.text.split()) if isinstance(self.verb, Say) else ""

    @property
    def seconds(self) -> float:
        """About how long it takes; sounds are not counted."""
        match self.verb:
            case Say(rate=rate):
                return len(self.words) * SECONDS_PER_CHARACTER * 100 / int(rate.rstrip("%") or 100)
            case Pause(seconds=seconds):
                return seconds
            case Play():
                return 0.0


@dataclass(frozen=True, slots=True)
class Listen:
    """How the answer to ``step`` is listened for. ``count``: that many keys end it; ``timeout`` in seconds. ``language``: empty
    where no speech is listened for."""

    step: int
    keys: bool = True
    speech: bool = True
    count: int | None = None
    finish_key: str = "#"
    timeout: float = 5.0
    hints: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A script that Twilio carries out: queue, goodbye, nothing."""


Then: TypeAlias = Listen | Collect | Elsewhere


@dataclass(frozen=True, slots=True)
class Utterance:
    """What the session says of one script, and what comes then."""

    pieces: tuple[Piece, ...]
    then: Then

    @property
    def words(self) -> str:
        """All that is spoken."""
        return " ".join(piece.words for piece in self.pieces if piece.words)

    @property
    def seconds(self) -> float:
        """About how long it takes to say."""
        return sum(piece.seconds for piece in self.pieces)


def utterance(script: Script) -> Utterance:
    """What a socket makes of a script. Of several questions the last listens; those before only let their words be cut short.
    A question whose answer goes elsewhere than to the call's steps is no business of the socket's."""
    asks = [verb for verb in script.verbs if isinstance(verb, Ask)]
    if asks and isinstance(asks[-1].to, Answer):
        return Utterance(_pieces(script), _listen(asks[-1], asks[-1].to.step))
    on = next((verb.to for verb in script.verbs if isinstance(verb, Redirect)), None)
    if not asks and isinstance(on, Collect):
        return Utterance(_pieces(script), on)
    return Utterance((), Elsewhere())


class InLanguages(NamedTuple):
    """What a session speaks and hears; empty before its first words."""

    spoken: str = ""
    heard: str = ""


def messages(said: Utterance, before: InLanguages, absolute: Callable[[str], str]) -> list[frames.Outgoing]:
    """The utterance sentence by sentence: the first is spoken while the others are on their way. ``before``: what the session
    speaks and hears already. ``absolute``: a path of ours as a public address."""
    now = languages_then(said, before)
    changes = bool(before.spoken) and now != before
    switch = [frames.Language(ttsLanguage=now.spoken, transcriptionLanguage=now.heard)] if changes else []
    out: list[frames.Outgoing] = [*switch, *(one for piece in said.pieces for one in _messages(piece, now.spoken, absolute))]
    if out and isinstance(out[-1], frames.Text):
        out[-1] = out[-1].model_copy(update={"last": True})
    return out


def languages_then(said: Utterance, before: InLanguages) -> InLanguages:
    """The session's languages from this utterance on: the question's, since what is asked in it is answered in it; where either
    is heard, or nothing is, that of its words."""
    asked = said.then.language if isinstance(said.then, Listen) else ""
    if asked and asked != EITHER:
        return InLanguages(asked, asked)
    words = [piece.verb.language for piece in said.pieces if isinstance(piece.verb, Say)]
    spoken = words[-1] if words else before.spoken
    return InLanguages(spoken, asked or spoken)


def _messages(piece: Piece, language: str, absolute: Callable[[str], str]) -> Iterator[frames.Outgoing]:
    uncut = None if piece.interruptible else False
    match piece.verb:
        case Say() as say:
            lang = say.language if say.language != language else None
            for sentence in cut(frames.speakable(piece.words)):
                yield frames.Text(token=frames.token(sentence, say.rate), lang=lang or None, interruptible=uncut)
        case Pause(seconds=seconds):  # there is no message for it but a silent file
            yield frames.Play(source=absolute(hold_music.silent_url(seconds)), interruptible=uncut)
        case Play(source=source):
            yield frames.Play(source=absolute(source), interruptible=uncut)


def _pieces(script: Script) -> tuple[Piece, ...]:
    """What is heard, in order; without the silence at the end: the caller may speak then."""
    found = list(_heard(script))
    while found and isinstance(found[-1].verb, Pause):
        found.pop()
    return tuple(found)


def _heard(script: Script) -> Iterator[Piece]:
    """Words outside a question are heard to the end."""
    for verb in script.verbs:
        match verb:
            case Ask(says=says, speech=speech):
                yield from (Piece(one, speech is not None) for one in says)
            case Say() | Pause() | Play():
                yield Piece(verb, interruptible=False)
            case _:
                pass


def _listen(ask: Ask, step: int) -> Listen:
    keys, speech = ask.keys, ask.speech
    return Listen(
        step,
        keys=keys is not None,
        speech=speech is not None,
        count=keys.count if keys else None,
        finish_key=keys.finish_key if keys and keys.finish_key is not None else "#",
        timeout=ask.timeout,
        hints=",".join(speech.hints) if speech else "",
        language=speech.language if speech else "",
    )
