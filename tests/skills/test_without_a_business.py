"""What is left when the bank goes: the general files, with a shop of one skill instead, are a working assistant."""

from __future__ import annotations

import itertools
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest

from bot.directives import Handoff, SendCode, TellWait
from bot.handoff.about_the_wait import AboutTheWait
from bot.ports.levels import Levels
from bot.rasa_side.understanding import Understanding
from bot.skills.action_server.guard import executor_for
from bot.skills.business import Business
from bot.skills.registry import all_actions
from bot.transcript.continuity import CarryOver
from bot.transcript.wording import Notices
from tests.conftest import free_port
from tests.rasa_side.toy_rasa import Server
from tests.talking.fixtures import load
from tests.talking.talk import Talk
from tests.talking.training import ROOT, train
from voice.speech.prompts import Prompts

SHOP = {
    "domain/shop/hours.yml": """
version: "3.1"
intents: [shop_hours]
responses:
  utter_shop_hours: [{text: "We are open from nine to five."}]
  utter_greet: [{text: "Welcome to the Corner Shop."}]
""",
    "data/nlu/shop/hours.yml": """
version: "3.1"
nlu:
  - intent: shop_hours
    examples: "- when do you open\\n- shop hours\\n- how long is the shop open\\n- opening times of the shop\\n"
""",
    "data/rules/shop/hours.yml": """
version: "3.1"
rules: [{rule: hours, steps: [{intent: shop_hours}, {action: utter_shop_hours}]}]
""",
    "actions/__init__.py": "",
    "actions/__main__.py": """
import sys

from bot.skills.action_server.run import serve
from bot.skills.business import Business

sys.exit(serve(lambda environ: Business()))
""",
}
GENERAL = ("domain/general", "data/nlu/general", "data/rules/general")
TOKEN = "t" * 32
Start = Callable[..., Talk]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the general files, and the shop's own."""
    root = tmp_path_factory.mktemp("shop")
    for folder in GENERAL:
        shutil.copytree(ROOT / folder, root / folder)
    shutil.copy(ROOT / "config.yml", root)
    for name, text in SHOP.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.fixture(scope="module")
def model(shop: Path) -> Path:
    """The shop's assistant."""
    return train(shop, shop)


@pytest.fixture
def visit(model: Path, shop: Path, request: pytest.FixtureRequest) -> Start:
    """Starts a conversation with the shop: ``visit(channel="voice")``."""
    agent, endpoint = load(model)
    endpoint.executor = executor_for(all_actions(Business()), Levels.from_domain(shop / "domain"))
    understanding, numbers = Understanding.from_domain(shop / "domain"), itertools.count(1)
    return lambda **known: Talk(agent, f"{request.node.name}-{next(numbers)}", understanding=understanding, **known)


@pytest.mark.rasa
@pytest.mark.slow
@pytest.mark.parametrize("channel", ["web", "sms", "voice", "messenger"])
async def test_a_visit(visit: Start, channel: str) -> None:
    """A greeting in the shop's words, its one skill, once more, something that nobody understands, anew, and a person."""
    ana = visit(channel=channel)
    assert (await ana.says("hello")).texts == ["Welcome to the Corner Shop."]
    hours = await ana.says("when do you open")
    assert hours.texts == ["We are open from nine to five."]
    assert (await ana.says("can you say that again")).texts == hours.texts
    assert "did not get that" in await ana.says("xqz wvk zzyx")
    assert "start afresh" in await ana.says("start over")
    told = await ana.says("how long until somebody answers")
    assert told.directives == [TellWait()]
    person = await ana.says("speak to a person")
    assert [type(one) for one in person.directives] == [Handoff] and "colleague" in person
    assert "Goodbye" in await ana.says("goodbye")


@pytest.mark.rasa
@pytest.mark.slow
async def test_a_number_is_proved_and_the_form_is_left_and_picked_up(visit: Start) -> None:
    ana = visit(tel="+12125550101")
    asked = await ana.says("verify my number")
    assert SendCode("+12125550101") in asked.directives and "six-digit code" in asked
    aside = await ana.says("when do you open")
    assert "nine to five" in aside and "six-digit code" in aside and await ana.form() == "verification_form"
    assert "number is confirmed" in await ana.proves("+12125550101")
    assert await ana.form() is None


@pytest.mark.rasa
@pytest.mark.slow
async def test_what_is_not_wanted_does_not_begin(visit: Start) -> None:
    ana = visit()
    assert "I'll leave that" in await ana.says("I don't want to speak to a person")
    assert "leave it there" in await ana.says("never mind")


def test_the_gateway_reads_the_general_files_alone(shop: Path) -> None:
    domain = shop / "domain"
    assert Notices.from_domain(domain).say("utter_opted_out").startswith("You will get no more texts")
    assert CarryOver.from_domain(domain).form_of == dict.fromkeys(
        ("phone_number", "verification_code", "pin_check"), "verification_form"
    )
    assert AboutTheWait.from_domain(domain).asks("how long until somebody answers")
    assert Prompts.from_folder(domain).commands.intents()


@pytest.mark.slow
async def test_its_action_server_starts_with_ten_lines(shop: Path) -> None:
    """``python -m actions`` in the shop's folder: the general actions are there, for those with the token."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    more = {"PYTHONPATH": f"{shop}:{ROOT}", "ACTION_TOKEN": TOKEN, "ACTION_PORT": str(port)}
    server = Server((sys.executable, "-m", "actions"), f"{url}/health", shop / "actions.log", more, shop)
    try:
        server.start()
        async with (
            aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"}) as http,
            http.get(f"{url}/actions") as answer,
        ):
            names = {one["name"] for one in await answer.json()}
    finally:
        server.stop()
    assert {"action_repeat", "action_handoff", "action_start_over", "action_verified"} <= names
    assert not names & {"action_balance", "action_lost_card"}
