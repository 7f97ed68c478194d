"""Twilio's REST resources as far as the simulator has them: parameters, errors, magic numbers.

Parameters are those of Twilio's OpenAPI description (github.com/twilio/twilio-oai, April 2026, MIT) and of the ``twilio``
package 9.13; errors are those of https://www.twilio.com/docs/api/errors .
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from simulator.rest_faults import RestError
from simulator.twilio_voice.clients import CLIENT
from simulator.twiml.values import BOOL, METHOD, Rule, matching, one_of, some_of, whole

E164 = r"\+[1-9]\d{6,14}"
SIP = r"sips?:[^\s@]{1,64}@[^\s@]{1,255}"
SID = "[0-9a-f]{32}"


@dataclass(frozen=True, slots=True)
class Parameter:
    """``rule`` None: any text. ``many``: may be repeated. ``code``: Twilio's error for a bad value."""

    rule: Rule | None = None
    many: bool = False
    code: int = 20001


def _url(value: str) -> str | None:
    return None if re.fullmatch(r"https?://[^\s/_]+(/\S*)?", value) else "an http or https address"


def _length(low: int, high: int) -> Rule:
    return lambda value: None if low <= len(value) <= high else f"{low} to {high} characters"


ANY = Parameter()
_BOOL = Parameter(BOOL)
_URL = Parameter(_url, code=21609)
_METHOD = Parameter(METHOD, code=21403)

CREATE_MESSAGE: dict[str, Parameter] = {
    "To": Parameter(matching(E164, "a phone number in E.164 form"), code=21211),
    "From": Parameter(matching(E164 + r"|\d{3,8}|[\w ]{1,11}", "a phone number or sender id"), code=21212),
    "MessagingServiceSid": Parameter(matching(f"MG{SID}", "a SID of a messaging service"), code=21703),
    "Body": ANY,
    "MediaUrl": Parameter(_url, many=True, code=21620),
    "ContentSid": Parameter(matching(f"HX{SID}", "a SID of a content template")),
    "ContentVariables": ANY,
    "StatusCallback": _URL,
    "ApplicationSid": Parameter(matching(f"AP{SID}", "a SID of an application")),
    "MaxPrice": ANY,
    "ProvideFeedback": _BOOL,
    "Attempt": Parameter(whole(1, 100)),
    "ValidityPeriod": Parameter(whole(1, 36_000)),
    "ForceDelivery": _BOOL,
    "ContentRetention": Parameter(one_of("retain", "discard")),
    "AddressRetention": Parameter(one_of("retain", "obfuscate")),
    "SmartEncoded": _BOOL,
    "PersistentAction": Parameter(many=True),
    "TrafficType": Parameter(one_of("free")),
    "ShortenUrls": _BOOL,
    "ScheduleType": Parameter(one_of("fixed")),
    "SendAt": ANY,
    "SendAsMms": _BOOL,
    "RiskCheck": Parameter(one_of("enable", "disable")),
    "FallbackFrom": Parameter(matching(E164, "a phone number")),
    "MessageIntent": ANY,
}

CREATE_CALL: dict[str, Parameter] = {
    "To": Parameter(matching(f"{E164}|{SIP}|{CLIENT}", "a phone number in E.164 form, a SIP address or a client"), code=21211),
    "From": Parameter(matching(E164, "a phone number in E.164 form"), code=21212),
    "Url": Parameter(_url, code=21205),
    "Twiml": Parameter(_length(1, 4000), code=32018),
    "ApplicationSid": Parameter(matching(f"AP{SID}", "a SID of an application")),
    "Method": _METHOD,
    "FallbackUrl": _URL,
    "FallbackMethod": _METHOD,
    "StatusCallback": _URL,
    "StatusCallbackMethod": _METHOD,
    "StatusCallbackEvent": Parameter(some_of("initiated", "ringing", "answered", "completed"), many=True, code=21626),
    "SendDigits": Parameter(matching(r"[0-9*#wW]{1,32}", "keys and w")),
    "Timeout": Parameter(whole(1, 600)),
    "Record": _BOOL,
    "RecordingChannels": Parameter(one_of("mono", "dual")),
    "RecordingTrack": Parameter(one_of("inbound", "outbound", "both")),
    "RecordingStatusCallback": _URL,
    "RecordingStatusCallbackMethod": _METHOD,
    "RecordingStatusCallbackEvent": Parameter(some_of("in-progress", "completed", "absent"), many=True),
    "SipAuthUsername": ANY,
    "SipAuthPassword": ANY,
    "MachineDetection": Parameter(one_of("Enable", "DetectMessageEnd")),
    "MachineDetectionTimeout": Parameter(whole(3, 60)),
    "MachineDetectionSpeechThreshold": Parameter(whole(1000, 6000)),
    "MachineDetectionSpeechEndThreshold": Parameter(whole(500, 5000)),
    "MachineDetectionSilenceTimeout": Parameter(whole(2000, 10_000)),
    "AsyncAmd": _BOOL,
    "AsyncAmdStatusCallback": _URL,
    "AsyncAmdStatusCallbackMethod": _METHOD,
    "Trim": Parameter(one_of("trim-silence", "do-not-trim")),
    "CallerId": ANY,
    "Byoc": ANY,
    "CallReason": Parameter(_length(1, 50)),
    "CallToken": ANY,
    "TimeLimit": Parameter(whole(1, 86_400)),
    "ClientNotificationUrl": _URL,
    "RecordingConfigurationId": ANY,
    "Passports": ANY,
}

UPDATE_CALL: dict[str, Parameter] = {
    "Url": CREATE_CALL["Url"],
    "Twiml": CREATE_CALL["Twiml"],
    "Status": Parameter(one_of("canceled", "completed"), code=21218),
    **{
        name: CREATE_CALL[name]
        for name in ("Method", "FallbackUrl", "FallbackMethod", "StatusCallback", "StatusCallbackMethod", "TimeLimit")
    },
}

LIST_NUMBERS: dict[str, Parameter] = dict.fromkeys(
    ("Beta", "FriendlyName", "PhoneNumber", "Origin", "PageSize", "Page", "PageToken"), ANY
)

LIST_CONFERENCES: dict[str, Parameter] = {
    "FriendlyName": ANY,
    "Status": Parameter(one_of("init", "in-progress", "completed")),
    **dict.fromkeys(("DateCreated", "DateUpdated", "PageSize", "Page", "PageToken"), ANY),
}

UPDATE_CONFERENCE: dict[str, Parameter] = {
    "Status": Parameter(one_of("completed")),
    "AnnounceUrl": _URL,
    "AnnounceMethod": _METHOD,
}

UPDATE_PARTICIPANT: dict[str, Parameter] = {
    **dict.fromkeys(("Muted", "Hold", "BeepOnExit", "EndConferenceOnExit", "Coaching"), _BOOL),
    **dict.fromkeys(("HoldUrl", "AnnounceUrl", "WaitUrl"), _URL),
    **dict.fromkeys(("HoldMethod", "AnnounceMethod", "WaitMethod"), _METHOD),
    "CallSidToCoach": Parameter(matching(f"CA{SID}", "a SID of a call")),
}

UPDATE_RECORDING: dict[str, Parameter] = {
    "Status": Parameter(one_of("in-progress", "paused", "stopped")),
    "PauseBehavior": Parameter(one_of("skip", "silence")),
}

_PARTICIPANT_TEXTS = (
    "ConferenceTrim RecordingChannels SipAuthUsername SipAuthPassword Region JitterBufferSize Byoc CallerId RecordingTrack "
    "Trim CallToken CallerDisplayName MaxParticipants ConferenceRecord ConferenceStatusCallbackEvent "
    "ConferenceRecordingStatusCallbackEvent RecordingStatusCallbackEvent"
)

CREATE_PARTICIPANT: dict[str, Parameter] = {
    **{
        name: CREATE_CALL[name]
        for name in (
            "To From StatusCallback StatusCallbackMethod StatusCallbackEvent Timeout TimeLimit CallReason Record "
            "MachineDetection MachineDetectionTimeout MachineDetectionSpeechThreshold MachineDetectionSpeechEndThreshold "
            "MachineDetectionSilenceTimeout RecordingStatusCallback RecordingStatusCallbackMethod ClientNotificationUrl"
        ).split()
    },
    **dict.fromkeys(_PARTICIPANT_TEXTS.split(), ANY),
    **dict.fromkeys(("WaitUrl", "ConferenceStatusCallback", "ConferenceRecordingStatusCallback", "AmdStatusCallback"), _URL),
    **dict.fromkeys(
        "WaitMethod ConferenceStatusCallbackMethod ConferenceRecordingStatusCallbackMethod AmdStatusCallbackMethod".split(),
        _METHOD,
    ),
    **dict.fromkeys(("Muted", "StartConferenceOnEnter", "EndConferenceOnExit", "EarlyMedia", "Coaching"), _BOOL),
    "Beep": Parameter(one_of("true", "false", "onEnter", "onExit")),
    "Label": Parameter(_length(1, 128)),
    "CallSidToCoach": Parameter(matching(f"CA{SID}", "a SID of a call")),
}

MAGIC_MESSAGE_TO: dict[str, tuple[int, str]] = {
    "+15005550001": (21211, "The 'To' number {to} is not a valid phone number."),
    "+15005550002": (21612, "The 'To' phone number: {to}, is not currently reachable using the 'From' phone number"),
    "+15005550003": (21408, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number"),
    "+15005550004": (21610, "Attempt to send to unsubscribed recipient"),
    "+15005550009": (21614, "'To' number is not a valid mobile number"),
}
"""Numbers that fail on purpose. https://www.twilio.com/docs/iam/test-credentials"""

MAGIC_CALL_TO: dict[str, tuple[int, str]] = {
    "+15005550001": (21217, "Phone number {to} does not appear to be valid"),
    "+15005550002": (21214, "'To' phone number {to} cannot be reached"),
    "+15005550003": (21215, "Account not authorized to call {to}"),
    "+15005550004": (21216, "Account not allowed to call {to}"),
}


def check_parameters(table: dict[str, Parameter], fields: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The parameters by name (a repeated one: its last value). RestError names the first that is wrong.

    The real API ignores a name that it does not know; here it is refused, so that a typo cannot hide.
    """
    seen: dict[str, str] = {}
    for name, value in fields:
        known = table.get(name)
        if known is None:
            raise RestError(400, 20001, f"Simulator: there is no parameter {name[:60]!r}")
        if name in seen and not known.many:
            raise RestError(400, 20001, f"Simulator: the parameter {name!r} is given twice")
        if known.rule and (wanted := known.rule(value)):
            raise RestError(400, known.code, f"Invalid {name}: should be {wanted}")
        seen[name] = value
    return seen
