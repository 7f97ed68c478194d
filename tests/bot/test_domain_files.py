"""A business's words over the general ones: which of two is taken, and what is told of a file that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import domain_files
from bot.domain_files import DomainFileError

GENERAL = """
responses: {utter_greet: [{text: Hello}, {text: Hello there, channel: voice}], utter_thanks: [{text: Thanks}]}
slots: {accepted: {type: categorical, values: [person, nothing]}}
intents: [greet, thanks]
"""
SHOP = """
responses: {utter_greet: [{text: Welcome to the shop}], utter_price: [{text: Ten}]}
slots: {accepted: {type: categorical, values: [order]}}
intents: [thanks, {ask_price: {use_entities: []}}]
"""


@pytest.fixture
def domain(tmp_path: Path) -> Path:
    """A general folder and a shop's, whose name comes before it in the alphabet."""
    for name, text in (("general/basics.yml", GENERAL), ("a_shop/words.yml", SHOP)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    (tmp_path / "general/_voice.yml").write_text("voice: {defaults: {timeout: 6}, hints: {wishes: [a person]}}")
    return tmp_path


def test_the_business_says_it_in_its_own_words_and_adds_to_the_rest(domain: Path) -> None:
    made = domain_files.domain_of(domain_files.read(domain, path) for path in domain_files.paths(domain))
    assert made["responses"]["utter_greet"] == [{"text": "Welcome to the shop"}]
    assert set(made["responses"]) == {"utter_greet", "utter_thanks", "utter_price"}
    assert made["slots"] == {"accepted": {"type": "categorical", "values": ["person", "nothing", "order"]}}
    assert made["intents"] == ["greet", "thanks", {"ask_price": {"use_entities": []}}]


def test_a_setting_of_the_business_is_taken_and_its_lists_are_added(domain: Path) -> None:
    (domain / "_voice.yml").write_text("voice: {defaults: {timeout: 9}, hints: {wishes: [my order, a person]}}")
    found = domain_files.settings(domain, "_voice.yml", "voice")
    assert found == {"defaults": {"timeout": 9}, "hints": {"wishes": ["a person", "my order"]}}


def test_a_file_that_nobody_wrote_says_nothing(domain: Path) -> None:
    assert domain_files.settings(domain, "_levels.yml", "levels") == {} and domain_files.responses(domain, "_notices.yml") == {}


def test_names_of_lists_and_of_mappings(domain: Path) -> None:
    contents = [domain_files.read(domain, path) for path in domain_files.paths(domain)]
    assert set(domain_files.named(contents, "intents")) == {"greet", "thanks", "ask_price"}
    assert set(domain_files.named(contents, "slots")) == {"accepted"} and domain_files.named(contents, "forms") == {}


@pytest.mark.parametrize("text", ["voice: [", "- voice", "voice:", "voice: [loud]"])
def test_a_file_that_cannot_be_used_is_named_as_designers_know_it(domain: Path, text: str) -> None:
    (domain / "a_shop/_voice.yml").write_text(text)
    with pytest.raises(DomainFileError, match=r"^domain/a_shop/_voice\.yml: cannot be read"):
        domain_files.settings(domain, "_voice.yml", "voice")
