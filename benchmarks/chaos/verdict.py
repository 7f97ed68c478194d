"""What became of every accepted message, from three witnesses: the store, the vendor's journal, and Rasa's trackers."""

from __future__ import annotations

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from benchmarks.chaos.load import Customer
from benchmarks.chaos.stack import Stack
from benchmarks.stack import ROOT
from bot.model import Address, ChannelName, now
from bot.ports import DialogueUnavailable
from bot.rasa_http.client import RasaClient
from bot.redis_store.contacts import RedisContacts
from bot.redis_store.partition_map import PartitionMap
from bot.redis_store.queue import OUTBOUND, inbox_key, outbox_key
from bot.transcript.wording import Notices

DONE = ("sent", "delivered", "read")
QUIET = 120.0
"""Seconds within which everything accepted must be answered once the faults are over."""


@dataclass(slots=True)
class Verdict:
    """Counts over all messages; ``details`` has a sentence for each that is not as it should be (ids only)."""

    accepted: int = 0
    answered: int = 0
    apologies: int = 0
    uncertain: int = 0
    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    details: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Nothing lost, nothing doubled, order kept."""
        return not (self.lost or self.doubled or self.out_of_order)


@dataclass(slots=True)
class Sent:
    """One outbound record: ``part`` is the reply's number, or ``failed``/``kept`` for the gateway's own words."""

    message_id: str
    part: str
    state: str
    external: list[str]
    text: str


async def quiet(stack: Stack, seconds: float = QUIET) -> bool:
    """Wait until nothing waits in inbox and outbox; False when it still does after ``seconds``."""
    keys = [key(p) for p in await PartitionMap(stack.client).all_partitions() for key in (inbox_key, outbox_key)]
    try:
        async with asyncio.timeout(seconds):
            while sum([int(await stack.client.xlen(key)) for key in keys]):  # noqa: ASYNC110 - Redis tells no event of it
                await asyncio.sleep(0.2)
    except TimeoutError:
        return False
    return True


async def judge(stack: Stack, customers: Sequence[Customer]) -> Verdict:
    """Look at everything. Call it when all is quiet."""
    found, journal = Verdict(), journal_of(stack)
    wording = Notices.from_domain(ROOT / "domain")
    sorry = {wording.say("utter_turn_failed", channel) for channel in (None, *ChannelName)}
    rasa = RasaClient(stack.http, stack.rasas[0], stack.plan.settings.rasa_token)
    for customer in customers:
        if customer.accepted:
            records = await records_of(stack, customer)
            _answers(found, customer, records, sorry)
            if customer.address.startswith("web:"):
                await _chat_log(found, stack, customer, records)
            else:
                _vendor(found, customer, records, list(journal[customer.address.partition(":")[2]]))
            await _tracker(found, stack, rasa, customer)
    return found


async def records_of(stack: Stack, customer: Customer) -> dict[str, list[Sent]]:
    """All that was put into the outbox for a customer, by the message it answers."""
    partition = (await PartitionMap(stack.client).load()).of(Address.parse(customer.address))
    found: dict[str, list[Sent]] = defaultdict(list)
    for message_id in customer.accepted:
        for part in ("1", "2", "3", "4", "failed", "kept"):
            record = await stack.client.hgetall(f"ot:{partition}:sent:{message_id}>{part}")
            if record:
                text = OUTBOUND.validate_json(record["json"]).reply.text
                external = str(record.get("external", "")).split()
                found[message_id].append(Sent(message_id, part, str(record["state"]), external, text))
    return found


def _answers(found: Verdict, customer: Customer, records: dict[str, list[Sent]], sorry: set[str]) -> None:
    for message_id in customer.accepted:
        found.accepted += 1
        answers = [record for record in records[message_id] if record.part != "kept"]
        if any(record.state in DONE for record in answers):
            found.answered += 1
            found.apologies += any(record.part == "failed" or record.text in sorry for record in answers)
        elif any(record.state == "uncertain" for record in answers):
            found.uncertain += 1
        else:
            found.lost += 1
            found.details.append(f"lost: {message_id} has {[(r.part, r.state) for r in answers]}")
        if len({record.text for record in answers}) < len(answers):
            found.doubled += 1
            found.details.append(f"doubled: {message_id} has the same reply twice")


def _vendor(found: Verdict, customer: Customer, records: dict[str, list[Sent]], taken: list[str]) -> None:
    """Each id the vendor gave belongs to one record; those nobody knows of are at most the uncertain ones; in order."""
    place = {message_id: n for n, message_id in enumerate(customer.accepted)}
    flat = [record for each in records.values() for record in each]
    owner = {external: record for record in flat for external in record.external}
    for record in flat:
        if record.state in DONE and not all(external in taken for external in record.external):
            found.lost += 1
            found.details.append(f"lost: {record.message_id}>{record.part} is sent, and the vendor does not have it")
    unknown = [external for external in taken if external not in owner]
    riddles = sum(record.state == "uncertain" for record in flat)
    if len(unknown) > riddles:
        found.doubled += len(unknown) - riddles
        found.details.append(f"doubled: {len(unknown)} sends nobody knows of, {riddles} uncertain")
    order = [(place[owner[e].message_id], owner[e].part) for e in taken if e in owner and owner[e].part.isdigit()]
    wrong = sum(one > two for one, two in pairwise(order))
    found.out_of_order += wrong
    if wrong:
        found.details.append(f"out of order: {wrong} sends of customer {customer.number}")


async def _chat_log(found: Verdict, stack: Stack, customer: Customer, records: dict[str, list[Sent]]) -> None:
    """The visitor's log: every line once, answers in the order of the messages."""
    key = f"ot:{{w:{customer.address[4:]}}}"
    lines, ids = await stack.client.xlen(f"{key}:log"), await stack.client.zrange(f"{key}:ids", 0, -1)
    if lines != len(ids):
        found.doubled += abs(lines - len(ids))
        found.details.append(f"doubled: {lines} lines for {len(ids)} ids in the chat of customer {customer.number}")
    place = {message_id: n for n, message_id in enumerate(customer.accepted)}
    said = [str(i).removeprefix("out:").rpartition(">") for i in ids if str(i).startswith("out:")]
    order = [place[message_id] for message_id, _, part in said if message_id in place and part.isdigit()]
    found.out_of_order += sum(one > two for one, two in pairwise(order))
    missing = [r for each in records.values() for r in each if r.state in DONE and f"out:{r.message_id}>{r.part}" not in ids]
    found.lost += len(missing)
    found.details += [f"lost: {r.message_id}>{r.part} is not in the chat's log" for r in missing]


async def _tracker(found: Verdict, stack: Stack, rasa: RasaClient, customer: Customer) -> None:
    """Rasa has seen each message at most once (none: it was answered with an apology), in order."""
    contact = await RedisContacts(stack.client, now).find(Address.parse(customer.address))
    if contact is None:
        return
    events = await _events(rasa, contact.conversation_id)
    seen = [e["message_id"] for e in events if e.get("event") == "user" and e.get("message_id") in set(customer.accepted)]
    twice = [message_id for message_id, count in Counter(seen).items() if count > 1]
    found.doubled += len(twice)
    found.details += [f"doubled: {message_id} had two turns" for message_id in twice]
    place = {message_id: n for n, message_id in enumerate(customer.accepted)}
    order = [place[message_id] for message_id in seen]
    wrong = sum(one > two for one, two in pairwise(order))
    found.out_of_order += wrong
    if wrong:
        found.details.append(f"out of order: {wrong} turns of customer {customer.number}")


async def _events(rasa: RasaClient, conversation_id: str) -> list[dict[str, Any]]:
    async with asyncio.timeout(60):
        while True:
            try:
                return await rasa.events(conversation_id)
            except DialogueUnavailable:
                await asyncio.sleep(0.5)


def journal_of(stack: Stack) -> defaultdict[str, dict[str, str]]:
    """What the vendor took: by address, in order, the words by the id it gave them."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for line in stack.journal.read_text().splitlines():
        entry = json.loads(line)
        found[entry["to"]][entry["id"]] = entry["text"]
    return found
