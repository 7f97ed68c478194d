"""One structured JSON line per event on standard output. Never a text, a number or digits of a customer.

``redact`` is the last resort: should a field ever hold a telephone number or a long run of digits, it is masked.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_DIGITS = re.compile(r"\+?\d[\d -]{5,}\d")
_FREE = frozenset({"timestamp", "ms", "waited_ms"})
_IDS = frozenset({"conversation", "handoff", "entry", "stream", "gateway"})


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask what looks like a number in every value that is text, except random ids of ours."""
    return {
        key: _DIGITS.sub("[digits]", value) if isinstance(value, str) and key not in _FREE | _IDS else value
        for key, value in event.items()
    }


def configure(level: str) -> None:
    """Set up structlog and the standard library's logging for this process."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(Bare())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _frames_only,
            redact,
            structlog.processors.JSONRenderer(),
        ],
    )


def _frames_only(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Where it failed, without the exception's words: those may quote what a customer wrote."""
    info = event.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info
    if isinstance(error, BaseException):
        event["at"] = _places(error)
    return event


class Bare(logging.Formatter):
    """A library's log record as one JSON line: who wrote it and where it failed. Its message may quote a customer, or an
    address with a token in it, so it is left out.
    """

    def format(self, record: logging.LogRecord) -> str:
        """See logging.Formatter."""
        line = {"event": "library", "logger": record.name, "level": record.levelname.lower()}
        if record.exc_info and record.exc_info[1] is not None:
            line |= {"error": type(record.exc_info[1]).__name__, "at": _places(record.exc_info[1])}
        return json.dumps(line)


def _places(error: BaseException) -> str:
    frames = []
    trace = error.__traceback__
    while trace is not None:
        frames.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " > ".join(frames[-6:])
