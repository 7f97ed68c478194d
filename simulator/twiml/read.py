"""TwiML read into typed verbs, with everything Twilio would warn of noted as a problem.

https://www.twilio.com/docs/voice/twiml - names are case-sensitive; an unknown element or attribute is skipped with
warning 12200; a document that is not well-formed fails with 12100. Pure: no I/O.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urljoin, urlsplit

from simulator.access_token import IDENTITY
from simulator.twiml import languages
from simulator.twiml.table import VOICE, Element
from simulator.twiml.values import wrong_value
from simulator.twiml.verbs import (
    Dial,
    DialConference,
    DialNumber,
    DialQueue,
    Document,
    Enqueue,
    Gather,
    Hangup,
    Leave,
    NotPlayed,
    Pause,
    Play,
    Problem,
    Record,
    Redirect,
    Reject,
    Relay,
    Say,
    Verb,
)

_XML = "{http://www.w3.org/XML/1998/namespace}"
MAX_BYTES = 64 * 1024
PROMPTS = ("Say", "Play", "Pause")


class TwimlError(Exception):
    """The document cannot be executed; ``code`` is Twilio's error number."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


def parse(text: str, url: str = "") -> Document:
    """Read a voice document; TwimlError when Twilio could not execute it."""
    root = read_xml(text)
    reader = _Reader(url)
    reader.check(root, VOICE)
    verbs = tuple(reader.verb(node) for node in root if node.tag in VOICE["Response"].children)
    reader.unreachable(verbs)
    return Document(url, verbs, tuple(reader.problems))


def read_xml(text: str) -> ET.Element:
    """The ``<Response>`` element. TwimlError 11750 too big, 12100 not XML, 12102 wrong root."""
    if len(text.encode()) > MAX_BYTES:
        raise TwimlError(11750, "TwiML response body too large (64 kB)")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise TwimlError(12100, "Document parse failure: a document type declaration")
    try:
        root = ET.fromstring(text)  # noqa: S314 - no document type gets here, and it is our own installation's answer
    except ET.ParseError as error:
        raise TwimlError(12100, f"Document parse failure: {error}") from error
    if root.tag != "Response":
        raise TwimlError(12102, f"the root element is <{root.tag}>, not <Response>")
    return root


@dataclass
class _Reader:
    """Reads one document; collects its problems."""

    url: str
    problems: list[Problem] = field(default_factory=list)

    def note(self, text: str, code: int = 12200) -> None:
        self.problems.append(Problem(code, text))

    def check(self, node: ET.Element, table: dict[str, Element]) -> None:
        """Names and values of ``node`` and all below it."""
        known = table[node.tag]
        for name, value in node.attrib.items():
            if name.replace(_XML, "xml:") not in known.attributes:
                self.note(f"<{node.tag}> has no attribute {name!r}")
            elif wanted := wrong_value(node.tag, name, value):
                self.note(f"<{node.tag} {name}>: {value!r} should be {wanted}")
        for child in node:
            if child.tag not in known.children or child.tag not in table:
                self.note(f"<{child.tag}> may not stand inside <{node.tag}>")
            else:
                self.check(child, table)

    def verb(self, node: ET.Element) -> Verb:
        read = _VERBS.get(node.tag)
        if read is None:
            self.note(f"<{node.tag}> is not played by this simulator")
            return NotPlayed(node.tag)
        return read(self, node)

    def unreachable(self, verbs: tuple[Verb, ...]) -> None:
        """What stands behind a verb that never comes back is dead. A ``<Record>`` comes back when nothing was said; a
        ``<Dial>`` or ``<Connect>`` does not when it has an ``action``."""
        for verb in verbs[:-1]:
            away = isinstance(verb, Dial | Relay) and verb.action is not None
            if away or isinstance(verb, Redirect | Hangup | Reject | Leave):
                self.note(f"verbs after <{type(verb).__name__}> are never reached")
                return

    # -- attributes ---------------------------------------------------------------------------------------------

    def link(self, node: ET.Element, name: str) -> str | None:
        """An attribute as an absolute URL; None when absent. Relative ones resolve against the document."""
        value = node.get(name)
        if value is None:
            return None
        return self.absolute(value, f"<{node.tag} {name}>")

    def absolute(self, value: str, where: str) -> str:
        if not value:
            return value
        whole = urljoin(self.url, value) if self.url else value
        parts = urlsplit(whole)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            reason = "must be absolute in a document given inline" if not self.url else "is not an http(s) address"
            self.note(f"{where}: {value!r} {reason}", 11100)
        elif "_" in parts.hostname:
            self.note(f"{where}: host names with an underscore are refused", 11100)
        return whole

    def number(self, node: ET.Element, name: str, default: int) -> int:
        value = node.get(name, "")
        return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else default

    def flag(self, node: ET.Element, name: str, default: bool) -> bool:
        return node.get(name, "true" if default else "false") == "true"

    def method(self, node: ET.Element, name: str = "method") -> str:
        return "GET" if node.get(name) == "GET" else "POST"

    # -- verbs --------------------------------------------------------------------------------------------------

    def say(self, node: ET.Element) -> Say:
        text = " ".join("".join(node.itertext()).split())
        if not text:
            self.note("<Say> has nothing to say", 13520)
        limit = {"Polly": 3000, "Google": 5000}.get(node.get("voice", "").partition(".")[0], 4096)
        if len(text) > limit or len(quote(text)) > 4500:
            self.note(f"<Say> is too long: {len(text)} characters, {len(quote(text))} URL-encoded", 13521)
        if wrong := languages.unspoken(node.get("language", "en-US"), node.get("voice", "")):
            self.note(f"<Say voice>: {wrong}", 13511)
        return Say(text, self.number(node, "loop", 1), node.get("language", "en-US"))

    def play(self, node: ET.Element) -> Play:
        url = (node.text or "").strip()
        if not url and not node.get("digits"):
            self.note("<Play> has neither a file nor digits", 13420)
        return Play(self.absolute(url, "<Play>"), node.get("digits", ""), self.number(node, "loop", 1))

    def pause(self, node: ET.Element) -> Pause:
        return Pause(self.number(node, "length", 1))

    def gather(self, node: ET.Element) -> Gather:
        kinds = node.get("input", "dtmf").split()
        timeout = self.number(node, "timeout", 5)
        if node.get("speechModel") and node.get("speechTimeout") == "auto":
            self.note("<Gather speechTimeout> must be a number when speechModel is set", 13334)
        if wrong := languages.unheard(node.get("language", "en-US"), node.get("speechModel", "default")):
            self.note(f"<Gather language>: {wrong}", 13331)
        if node.get("action") is None and not self.url:
            self.note("<Gather action> is required in a document given inline", 11100)
        prompts = tuple(p for child in node if child.tag in PROMPTS and isinstance(p := self.verb(child), Say | Play | Pause))
        return Gather(
            dtmf="dtmf" in kinds,
            speech="speech" in kinds,
            action=self.link(node, "action"),
            method=self.method(node),
            action_on_empty=self.flag(node, "actionOnEmptyResult", False),
            timeout=timeout,
            speech_timeout=1 if node.get("speechTimeout") == "auto" else self.number(node, "speechTimeout", timeout),
            num_digits=self.number(node, "numDigits", 0) or None,
            finish_on_key=node.get("finishOnKey", "#"),
            barge_in=self.flag(node, "bargeIn", True),
            partial_url=self.link(node, "partialResultCallback"),
            prompts=prompts,
            language=node.get("language", "en-US"),
        )

    def redirect(self, node: ET.Element) -> Redirect:
        return Redirect(self.absolute((node.text or "").strip(), "<Redirect>"), self.method(node))

    def enqueue(self, node: ET.Element) -> Enqueue:
        name = (node.text or "").strip()
        if not name and not node.get("workflowSid"):
            self.note("<Enqueue> names no queue")
        if len(name) > 64:
            self.note("<Enqueue>: a queue's name has at most 64 characters")
        return Enqueue(
            name[:64] or node.get("workflowSid", ""),
            self.link(node, "action"),
            self.method(node),
            self.link(node, "waitUrl"),
            self.method(node, "waitUrlMethod"),
            self.number(node, "maxQueueSize", 0) or None,
        )

    def dial(self, node: ET.Element) -> Dial:
        numbers = [self._number(child) for child in node if child.tag in ("Number", "Sip", "Client")]
        if not len(node) and (node.text or "").strip():
            numbers.append(DialNumber((node.text or "").strip()))
        queues = [child for child in node if child.tag == "Queue"]
        rooms = [child for child in node if child.tag == "Conference"]
        for child in node:
            if child.tag not in ("Number", "Sip", "Client", "Queue", "Conference") and child.tag in VOICE["Dial"].children:
                self.note(f"<Dial><{child.tag}> is not played by this simulator")
        if len(numbers) > 10:
            self.note("<Dial> rings at most 10 numbers", 13223)
        if not numbers and not queues and not rooms:
            self.note("<Dial> calls nobody", 13201)
        return Dial(
            self.link(node, "action"),
            self.method(node),
            self.number(node, "timeout", 30),
            self.number(node, "timeLimit", 14_400),
            node.get("callerId"),
            self.flag(node, "hangupOnStar", False),
            tuple(numbers[:10]),
            self._queue(queues[0]) if queues else None,
            self._conference(rooms[0]) if rooms else None,
        )

    def _conference(self, node: ET.Element) -> DialConference:
        name = (node.text or "").strip()
        if not name:
            self.note("<Conference> has no name", 13249)
        if len(name) > 128:
            self.note("<Conference>: a name has at most 128 characters")
        if node.get("statusCallbackEvent") and not node.get("statusCallback"):
            self.note("<Conference statusCallbackEvent> without statusCallback")
        return DialConference(
            name,
            self.flag(node, "muted", False),
            self.flag(node, "startConferenceOnEnter", True),
            self.flag(node, "endConferenceOnExit", False),
            node.get("beep", "true") in ("true", "onEnter"),
            self.link(node, "waitUrl"),
            self.method(node, "waitMethod"),
            node.get("participantLabel", ""),
            node.get("coach"),
            node.get("record") in ("record-from-start", "true"),
            self.link(node, "statusCallback"),
            self.method(node, "statusCallbackMethod"),
            tuple(node.get("statusCallbackEvent", "").split()),
            self.link(node, "recordingStatusCallback"),
        )

    def _number(self, node: ET.Element) -> DialNumber:
        events = tuple(node.get("statusCallbackEvent", "completed").split())
        number, params = self._client(node) if node.tag == "Client" else ((node.text or "").strip(), "")
        return DialNumber(number, self.link(node, "url"), self.method(node), self.link(node, "statusCallback"), events, params)

    def _client(self, node: ET.Element) -> tuple[str, str]:
        """A browser: its identity as text or in ``<Identity>``, and the parameters beside it."""
        identity = (node.text or "").strip() or (node.findtext("Identity") or "").strip()
        if not re.fullmatch(IDENTITY, identity, re.ASCII):
            self.note("<Client>: an identity has 1 to 121 letters, figures and _", 13223)
        given = [(p.get("name", ""), p.get("value", "")) for p in node if p.tag == "Parameter"]
        return f"client:{identity}", urlencode(given)

    def _queue(self, node: ET.Element) -> DialQueue:
        return DialQueue((node.text or "").strip(), self.link(node, "url"), self.method(node))

    def connect(self, node: ET.Element) -> Relay | NotPlayed:
        """Of what ``<Connect>`` can open, the relay."""
        relay = node.find("ConversationRelay")
        if relay is None:
            self.note("<Connect> is not played by this simulator, except for <ConversationRelay>")
            return NotPlayed("Connect")
        for one in (relay, *relay.findall("Language")):
            self._relay_language(one)
        return Relay(
            self._socket(relay.get("url", "")),
            self.link(node, "action"),
            self.method(node),
            relay.get("transcriptionLanguage") or relay.get("language") or "en-US",
            relay.get("ttsLanguage") or relay.get("language") or "en-US",
            self.flag(relay, "dtmfDetection", False),
            self.flag(relay, "partialPrompts", False),
            relay.get("interruptible", "any"),
            relay.get("reportInputDuringAgentSpeech", "none"),
            self.flag(relay, "applicationReconnect", False),
            tuple(relay.get("events", "").split()),
            tuple((one.get("name", ""), one.get("value", "")) for one in relay.findall("Parameter")),
        )

    def _relay_language(self, node: ET.Element) -> None:
        """The session's own, and each that it may change to."""
        language = node.get("code") or node.get("ttsLanguage") or node.get("language") or "en-US"
        if node.tag == "Language" and not node.get("code"):
            self.note("<Language> names no code", 64101)
        if wrong := languages.unspoken(language, languages.relay_voice(node.get("ttsProvider", ""), node.get("voice", ""))):
            self.note(f"<{node.tag} voice>: {wrong}", 64101)
        if node.get("transcriptionLanguage") == languages.EITHER and node.get("transcriptionProvider", "Deepgram") != "Deepgram":
            self.note("<ConversationRelay transcriptionLanguage>: multi is heard by Deepgram alone", 64101)

    def _socket(self, url: str) -> str:
        """Twilio takes wss only; plain ws is taken here for an installation on this machine."""
        parts = urlsplit(url)
        here = parts.hostname in ("127.0.0.1", "localhost", "::1")
        if parts.scheme != "wss" and not (parts.scheme == "ws" and here):
            self.note(f"<ConversationRelay url>: {url!r} is not a wss address", 64101)
        if parts.query:
            self.note("<ConversationRelay url>: send values as <Parameter>, not in the query", 64101)
        return url

    def record(self, node: ET.Element) -> Record:
        return Record(
            self.link(node, "action"),
            self.method(node),
            self.number(node, "timeout", 5),
            self.number(node, "maxLength", 3600),
            node.get("finishOnKey", "1234567890*#"),
            self.flag(node, "playBeep", True),
            self.link(node, "recordingStatusCallback"),
            self.link(node, "transcribeCallback") if self.flag(node, "transcribe", False) else None,
        )


_VERBS: dict[str, Callable[[_Reader, ET.Element], Verb]] = {
    "Say": _Reader.say,
    "Play": _Reader.play,
    "Pause": _Reader.pause,
    "Gather": _Reader.gather,
    "Redirect": _Reader.redirect,
    "Enqueue": _Reader.enqueue,
    "Dial": _Reader.dial,
    "Connect": _Reader.connect,
    "Record": _Reader.record,
    "Leave": lambda reader, node: Leave(),
    "Hangup": lambda reader, node: Hangup(),
    "Reject": lambda reader, node: Reject(node.get("reason", "rejected")),
}
