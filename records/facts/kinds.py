"""The register of kinds: which facts there are, in which version, how long they are kept, and which of their fields are personal.

A kind is a frozen dataclass under ``@kind_of_fact``; its docstring is the kind's description in ``docs/records.md``.
A field that is changed or added makes a new version; facts of a version that a gateway does not know are kept aside by it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Annotated, Any, TypeVar, get_type_hints

from pydantic import ConfigDict, TypeAdapter

from bot.model.retention import Retention

T = TypeVar("T")


DELETED_WHOLE = frozenset({Retention.AUDIT, Retention.PROOF})
"""Without the person these say nothing."""


class _Personal:
    """The mark of a field that says something of a customer, or in their words."""


Personal = Annotated[T, _Personal()]
"""``text: Personal[str]``: what retention and erasure take out of the fact."""


@dataclass(frozen=True, slots=True)
class KindOfFact:
    """One kind in its newest version. ``personal``: names of the fields to take out."""

    name: str
    version: int
    retention: Retention
    description: str
    schema: type
    fields: tuple[str, ...]
    personal: tuple[str, ...]
    adapter: TypeAdapter[Any]


class Register:
    """Kinds by name and version."""

    def __init__(self) -> None:
        self._newest: dict[str, KindOfFact] = {}
        self._versions: dict[tuple[str, int], KindOfFact] = {}
        self._by_schema: dict[type, KindOfFact] = {}
        self.kinds: Mapping[str, KindOfFact] = MappingProxyType(self._newest)

    def add(self, name: str, retention: Retention, version: int = 1) -> Callable[[type[T]], type[T]]:
        """Registers a frozen dataclass as the schema of a kind. An older version stays registered beside the newer one: facts of
        it are still in the stream when a gateway is updated. ValueError for a version that is taken."""

        def register(schema: type[T]) -> type[T]:
            if (name, version) in self._versions:
                raise ValueError(f"there are two schemas of {name}, version {version}")
            schema.__pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[attr-defined]
            names = tuple(one.name for one in fields(schema))  # type: ignore[arg-type]
            text = " ".join((schema.__doc__ or "").split())
            known = KindOfFact(name, version, retention, text, schema, names, _personal(schema), TypeAdapter(schema))
            self._versions[name, version] = self._by_schema[schema] = known
            self._newest[name] = self._with_older(known)
            return schema

        return register

    def _with_older(self, new: KindOfFact) -> KindOfFact:
        """The newest version; what was personal in any version is taken out of facts of every one."""
        other = self._newest.get(new.name, new)
        personal = tuple(dict.fromkeys((*new.personal, *other.personal)))
        return replace(max(new, other, key=lambda one: one.version), personal=personal)

    def of(self, body: object) -> KindOfFact:
        """The kind whose schema this is. KeyError for any other object."""
        return self._by_schema[type(body)]

    def version(self, name: str, version: int) -> KindOfFact | None:
        """A kind as it was in this version; None when this code does not know it."""
        return self._versions.get((name, version))

    def kept_as(self, retention: Retention) -> tuple[str, ...]:
        """The names of the kinds of one class."""
        return tuple(name for name, kind in self._newest.items() if kind.retention is retention)


REGISTER = Register()
kind_of_fact = REGISTER.add
KINDS = REGISTER.kinds
"""Every kind by its name in its newest version, in the order of the docs."""


def _personal(schema: type) -> tuple[str, ...]:
    hints = get_type_hints(schema, include_extras=True)
    return tuple(name for name, hint in hints.items() if any(isinstance(m, _Personal) for m in getattr(hint, "__metadata__", ())))
