"""What the assistant made of each message, read from the records as the internal API gives them (docs/records.md)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

import aiohttp

from journeys.stage import Stage

SHOWN = {"message_in", "turn", "slot_set", "menu_chosen"}
GUESSES = (("intent", "confidence"), ("runner_up", "runner_up_confidence"))
LOOKS, PAUSE = 120, 0.1
"""How often, and how far apart in seconds, the records are asked for a turn that they do not have yet."""
STILL = 15
"""So many looks without anything new: all that there is has come. Longer than a recorder of ours waits (journeys.stage)."""


async def facts(stage: Stage, conversation: str) -> list[Mapping[str, Any]]:
    """Everything that is kept of a conversation, the oldest first; nothing where the records have none or do not answer."""
    found: list[Mapping[str, Any]] = []
    place: str | None = ""
    while place is not None:
        asked = {"limit": "200", **({"cursor": place} if place else {})}
        headers = {"Authorization": f"Bearer {stage.token}"}
        address = f"{stage.internal}/conversations/{conversation}/facts"
        try:
            async with stage.http.get(address, params=asked, headers=headers) as answer:
                page = await answer.json() if answer.status == 200 else {"facts": [], "next": None}
        except aiohttp.ClientError:
            break
        found += [fact for fact in page["facts"] if fact["kind"] in SHOWN]
        place = page["next"]
    return found


async def settled(stage: Stage, conversation: str) -> list[Mapping[str, Any]]:
    """The same once nothing more comes: facts are in the records some moments after they happened."""
    before, kept = 0, await facts(stage, conversation)
    for _ in range(LOOKS // STILL):
        if kept and len(kept) == before:
            break
        before = len(kept)
        await asyncio.sleep(PAUSE * STILL)
        kept = await facts(stage, conversation)
    return kept


async def of_turn(stage: Stage, conversation: str, known: int) -> tuple[list[str], int]:
    """What was made of the messages after the first ``known`` turns, and how many turns are known now. Waits for one more."""
    kept: list[Mapping[str, Any]] = []
    for _ in range(LOOKS):
        kept = await facts(stage, conversation)
        if len(_turns(kept)) > known:
            break
        await asyncio.sleep(PAUSE)
    turns = _turns(kept)
    return [line for turn in turns[known:] for line in told(turn, kept)], len(turns)


def in_words(kept: list[Mapping[str, Any]]) -> Iterator[str]:
    """The whole conversation: what was said, and below it what was made of it."""
    for fact in kept:
        body = fact["body"]
        if fact["kind"] == "message_in":
            yield f"{fact['channel']:9} > {body.get('text') or body.get('form')}"
        elif fact["kind"] == "turn":
            yield from (f"{'':11} {line}" for line in told(fact, kept))


def told(turn: Mapping[str, Any], kept: list[Mapping[str, Any]]) -> Iterator[str]:
    """One turn: intent and runner-up, what decided and what was done, the slots that it filled."""
    body = turn["body"]
    guesses = [_guess(body.get(name), body.get(sure)) for name, sure in GUESSES if body.get(name)]
    yield "= " + (", then ".join(guesses) or "not classified") + (" (the fallback)" if body.get("fallback") else "")
    acted = {"policy": body.get("policy"), "action": body.get("action"), "form": body.get("form")}
    if any(acted.values()):
        yield "  " + ", ".join(f"{name} {value}" for name, value in acted.items() if value)
    for fact in kept:
        if fact["kind"] == "menu_chosen" and fact["cause"] == turn["cause"]:
            yield f"  chosen: {fact['body'].get('title')}"
        if fact["kind"] == "slot_set" and fact["cause"] == turn["cause"]:
            yield f"  {fact['body']['slot']} = {fact['body'].get('value')!r}"


def _turns(kept: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [fact for fact in kept if fact["kind"] == "turn"]


def _guess(intent: object, sure: object) -> str:
    return f"{intent} {sure:.2f}" if isinstance(sure, int | float) else str(intent)
