"""Conversations whose channel changes at random between turns end as the same conversation on one channel does."""

from __future__ import annotations

import asyncio
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from journeys.run import Walk
from journeys.script import CHANNELS, Journey, Step
from journeys.stage import open_stage

pytestmark = pytest.mark.stack

# What is said, and what every channel's answer to it holds.
SKILLS = (
    (("activate my card", "first and last name"), ("{name}", "last four digits"), ("{card}", "active and ready")),
    (
        ("activate my card", "first and last name"),
        ("what are your opening hours", "open"),
        ("{name}", "last four digits"),
        ("{card}", "active and ready"),
    ),
    (("find a branch", "zip code"), ("10001", "/Others nearby/"), ("union square", "Union Square")),
    (("where is my nearest branch", "zip code"), ("why do you need that", "/only to find/"), ("10002", "/[Nn]earest/")),
    (("find a branch", "zip code"), ("10003", "/[Nn]earest/"), ("I want to speak to a person", "/colleague|person|number/")),
)
PASSING = frozenset(
    "code_sent_at phone_number offered accepted informed next_step needs_proof verification_code picked_up".split()
)


def journey(skill: int, channels: tuple[str, ...]) -> Journey:
    """The skill's turns on these channels, each channel proved before: the threads are one from the beginning."""
    proofs = [Step(channel, "proves") for channel in dict.fromkeys(channels) if channel in ("web", "messenger")]
    steps: list[Step] = []
    here = ""
    for channel, (says, hears) in zip(channels, SKILLS[skill], strict=True):
        if here == "voice" and channel != "voice":
            steps.append(Step("voice", "hangs up"))
        if channel == "voice" and here != "voice":
            steps.append(Step("voice", "calls"))
        steps.append(Step(channel, "says", says, expect=((channel, hears),)))
        here = channel
    return Journey(f"skill {skill} on {', '.join(channels)}", "ben", (*proofs, *steps))


async def outcome(home: Path, one: Journey) -> tuple[str, dict[str, Any]]:
    """Who owns the conversation in the end, and what is known, with the customer's own figures by name."""
    async with open_stage(home) as stage:
        walk = await Walk.of(stage, one)
        result = await walk.goes()
        assert result.trouble is None, f"\n{result}"
        thread = await walk.thread()
        assert thread is not None
        own = {walk.customer.card: "{card}", walk.customer.number: "{number}"}
        slots = {slot["name"]: slot["value"] for slot in thread["slots"] if slot["name"] not in PASSING}
        known = {name: own.get(value, value) if isinstance(value, str) else value for name, value in slots.items()}
        return "person" if thread["handoff"] else "bot", known


@cache
def on_one_channel(home: Path, skill: int) -> tuple[str, dict[str, Any]]:
    return asyncio.run(outcome(home, journey(skill, ("sms",) * len(SKILLS[skill]))))


def ways() -> some.SearchStrategy[tuple[int, tuple[str, ...]]]:
    def channels(skill: int) -> some.SearchStrategy[tuple[int, tuple[str, ...]]]:
        turns = [some.sampled_from(CHANNELS) for _ in SKILLS[skill]]
        return some.tuples(some.just(skill), some.tuples(*turns))

    return some.sampled_from(range(len(SKILLS))).flatmap(channels)


@settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(way=ways())
def test_the_channel_changes_nothing_but_the_words(home: Path, way: tuple[int, tuple[str, ...]]) -> None:
    skill, channels = way
    owner, known = on_one_channel(home, skill)
    assert known, "the conversation on one channel taught the assistant nothing"
    assert asyncio.run(outcome(home, journey(skill, channels))) == (owner, known)
