"""All that is kept of one person, as one JSON document: what a person who asks for it is given."""

from __future__ import annotations

from typing import Any

from bot.model import Address, AddressKind
from bot.redis_store.retention.people import RedisRetention
from bot.redis_store.retention.subject import held
from bot.redis_store.transcripts import RedisTranscripts
from connectors.web.limits import Limits
from connectors.web.log import VisitorLog
from gateway.retention.person import People, Person

AT_ONCE = 100
ELSEWHERE = "What Twilio and Meta keep of messages and calls, and the business's own database, are not in this file."


async def document(people: People, person: Person) -> dict[str, Any]:
    """``redis``: by key; ``events``: what the assistant has of each conversation, hot and cold; ``chat``: lines as a browser has
    them, by visitor; ``records``: conversations, lines and facts; ``recordings``: their sids at Twilio; ``exports``: files that
    may hold them. Raises what ``People`` raises."""
    redis, chat, events, recordings = {}, {}, {}, await people.records.recordings_of(person.people)
    if person.contact is not None:
        theirs = await RedisRetention(people.client, people.clock, people.cold).theirs(person.contact)
        redis, recordings = await held(people.client, theirs), await people.recordings.of(theirs)
        transcripts = RedisTranscripts(people.client, people.cold)
        events = {place: await transcripts.events(place) for place in sorted(theirs.places)}
        browsers = [known.address for known in person.contact.addresses if known.address.kind is AddressKind.WEB]
        chat = {str(browser): await _chat(people, browser) for browser in browsers}
    return {
        "at": people.clock().isoformat(),
        "contacts": list(person.people),
        "redis": redis,
        "chat": chat,
        "events": events,
        "records": await people.records.subject(person.people),
        "recordings": recordings,
        "exports": [dict(one.body) for one in await people.records.exports_with_persons(person.since)],
        "elsewhere": ELSEWHERE,
    }


async def _chat(people: People, browser: Address) -> list[dict[str, Any]]:
    log, found, seen = VisitorLog(people.client, Limits()), [], 0
    while page := await log.after(browser.value, seen, AT_ONCE):
        found += [line for _, line in page]
        seen = page[-1][0]
    return found
