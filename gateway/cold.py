"""The cold store as the core knows it: a database that is away is a store that does not answer."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

from bot.ports import StoreUnavailable
from records.cold import ColdStore
from records.errors import RecordsUnavailable, RefusedByDatabase
from records.sql import RecordsStore

P = ParamSpec("P")
T = TypeVar("T")


def _told(call: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    @functools.wraps(call)
    async def guard(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await call(*args, **kwargs)
        except (RecordsUnavailable, RefusedByDatabase) as error:
            raise StoreUnavailable(str(error)) from error

    return guard


def cold_in(records: RecordsStore) -> ColdRecords:
    """The cold store of this database."""
    return ColdRecords(ColdStore(records.engine, records.clock))


class ColdRecords:
    """``bot.ports.cold.ColdStore`` over the records database."""

    def __init__(self, store: ColdStore) -> None:
        self.store = store
        self.page = _told(store.page)
        self.asleep = _told(store.asleep)
        self.standing = _told(store.standing)
        self.keep = _told(store.keep)
        self.park = _told(store.park)
        self.contact = _told(store.contact)
        self.contact_of = _told(store.contact_of)
        self.silent_since = _told(store.silent_since)
        self.forget = _told(store.forget)
        self.purge = _told(store.purge)
