"""TwiML's elements and attributes as the ``twilio`` package's generated classes know them, and a check against them.

Twilio itself only warns of an unknown name (12200), and the package lets every typing error through.
"""

from __future__ import annotations

import inspect
import re
import xml.etree.ElementTree as ET
from functools import cache
from typing import Any

from twilio.twiml import TwiML, voice_response
from twilio.twiml.voice_response import VoiceResponse

ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _builders(kind: type[TwiML]) -> list[Any]:
    return [f for name, f in vars(kind).items() if not name.startswith("_") and inspect.isfunction(f)]


def _child(kind: Any, build: Any) -> ET.Element:
    """The element that a builder method makes when every named argument is given."""
    names = [p.name for p in inspect.signature(build).parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
    parent = kind.__new__(kind)
    TwiML.__init__(parent)
    made: Any = build(parent, **dict.fromkeys(names[1:], "x"))
    element: ET.Element = made.xml()
    return element


@cache
def table() -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Element -> (attributes, children)."""
    kinds = [
        kind for _, kind in inspect.getmembers(voice_response, inspect.isclass) if issubclass(kind, TwiML) and kind is not TwiML
    ]
    attributes: dict[str, set[str]] = {"Response": set()}
    children: dict[str, set[str]] = {}
    for kind in kinds:
        parent = "Response" if kind is VoiceResponse else kind.__name__
        for build in _builders(kind):
            element = _child(kind, build)
            children.setdefault(parent, set()).add(element.tag)
            attributes.setdefault(element.tag, set()).update(element.attrib)
    return {name: (frozenset(known), frozenset(children.get(name, ()))) for name, known in attributes.items()}


VALUES = {
    ("Gather", "input"): r"dtmf speech|dtmf|speech",
    ("Gather", "method"): r"POST",
    ("Gather", "actionOnEmptyResult"): r"true|false",
    ("Gather", "timeout"): r"[1-9]\d?",
    ("Gather", "speechTimeout"): r"[1-9]\d?",  # "auto" is forbidden when speechModel is set
    ("Gather", "speechModel"): r"default|phone_call|numbers_and_commands|googlev2_\w+|deepgram_nova-[23](-[a-z]+)?",
    ("Gather", "finishOnKey"): r"[0-9#*]?",
    ("Gather", "profanityFilter"): r"true|false",
    ("prosody", "rate"): r"x-slow|slow|\d{2}%",
    ("Gather", "numDigits"): r"[1-9]\d?",
    ("Gather", "language"): r"[a-z]{2}-[A-Z]{2}|multi",
    ("Redirect", "method"): r"POST",
    ("Enqueue", "method"): r"POST",
    ("Enqueue", "waitUrlMethod"): r"POST",
    ("Pause", "length"): r"[1-9]\d?",
    ("Dial", "timeout"): r"[1-9]\d{0,2}",
    ("Conference", "beep"): r"true|false|onEnter|onExit",
    ("Conference", "record"): r"record-from-start|do-not-record",
    ("Conference", "startConferenceOnEnter"): r"true|false",
    ("Conference", "endConferenceOnExit"): r"true|false",
    ("Conference", "statusCallbackEvent"): r"((start|end|join|leave|mute|hold|modify|speaker|announcement) ?)+",
    ("Conference", "coach"): r"CA[0-9a-f]{32}",
    ("Record", "maxLength"): r"\d{1,5}",
    ("Record", "trim"): r"trim-silence|do-not-trim",
}
"""From the documentation (the package does not know values)."""


def problems(xml: str) -> list[str]:
    """What Twilio would not understand in the document; empty when it is good."""
    if len(xml.encode()) > 64 * 1024:
        return ["longer than 64 kB"]
    if ILLEGAL.search(xml):
        return ["a character that XML 1.0 does not allow"]
    if not xml.startswith("<?xml"):
        return ["something stands before the XML header"]
    root = ET.fromstring(xml)
    return [*_walk(root), *_lost(root)]


GOES_ON = {"Redirect", "Leave", "Hangup"}
"""Nothing behind these is reached: the call goes on elsewhere, or ends."""

GOES_ON_BY_ACTION = {"Dial", "Enqueue", "Connect"}
"""With an ``action`` it has the call; without one the next verb follows.
https://www.twilio.com/docs/voice/twiml/dial#action and /enqueue#action"""


def _lost(root: ET.Element) -> list[str]:
    """Where a caller would fall off the document's end, or be cut off without a word.

    An empty document is for a caller who is gone; music alone is asked for again by Twilio (``waitUrl``). A ``<Gather>`` falls
    through when nothing came, a ``<Record>`` when it holds nothing but silence.
    """
    verbs = list(root)
    if not verbs or (all(verb.tag in {"Play", "Pause"} for verb in verbs) and (verbs[0].tag == "Play" or _hold(verbs))):
        return []
    loops = [verb for verb in verbs if verb.tag == "Record" and "action" not in verb.attrib]
    found = ["Record without an action begins this document again" for _ in loops]
    ends = [n for n, verb in enumerate(verbs) if _leads_away(verb)]
    if not ends:
        return [*found, f"after the last verb ({verbs[-1].tag}) the call ends without a goodbye"]
    if ends[0] < len(verbs) - 1:
        found.append(f"what follows {verbs[ends[0]].tag} is never reached")
    if verbs[ends[0]].tag == "Hangup" and (ends[0] == 0 or verbs[ends[0] - 1].tag not in {"Say", "Pause"}):
        found.append("Hangup without words of its own")
    return found


def _hold(verbs: list[ET.Element]) -> bool:
    """The silence of a caller on hold."""
    return len(verbs) == 1 and verbs[0].attrib.get("length") == "30"


def _leads_away(verb: ET.Element) -> bool:
    return verb.tag in GOES_ON or (verb.tag in GOES_ON_BY_ACTION and "action" in verb.attrib)


def _walk(element: ET.Element) -> list[str]:
    attributes, children = table().get(element.tag, (None, frozenset()))
    if attributes is None:
        return [f"unknown element {element.tag}"]
    found = [f"{element.tag} has no attribute {name}" for name in element.attrib if name not in attributes]
    for name, value in element.attrib.items():
        pattern = VALUES.get((element.tag, name))
        if pattern and not re.fullmatch(pattern, value):
            found.append(f"{element.tag} {name}={value!r}")
    hints = element.attrib.get("hints", "").split(",")
    if len(hints) > 500 or any(len(hint) > 100 for hint in hints):
        found.append("hints: more than 500, or longer than 100")
    for child in element:
        if child.tag not in children:
            found.append(f"{child.tag} may not stand in {element.tag}")
        found += _walk(child)
    return found
