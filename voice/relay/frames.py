"""Every message of a ConversationRelay socket, typed: what Twilio says is read leniently, what we say is checked strictly.

https://www.twilio.com/docs/voice/conversationrelay/websocket-messages

Twilio adds fields and types without notice, so those are passed over. Ten messages of ours in a row that Twilio cannot
read close the socket (error 64105), so nothing leaves that is not one of these models.
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Literal, Self, TypeAlias
from xml.sax.saxutils import escape, unescape

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from bot.door import words

CALL_SID = r"^CA[0-9a-fA-F]{32}$"
TEXT_LIMIT = 8000
"""Characters of one message's text that are read."""

_MARKUP = re.compile(r"</?prosody[^<>]*>")
_UNSPEAKABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[<>]")


class FrameError(Exception):
    """A message of Twilio's that is none: not JSON, or a known type without what belongs to it."""


class UnknownFrame(FrameError):
    """A type that we do not know; ``name`` is for tests, never for logs or counters."""

    def __init__(self, name: str) -> None:
        super().__init__("a type that is not known")
        self.name = name


class _Incoming(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True)


class Setup(_Incoming):
    """The first message. ``parameters`` are the ``<Parameter>``s of our own TwiML."""

    type: Literal["setup"]
    session: str = Field(alias="sessionId", min_length=1, max_length=64)
    account: str = Field(alias="accountSid", default="")
    call: str = Field(alias="callSid", pattern=CALL_SID)
    caller: str = Field(alias="from", default="")
    called: str = Field(alias="to", default="")
    parameters: dict[str, str] = Field(alias="customParameters", default_factory=dict)


class Prompt(_Incoming):
    """What the caller said; ``last`` is false while it may still change (``partialPrompts``)."""

    type: Literal["prompt"]
    text: Annotated[str, AfterValidator(words)] = Field(alias="voicePrompt", max_length=TEXT_LIMIT)
    lang: str = ""
    last: bool = True


class Dtmf(_Incoming):
    """One key."""

    type: Literal["dtmf"]
    digit: str = Field(pattern=r"^[0-9*#A-Da-d]$")


class Interrupt(_Incoming):
    """The caller cut us short. ``heard`` is how far we came."""

    type: Literal["interrupt"]
    heard: str = Field(alias="utteranceUntilInterrupt", default="", max_length=TEXT_LIMIT)
    milliseconds: int = Field(alias="durationUntilInterruptMs", default=0)


class Error(_Incoming):
    """Twilio could not do what we said."""

    type: Literal["error"]
    description: str = ""


class Info(_Incoming):
    """Speaker events and played tokens. Not in Twilio's reference; four implementations agree on this form."""

    type: Literal["info"]
    name: str
    value: str = ""


class ConfigUpdated(_Incoming):
    """Told after a ``config`` message; we send none."""

    type: Literal["configUpdated"]


Incoming: TypeAlias = Setup | Prompt | Dtmf | Interrupt | Error | Info | ConfigUpdated
_INCOMING: TypeAdapter[Incoming] = TypeAdapter(Annotated[Incoming, Field(discriminator="type")])


def read(text: str) -> Incoming:
    """One message of Twilio's. Raises FrameError."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise FrameError("not JSON") from None
    try:
        return _INCOMING.validate_python(body)
    except ValidationError as error:
        if error.errors(include_input=False, include_url=False)[0]["type"] == "union_tag_invalid":
            raise UnknownFrame(str(body.get("type"))[:40]) from None
        raise FrameError("a known type without what belongs to it") from None


class _Outgoing(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)

    def to_json(self) -> str:
        """The message as it goes out; fields that are not set are left out."""
        return self.model_dump_json(by_alias=True, exclude_none=True)


class Text(_Outgoing):
    """Words to be spoken; ``last`` ends what we have to say for now."""

    type: Literal["text"] = "text"
    token: str
    last: bool = False
    lang: str | None = Field(default=None, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
    interruptible: bool | None = None
    preemptible: bool | None = None


class Play(_Outgoing):
    """A sound file; ``loop`` 0 means 1,000 times."""

    type: Literal["play"] = "play"
    source: str = Field(pattern=r"^https?://[^\s_/]+(/\S*)?$")
    loop: int = Field(default=1, ge=0, le=1000)
    preemptible: bool | None = None
    interruptible: bool | None = None


class SendDigits(_Outgoing):
    """Tones; ``w`` waits half a second."""

    type: Literal["sendDigits"] = "sendDigits"
    digits: str = Field(pattern=r"^[0-9w#*]+$")


class Language(_Outgoing):
    """Speak and listen in other languages from now on."""

    type: Literal["language"] = "language"
    spoken: str | None = Field(default=None, alias="ttsLanguage")
    understood: str | None = Field(default=None, alias="transcriptionLanguage")

    @model_validator(mode="after")
    def _one_at_least(self) -> Self:
        if self.spoken is None and self.understood is None:
            raise ValueError("a language message names at least one language")
        return self


class End(_Outgoing):
    """End the session; ``<Connect action>`` is asked next, with ``handoff`` (a JSON text, nothing secret) as HandoffData."""

    type: Literal["end"] = "end"
    handoff: str | None = Field(default=None, alias="handoffData", max_length=4000)


Outgoing: TypeAlias = Text | Play | SendDigits | Language | End


def speakable(text: str) -> str:
    """The text without what a voice's markup would trip over (``<``, ``>``, control characters, lone surrogates)."""
    return _UNSPEAKABLE.sub(" ", text)


def token(sentence: str, rate: str = "") -> str:
    """One sentence as it goes out, with the space before the next. ``rate`` (``85%``) slows the voices that know SSML; the
    account's own default voice knows none, so it is only given with a voice of Amazon's or Google's."""
    return f'<prosody rate="{rate}">{escape(sentence)} </prosody>' if rate else f"{sentence} "


def unmarked(text: str) -> str:
    """What was heard, without the markup that it was sent in."""
    return unescape(_MARKUP.sub("", text))


def handoff_data(**values: Any) -> str:
    """``HandoffData`` is a text: JSON is written by us and read by us."""
    return json.dumps(values)
