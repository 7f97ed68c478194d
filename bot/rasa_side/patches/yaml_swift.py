"""YAML for Rasa by libyaml, to the same values: most of a small assistant's training went into reading its files.

Rasa reads with ruamel.yaml, in Python, and reads each file several times: to see what it is, to check it, to use it. Here
libyaml parses, ruamel's own resolver says what each plain word is, and a text that was read before is not parsed again.
Whatever is unusual (an error, a tag, a date, a key twice, an environment variable) goes Rasa's own way, so that its meaning
and each error's words stay Rasa's. tests/rasa_side/patches/test_yaml_swift.py compares both.
"""

from __future__ import annotations

import functools
import hashlib
import logging
import pickle
import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import yaml

log = logging.getLogger(__name__)
TAG = "tag:yaml.org,2002:"
DECIMAL, POINT = re.compile(r"-?(0|[1-9][0-9]*)"), re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
ODD = re.compile("[\x85\u2028\u2029\ufeff]|^%|(?<![^\\s\\[{,])!(?=[\\s,\\]}]|$)", re.MULTILINE)
"""What both read otherwise: line breaks of YAML 1.1 that are letters in 1.2, directives, the tag that says nothing."""

CHECKED = ["safe", "rt"]
"""How Rasa reads what it checks: with the line of each entry, which is slow, and needed for errors alone."""

LINES_CAN_WAIT: ContextVar[bool] = ContextVar("lines_can_wait", default=False)
MOST = 200
"""Texts that are kept as they were read."""


class Unusual(Exception):
    """Not for this reader."""


def parser() -> type[Any] | None:
    """A class that composes nodes with libyaml; None where PyYAML was built without it."""
    c_parser = getattr(getattr(yaml, "cyaml", None), "CParser", None)
    if c_parser is None:
        return None
    return type("Nodes", (c_parser,), {"resolve": _resolve, "descend_resolver": _stay, "ascend_resolver": _stay})


def _stay(*_: Any) -> None:
    return None


def _resolve(_: Any, kind: type, value: Any, implicit: Any) -> str:
    """The tag of a node that has none written."""
    if kind is yaml.ScalarNode:
        return _plain(value) if implicit[0] else f"{TAG}str"
    return f"{TAG}map" if kind is yaml.MappingNode else f"{TAG}seq"


@functools.cache
def _resolver() -> Any:
    from rasa.shared.utils.io import YAML_VERSION
    from ruamel.yaml import YAML

    read = YAML(typ="safe")
    read.version = YAML_VERSION
    return read.resolver


@functools.lru_cache(maxsize=4096)
def _plain(value: str) -> str:
    from ruamel.yaml.nodes import ScalarNode

    return str(_resolver().resolve(ScalarNode, value, (True, False)))


def values(node: Any) -> Any:
    """What a node means. Raises Unusual."""
    if isinstance(node, yaml.ScalarNode) and node.tag.startswith(TAG):
        return _scalar(node.tag.removeprefix(TAG), node.value)
    if isinstance(node, yaml.SequenceNode) and node.tag == f"{TAG}seq":
        return [values(one) for one in node.value]
    if not isinstance(node, yaml.MappingNode) or node.tag != f"{TAG}map":
        raise Unusual
    found = {_key(key): values(value) for key, value in node.value}
    if len(found) != len(node.value):
        raise Unusual
    return found


def _key(node: Any) -> Any:
    key = values(node)
    if not isinstance(key, str):
        raise Unusual
    return key


def _scalar(kind: str, text: str) -> Any:
    if kind == "str":
        return text
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind == "int" and DECIMAL.fullmatch(text):
        return int(text)
    if kind == "float" and POINT.fullmatch(text):
        return float(text)
    raise Unusual


def kept(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """The same reader, for which a text is parsed once; each caller gets a copy of its own, as some change what they read."""

    @functools.lru_cache(MOST)
    def dumped(text: str) -> bytes:
        return pickle.dumps(parse(text), pickle.HIGHEST_PROTOCOL)

    return lambda text: pickle.loads(dumped(text))  # noqa: S301 - what was dumped above


def swift(text: str, nodes: type[Any]) -> Any:
    """The content as ``read_yaml`` gives it. Raises Unusual or yaml.YAMLError."""
    if ODD.search(text):
        raise Unusual
    if text.isascii():  # Rasa's way to emoji that are written as escapes
        text = text.encode("utf-8").decode("raw_unicode_escape").encode("utf-16", "surrogatepass").decode("utf-16")
    loader = nodes(text)
    try:
        node = loader.get_single_node()
    finally:
        loader.dispose()
    return (values(node) if node else None) or {}


def yaml_is_read_by_libyaml() -> None:
    """``read_yaml``, and the check of a file against its schema, which needs the lines only once it finds a mistake."""
    import rasa.shared.utils.io as rasa_io
    import rasa.shared.utils.validation as checks

    nodes = parser()
    if nodes is None:
        return
    theirs, checked, right = rasa_io.read_yaml, checks.validate_yaml_schema, set[tuple[str, ...]]()

    @kept
    def parsed(text: str) -> Any:
        try:
            return swift(text, nodes)
        except (Unusual, ValueError, RecursionError, yaml.YAMLError):
            return theirs(text)

    @functools.wraps(theirs)
    def read_yaml(content: str, reader_type: Any = "safe") -> Any:
        if "${" not in content and (reader_type == "safe" or (reader_type == CHECKED and LINES_CAN_WAIT.get())):
            return parsed(content)
        return theirs(content, reader_type)

    @functools.wraps(checked)
    def validate_yaml_schema(yaml_file_content: str, schema_path: str, *args: Any, **kwargs: Any) -> None:
        mark = (hashlib.sha256(yaml_file_content.encode()).hexdigest(), schema_path, *map(str, args), *map(str, kwargs.values()))
        if mark in right:
            return
        if not _passes(functools.partial(checked, yaml_file_content, schema_path, *args, **kwargs)):
            checked(yaml_file_content, schema_path, *args, **kwargs)
        right.add(mark)

    rasa_io.read_yaml = read_yaml
    checks.validate_yaml_schema = validate_yaml_schema


def _passes(check: Callable[[], None]) -> bool:
    """Whether it finds nothing without knowing the lines; what it finds is told by who knows them."""
    from rasa.shared.exceptions import RasaException

    token = LINES_CAN_WAIT.set(True)
    try:
        check()
    except (RasaException, AttributeError, LookupError, TypeError, ValueError) as error:
        log.debug("checked again, with the lines of the file: %r", error)
        return False
    finally:
        LINES_CAN_WAIT.reset(token)
    return True
