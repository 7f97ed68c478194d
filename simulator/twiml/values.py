"""What the values of TwiML attributes may be.

From https://www.twilio.com/docs/voice/twiml and its pages per verb (gather, say, dial, number, enqueue, record, ...);
an attribute that is not listed takes any text.
"""

from __future__ import annotations

import re
from collections.abc import Callable

Rule = Callable[[str], str | None]
"""Gives None for a good value, otherwise what it must be (``one of ...``)."""


def one_of(*words: str) -> Rule:
    """Exactly one of the words."""
    return lambda value: None if value in words else "one of " + ", ".join(w or '""' for w in words)


def some_of(*words: str) -> Rule:
    """One or more of the words, separated by spaces."""
    return lambda value: None if value.split() and set(value.split()) <= set(words) else "words among " + ", ".join(words)


def whole(low: int, high: int) -> Rule:
    """A whole number from ``low`` to ``high``."""

    def check(value: str) -> str | None:
        good = re.fullmatch(r"\d{1,9}", value) and low <= int(value) <= high
        return None if good else f"a whole number from {low} to {high}"

    return check


def matching(pattern: str, description: str) -> Rule:
    """A text that matches the pattern as a whole."""
    return lambda value: None if re.fullmatch(pattern, value) else description


def either(first: Rule, second: Rule) -> Rule:
    """Good for one of two rules."""
    return lambda value: None if first(value) is None or second(value) is None else f"{first(value)} or {second(value)}"


def _hints(value: str) -> str | None:
    words = value.split(",")
    good = len(words) <= 500 and all(len(word.strip()) <= 100 for word in words)
    return None if good else "at most 500 hints of at most 100 characters"


BOOL = one_of("true", "false")
METHOD = one_of("GET", "POST")
KEYS = matching(r"[0-9#*]?", "one key or nothing")
SPEECH_MODEL = matching(
    r"default|numbers_and_commands|phone_call|experimental_conversations|experimental_utterances"
    r"|googlev2_(long|short|telephony|telephony_short)|deepgram_nova-[23](-[a-z]+)?",
    "a speech model of the Gather page",
)
SECONDS = whole(0, 86_400)
VOICE_NAME = matching(r"man|woman|alice|(Polly|Google|ElevenLabs)\.[\w.-]+", "man, woman, Polly.*, Google.* or ElevenLabs.*")
LANGUAGE = matching(r"multi|[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", "a language tag such as en-US")
TOUCHES = one_of("none", "dtmf", "speech", "any", "true", "false")
CALL_EVENTS = some_of("initiated", "ringing", "answered", "completed")
RECORDING = one_of(
    "do-not-record", "record-from-answer", "record-from-ringing", "record-from-answer-dual", "record-from-ringing-dual",
    "true", "false",
)  # fmt: skip

VALUES: dict[tuple[str, str], Rule] = {
    ("Gather", "input"): one_of("dtmf", "speech", "dtmf speech", "speech dtmf"),
    ("Gather", "actionOnEmptyResult"): BOOL,
    ("Gather", "timeout"): either(whole(0, 3600), one_of("auto")),
    ("Gather", "speechTimeout"): either(whole(1, 60), one_of("auto")),
    ("Gather", "maxSpeechTime"): whole(1, 60),
    ("Gather", "speechModel"): SPEECH_MODEL,
    ("Gather", "hints"): _hints,
    ("Gather", "language"): LANGUAGE,
    ("Gather", "numDigits"): whole(1, 1000),
    ("Gather", "finishOnKey"): KEYS,
    ("Gather", "profanityFilter"): BOOL,
    ("Gather", "enhanced"): BOOL,
    ("Gather", "bargeIn"): BOOL,
    ("Gather", "partialResultCallbackMethod"): METHOD,
    ("Say", "loop"): whole(0, 1000),
    ("Say", "voice"): VOICE_NAME,
    ("Say", "language"): LANGUAGE,
    ("Play", "loop"): whole(0, 1000),
    ("Play", "digits"): matching(r"[0-9*#wW]+", "keys, and w for half a second"),
    ("Pause", "length"): whole(0, 14_400),
    ("Enqueue", "waitUrlMethod"): METHOD,
    ("Enqueue", "maxQueueSize"): whole(1, 5000),
    ("ConversationRelay", "language"): LANGUAGE,
    ("ConversationRelay", "ttsProvider"): one_of("Google", "Amazon", "ElevenLabs"),
    ("ConversationRelay", "transcriptionProvider"): one_of("Google", "Deepgram"),
    ("ConversationRelay", "interruptible"): TOUCHES,
    ("ConversationRelay", "welcomeGreetingInterruptible"): TOUCHES,
    ("ConversationRelay", "reportInputDuringAgentSpeech"): TOUCHES,
    ("ConversationRelay", "interruptSensitivity"): one_of("low", "medium", "high"),
    ("ConversationRelay", "dtmfDetection"): BOOL,
    ("ConversationRelay", "partialPrompts"): BOOL,
    ("ConversationRelay", "preemptible"): BOOL,
    ("ConversationRelay", "applicationReconnect"): BOOL,
    ("ConversationRelay", "speechTimeout"): either(whole(600, 5000), one_of("auto")),
    ("ConversationRelay", "events"): some_of("speaker-events", "tokens-played"),
    ("ConversationRelay", "hints"): _hints,
    ("Dial", "timeout"): whole(1, 600),
    ("Dial", "timeLimit"): whole(1, 86_400),
    ("Dial", "answerOnBridge"): BOOL,
    ("Dial", "hangupOnStar"): BOOL,
    ("Dial", "sequential"): BOOL,
    ("Dial", "record"): RECORDING,
    ("Number", "sendDigits"): matching(r"[0-9*#wW]+", "keys, and w for half a second"),
    ("Number", "statusCallbackEvent"): CALL_EVENTS,
    ("Number", "machineDetection"): one_of("Enable", "DetectMessageEnd"),
    ("Number", "machineDetectionTimeout"): whole(3, 60),
    ("Number", "machineDetectionSpeechThreshold"): whole(1000, 6000),
    ("Number", "machineDetectionSpeechEndThreshold"): whole(500, 5000),
    ("Number", "machineDetectionSilenceTimeout"): whole(2000, 10_000),
    ("Sip", "statusCallbackEvent"): CALL_EVENTS,
    ("Client", "statusCallbackEvent"): CALL_EVENTS,
    ("Sip", "machineDetection"): one_of("Enable", "DetectMessageEnd"),
    ("Conference", "muted"): BOOL,
    ("Conference", "beep"): one_of("true", "false", "onEnter", "onExit"),
    ("Conference", "startConferenceOnEnter"): BOOL,
    ("Conference", "endConferenceOnExit"): BOOL,
    ("Conference", "maxParticipants"): whole(1, 250),
    ("Conference", "record"): one_of("do-not-record", "record-from-start", "true", "false"),
    ("Conference", "statusCallbackEvent"): some_of(
        "start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement"
    ),
    ("Conference", "coach"): matching(r"CA[0-9a-f]{32}", "the SID of a call in the conference"),
    ("Conference", "participantLabel"): matching(r".{1,128}", "1 to 128 characters"),
    ("Conference", "trim"): one_of("trim-silence", "do-not-trim"),
    ("Record", "timeout"): SECONDS,
    ("Record", "maxLength"): whole(1, 86_400),
    ("Record", "finishOnKey"): matching(r"[0-9#*]*", "keys or nothing"),
    ("Record", "playBeep"): BOOL,
    ("Record", "trim"): one_of("trim-silence", "do-not-trim"),
    ("Record", "transcribe"): BOOL,
    ("Record", "recordingStatusCallbackEvent"): some_of("in-progress", "completed", "absent"),
    ("Reject", "reason"): one_of("rejected", "busy"),
    ("Task", "priority"): whole(0, 2_147_483_647),
    ("Task", "timeout"): whole(1, 1_209_600),
}


def wrong_value(element: str, attribute: str, value: str) -> str | None:
    """What the value must be, or None when it is good (or anything goes)."""
    rule = VALUES.get((element, attribute))
    if rule is None and attribute.lower().endswith("method"):
        rule = METHOD
    return rule(value) if rule else None
