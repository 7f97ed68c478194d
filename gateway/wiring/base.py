"""What every wing stands on: the settings, what the designers wrote, what is counted, what is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import redis.asyncio as redis

from bot.handoff.about_the_wait import AboutTheWait
from bot.handoff.queues import queues_in
from bot.languages.hearing import Hearing
from bot.model.queues import Queues
from bot.model.retention import Rules
from bot.routing.reading import rules_in
from bot.routing.rules import Rules as Routing
from bot.transcript.continuity import CarryOver
from bot.transcript.repeats import Questions
from bot.transcript.wording import Notices
from desk.queue.promises import Promises
from desk.words.facts import FactWords
from desk.words.wishes import wishes_in
from gateway.cold import cold_in
from gateway.settings.config import Settings
from gateway.wiring.observed import Observed, wire_observed
from gateway.wiring.store import Store, wire_store
from records.sql import RecordsStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What the designers wrote for the gateway, read once. ``folder``: where the files are, ``domain/`` as a rule."""

    folder: Path
    wording: Notices
    questions: Questions
    carry_over: CarryOver
    about_the_wait: AboutTheWait
    retention: Rules
    hearing: Hearing
    known: FactWords
    queues: Queues
    routing: Routing
    promised: Promises
    wishes: Mapping[str, str]

    @classmethod
    def read(cls, folder: Path) -> Content:
        """The files below that folder. Raises WordingError, CarryOverError, WaitingError, RetentionError, LanguagesError and
        DomainFileError."""
        return cls(
            folder=folder,
            wording=Notices.from_domain(folder),
            questions=Questions.from_domain(folder),
            carry_over=CarryOver.from_domain(folder),
            about_the_wait=AboutTheWait.from_domain(folder),
            retention=Rules.from_domain(folder),
            hearing=Hearing.from_domain(folder),
            known=FactWords.from_domain(folder),
            queues=queues_in(folder),
            routing=rules_in(folder),
            promised=Promises.from_domain(folder),
            wishes=wishes_in(folder),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """``http``, the store's client and ``records`` are closed by whoever made them."""

    settings: Settings
    http: aiohttp.ClientSession
    content: Content
    observed: Observed
    store: Store
    records: RecordsStore


def wire_base(settings: Settings, client: redis.Redis, http: aiohttp.ClientSession, records: RecordsStore, domain: Path) -> Base:
    """Raises what ``Content.read`` and ``wire_observed`` raise."""
    content, observed = Content.read(domain), wire_observed(settings)
    store = wire_store(settings, client, observed, cold_in(records))
    return Base(settings=settings, http=http, content=content, observed=observed, store=store, records=records)
