"""Two installations for all scripted calls: an ordinary one, and a strict one whose parts may be taken down."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from journeys.calls.run import NUMBERS
from journeys.calls.run_all import run_calls
from journeys.calls.script import RELAY, ScriptedCall, read_calls
from journeys.outcome import Outcome
from journeys.stage import open_stage, started
from tests.conftest import free_port

FOLDER = Path(__file__).parent
MODES = {"VOICE_MODE": f"gather, {NUMBERS[RELAY]}=relay"}
STRICT = {"QUEUE_LIMIT": "1"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-calls", action="store_true", help="write the table of docs/calls.md anew")


def sabotaged() -> list[ScriptedCall]:
    """One good call with a wrong expectation of each kind: proof that the runner notices."""
    good = next(
        call for call in read_calls(FOLDER) if call.name == "hung up in a form, and the next call asks what was open (gather)"
    )
    # Looked for once the caller has hung up: who stays on the line and says nothing is put through to a person meanwhile.
    gone = next(number for number, step in enumerate(good.steps) if step.more.get("state") == "ended")
    wrong: list[tuple[str, ScriptedCall]] = [
        ("the transcript has", replace(good, said=("something else",))),
        ("problems [39001] were expected", replace(good, problems=(39001,))),
        *(
            (sentence, replace(good, steps=(*good.steps[:gone], replace(good.steps[gone], more={key: value}))))
            for key, value, sentence in (
                ("state", "bridged", "a call that is bridged was expected"),
                ("handoff", "waiting", "handoff waiting was expected"),
                ("reason", "no reason", "reason no reason was expected"),
                ("kept", {"callback": "x"}, "an open handoff was expected"),
            )
        ),
    ]
    return [replace(call, name=f"sabotaged: {sentence}") for sentence, call in wrong]


def wanted(session: pytest.Session, *, strict: bool) -> list[ScriptedCall]:
    """The calls whose tests are to run, of one kind."""
    params = [item.callspec.params.get("name") for item in session.items if hasattr(item, "callspec")]
    named = {name for name in params if isinstance(name, str)}  # other tests' parameters of that name may be anything
    known = [*read_calls(FOLDER), *sabotaged()]
    return [call for call in known if call.strict is strict and call.name in named]


def played(home: Path, calls: list[ScriptedCall], **settings: str) -> list[Outcome]:
    """What became of each."""
    if not calls:
        return []

    async def play() -> list[Outcome]:
        async with open_stage(home) as stage:
            return await run_calls(stage, calls)

    with started(home, free_port(), free_port(), **settings):
        return asyncio.run(play())


@pytest.fixture(scope="session")
def outcomes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Outcome]:
    """What became of each call, by its name. Both installations run at once: most of the time theirs is spent waiting."""
    homes = tmp_path_factory.mktemp("calls"), tmp_path_factory.mktemp("strict")
    with ThreadPoolExecutor() as pool:
        ordinary = pool.submit(played, homes[0], wanted(request.session, strict=False), **MODES)
        strict = pool.submit(played, homes[1], wanted(request.session, strict=True), **MODES, **STRICT)
        return {one.journey.name: one for one in [*ordinary.result(), *strict.result()]}
