"""Derive TwiML's elements, attributes and children from the ``twilio`` package's generated classes."""

from __future__ import annotations

import inspect
import xml.etree.ElementTree as ET
from typing import Any

from twilio.twiml import TwiML
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

Table = dict[str, tuple[frozenset[str], frozenset[str]]]


def _build(parent: TwiML, method: Any) -> tuple[TwiML, ET.Element]:
    """Call one builder method with every named parameter set, and read the element it makes."""
    names = [p.name for p in inspect.signature(method).parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
    child: TwiML = method(parent, **dict.fromkeys((n for n in names if n != "self"), "x"))
    return child, ET.fromstring(child.to_xml(xml_declaration=False))


def _methods(kind: type[TwiML]) -> list[Any]:
    found = inspect.getmembers(kind, inspect.isfunction)
    return [f for name, f in found if not name.startswith("_") and f.__qualname__.startswith(f"{kind.__name__}.")]


def _walk(parent: TwiML, attributes: dict[str, set[str]], children: dict[str, set[str]]) -> None:
    name = str(parent.name)
    if name in children:
        children[name] |= set()
    first_visit = name not in children
    children.setdefault(name, set())
    attributes.setdefault(name, set())
    for method in _methods(type(parent)):
        child, element = _build(parent, method)
        children[name].add(element.tag)
        seen = element.tag in children and set(element.attrib) <= attributes[element.tag]
        attributes.setdefault(element.tag, set()).update(element.attrib)
        if not seen and (first_visit or element.tag not in children):
            _walk(child, attributes, children)


def derive(root: TwiML) -> Table:
    """``element -> (attributes, children)`` for every element that can stand below ``root``."""
    attributes: dict[str, set[str]] = {}
    children: dict[str, set[str]] = {}
    _walk(root, attributes, children)
    return {name: (frozenset(attributes[name]), frozenset(children.get(name, ()))) for name in attributes}


def voice() -> Table:
    """The table of voice TwiML."""
    return derive(VoiceResponse())


def messaging() -> Table:
    """The table of messaging TwiML."""
    return derive(MessagingResponse())
