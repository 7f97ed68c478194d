"""Reads how queues are routed: ``routing`` of each queue in ``domain/*/_queues.yml``, and ``capacity`` beside ``queues``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

from bot import domain_files
from bot.domain_files import DomainFileError
from bot.model import Proof
from bot.ports.hours import BadHours, Hours
from bot.routing.rules import CHATS, Overflow, QueueRules, Rules, Weights

FILE = "_queues.yml"
LABELS = {proof.label: proof for proof in Proof}
KEYS = frozenset({"skills", "priority", "hours", "holidays", "overflow", "offer_seconds", "wrap_up_seconds"})
WEIGHTS = frozenset({"proof", "signals", "slots", "most"})
T = TypeVar("T")


def rules_in(folder: Path) -> Rules:
    """As designers wrote them, hours in UTC (``Rules.in_business``). Raises DomainFileError with a sentence."""
    given = domain_files.settings(folder, FILE, "queues")
    capacity = domain_files.settings(folder, FILE, "capacity")
    found = {str(name): read_rules(str(name), how) for name, how in given.items()}
    _check_overflow({name: one.overflow.to for name, one in found.items() if one.overflow}, frozenset(given))
    chats = _said("capacity", lambda: _number(capacity.get("chats", CHATS), 1, 50))
    return Rules(found, chats)


def read_rules(name: str, how: object) -> QueueRules:
    """One queue's. Raises DomainFileError."""
    body = (how.get("routing") or {}) if isinstance(how, Mapping) else {}
    return _said(name, lambda: _rules(_mapping(body, KEYS)))


def _rules(body: Mapping[str, Any]) -> QueueRules:
    offered, over = body.get("offer_seconds"), body.get("overflow")
    return QueueRules(
        skills=frozenset(str(one) for one in _list(body.get("skills"))),
        weights=_weights(_mapping(body.get("priority") or {}, WEIGHTS)),
        hours=_hours(body),
        overflow=_overflow(over) if over else None,
        offered_for=timedelta(seconds=_number(offered, 5, 600)) if offered is not None else None,
        wrap_up=timedelta(seconds=_number(body.get("wrap_up_seconds", 60), 0, 3600)),
    )


def _weights(body: Mapping[str, Any]) -> Weights:
    proof = _minutes(body.get("proof") or {})
    if unknown := proof.keys() - LABELS.keys():
        raise ValueError(f"there is no level {sorted(unknown)[0]}; there are {', '.join(LABELS)}")
    return Weights(
        {LABELS[label]: minutes for label, minutes in proof.items()},
        _minutes(body.get("signals") or {}),
        {str(slot): _minutes(values) for slot, values in _mapping(body.get("slots") or {}).items()},
        _number(body.get("most", Weights().most), 0, 1440),
    )


def _hours(body: Mapping[str, Any]) -> Hours | None:
    if "hours" not in body and "holidays" not in body:
        return None
    days = frozenset(one if isinstance(one, date) else date.fromisoformat(str(one)) for one in _list(body.get("holidays")))
    return Hours(Hours.parse(str(body.get("hours") or ""), "UTC").spans, "UTC", days)


def _overflow(given: object) -> Overflow:
    body = _mapping(given, frozenset({"to", "after_minutes"}))
    return Overflow(str(body["to"]), timedelta(minutes=_number(body["after_minutes"], 1, 1440)))


def _check_overflow(leads: Mapping[str, str], known: frozenset[str]) -> None:
    """Each leads to a queue that there is, and none back to itself."""
    for name in leads:
        at, seen = name, {name}
        while (at := leads.get(at, "")) and at not in seen:
            seen.add(at)
        if at or leads[name] not in known | {"general"}:
            raise DomainFileError(f"{FILE}: {name}: overflow leads {'back to itself' if at else f'to no queue: {leads[name]}'}.")


def _minutes(given: object) -> dict[str, int]:
    return {str(name): _number(value, 0, 1440) for name, value in _mapping(given).items()}


def _number(value: object, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"a number from {least} to {most} is expected, not {value}")
    return value


def _list(given: object) -> list[Any]:
    if given is None or isinstance(given, list):
        return given or []
    raise ValueError(f"a list is expected, not {given}")


def _mapping(given: object, known: frozenset[str] | None = None) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise ValueError(f"names with their values are expected, not {given}")
    if known is not None and (unknown := given.keys() - known):
        raise ValueError(f"there is no setting {sorted(map(str, unknown))[0]}; there are {', '.join(sorted(known))}")
    return given


def _said(name: str, read: Callable[[], T]) -> T:
    """What is read, or a sentence that names the queue."""
    try:
        return read()
    except KeyError as error:
        raise DomainFileError(f"{FILE}: {name}: {error} is missing.") from error
    except (ValueError, BadHours) as error:
        raise DomainFileError(f"{FILE}: {name}: {error}.") from error
