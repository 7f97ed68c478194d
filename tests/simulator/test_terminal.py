"""A call in the terminal, typed into a real process."""

from __future__ import annotations

import asyncio
import sys

import pytest

from tests.simulator.conftest import Stage

GATHER = '<Gather input="dtmf speech" action="/2" timeout="60"><Say>How can I help?</Say></Gather>'


async def terminal(url: str) -> asyncio.subprocess.Process:
    pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.PIPE}
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "simulator.terminal", "--url", url, **pipes)


@pytest.mark.slow
async def test_prompts_are_printed_and_lines_are_said_and_keys_pressed(stage: Stage) -> None:
    stage.voice(GATHER, GATHER.replace("/2", "/3").replace("How can I help?", "And now?"), "<Say>Goodbye.</Say><Hangup/>")
    process = await terminal(str(stage.server.make_url("/simulator")))
    assert process.stdin and process.stdout
    process.stdin.write(b"my card\n2\n")
    text = (await asyncio.wait_for(process.stdout.read(), 45)).decode()
    await process.communicate()
    assert process.returncode == 0
    places = [text.index(words) for words in ("How can I help?", "And now?", "Goodbye.", "The call is over (completed)")]
    assert places == sorted(places)
    assert stage.gateway.fields("/2")[0]["SpeechResult"] == "my card"
    assert stage.gateway.fields("/3")[0]["Digits"] == "2"


async def test_without_a_simulator_it_says_what_to_start() -> None:
    process = await terminal("http://127.0.0.1:9/simulator")
    _, errors = await asyncio.wait_for(process.communicate(b""), 30)
    assert process.returncode == 1 and "make run" in errors.decode()
