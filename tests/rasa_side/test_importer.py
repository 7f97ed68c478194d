"""Rules that are written once, for any form and any deed, and what Rasa is given of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rasa.shared.core.events import ActionExecuted, ActiveLoop, SlotSet, UserUttered
from rasa.shared.exceptions import RasaException

from bot.rasa_side.importer import Importer

GENERAL = """
version: "3.1"
intents: [affirm, balance]
slots:
  accepted: {type: categorical, values: [any_form, nothing], mappings: [{type: custom}]}
  next_step: {type: categorical, values: [any_deed, none], mappings: [{type: custom}]}
  city: {type: text, mappings: [{type: from_text}]}
forms: {search_form: {required_slots: [city]}}
actions: [action_balance, action_article]
responses: {utter_hello: [{text: Hello}]}
"""
SHOP = """
version: "3.1"
forms: {order_form: {required_slots: [city]}}
responses: {utter_hello: [{text: Welcome to the shop}]}
"""
RULES = """
version: "3.1"
rules:
  - rule: on with it
    steps:
      - intent: affirm
      - slot_was_set: [{accepted: any_form}]
      - action: any_form
      - active_loop: any_form
  - rule: proved
    condition: [{active_loop: search_form}, {slot_was_set: [{next_step: any_deed}]}]
    steps:
      - intent: affirm
      - action: any_deed
  - rule: hello
    steps: [{intent: affirm}, {action: utter_hello}]
"""

pytestmark = pytest.mark.filterwarnings("ignore")  # Rasa warns of its own past
Make = Callable[..., Importer]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Importers over a folder of these files."""

    def made(**more: str) -> Importer:
        files = {"domain/general/basics.yml": GENERAL, "domain/shop.yml": SHOP, "data/rules.yml": RULES}
        for name, text in {**files, **{name.replace("__", "/") + ".yml": text for name, text in more.items()}}.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        return Importer(None, str(tmp_path / "domain"), [str(tmp_path / "data")])

    return made


def rules(importer: Importer) -> dict[str, list[Any]]:
    """The events of each rule."""
    return {step.block_name: step.events for step in importer.get_stories().story_steps}


def names(events: list[Any]) -> list[str]:
    return [event.action_name for event in events if isinstance(event, ActionExecuted)]


def test_a_rule_for_any_form_is_one_for_each_form_of_the_domain(make: Make) -> None:
    found = rules(make())
    assert {name for name in found if name.startswith("on with it")} == {"on with it: search", "on with it: order"}
    order = found["on with it: order"]
    assert "order_form" in names(order) and "search_form" not in names(order)
    assert [event.value for event in order if isinstance(event, SlotSet)] == ["order"]
    assert [event.name for event in order if isinstance(event, ActiveLoop)] == ["order_form"]


def test_without_a_deed_there_is_no_rule_for_one_and_with_two_there_are_two(make: Make) -> None:
    assert set(rules(make())) == {"on with it: search", "on with it: order", "hello"}
    levels = "levels: {possessed: {actions: [action_balance]}, proven: {actions: [action_limit]}}"
    found = rules(make(domain___levels=levels, domain__deeds="version: '3.1'\nactions: [action_limit]"))
    assert {"proved: balance", "proved: limit"} <= set(found)
    assert "action_limit" in names(found["proved: limit"])
    assert SlotSet("next_step", "limit") in found["proved: limit"]


def test_the_slots_know_every_form_and_deed(make: Make) -> None:
    domain = make(domain___levels="levels: {proven: {actions: [action_balance]}}").get_domain()
    values = {slot.name: slot.values for slot in domain.slots if slot.name in ("accepted", "next_step")}
    assert values["accepted"][:3] == ["search", "order", "nothing"] and values["next_step"][:2] == ["balance", "none"]


def test_the_business_has_the_last_word(make: Make) -> None:
    assert make().get_domain().responses["utter_hello"] == [{"text": "Welcome to the shop"}]


ARTICLE = "---\ntitle: Opening hours\nintents: [balance]\n---\nText, and no more intents:\n"


def test_an_intent_that_an_article_names_is_answered_by_it_without_a_rule(make: Make, tmp_path: Path) -> None:
    importer = make()
    (tmp_path / "articles" / "shop").mkdir(parents=True)
    (tmp_path / "articles" / "shop" / "hours.md").write_text(ARTICLE)
    (tmp_path / "articles" / "shop" / "other.md").write_text(ARTICLE)  # named twice, answered once
    (tmp_path / "articles" / "shop" / "broken.md").write_text("---\ntitle: [\n---\n")  # for `make check` to tell
    made = rules(importer)["an article answers balance"]
    assert [event.intent_name for event in made if isinstance(event, UserUttered)] == ["balance"]
    assert "action_article" in names(made)


def test_an_article_that_names_an_unknown_intent_stops_the_training(make: Make, tmp_path: Path) -> None:
    importer = make()
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "hours.md").write_text(ARTICLE.replace("balance", "balnce"))
    with pytest.raises(RasaException, match=r"articles/hours\.md: the domain has no intent balnce"):
        importer.get_stories()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"domain___levels": "levels: {proven: {actions: [action_limt]}}"}, "no action action_limt"),
        ({"domain__slip": "version: '3.1'\nslots: {x: {values: [1]}}"}, "slip.yml"),
    ],
)
def test_a_slip_stops_the_training_and_names_what_is_wrong(make: Make, more: dict[str, str], said: str) -> None:
    with pytest.raises(RasaException, match=said):
        make(**more).get_stories()
