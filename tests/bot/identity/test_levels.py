"""The designers' list of levels: read, checked, and what it hides."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.model import Proof
from bot.ports.levels import Levels, LevelsError, proof_in

DOMAIN = "responses: {utter_a: [{text: a}]}\nslots: {s: {type: text}}\nactions: [action_a, {action_b: {send_domain: true}}]\n"


def written(folder: Path, levels: str) -> Levels:
    (folder / "a.yml").write_text(DOMAIN)
    (folder / "_levels.yml").write_text(levels)
    return Levels.from_domain(folder)


def test_what_is_listed_needs_its_level_and_nothing_else_does(tmp_path: Path) -> None:
    found = written(tmp_path, "levels: {possessed: {responses: [utter_a], slots: [s]}, proven: {actions: [action_b]}}")
    assert (found.response("utter_a"), found.response("utter_b")) == (Proof.POSSESSED, Proof.CLAIMED)
    assert (found.action("action_b"), found.action("action_a")) == (Proof.PROVEN, Proof.CLAIMED)
    assert found.hidden_slots(Proof.CLAIMED) == {"s"} and found.hidden_slots(Proof.POSSESSED) == frozenset()


@pytest.mark.parametrize(
    ("levels", "names"),
    [
        ("levels: {possessed: {responses: [utter_misspelt]}}", "utter_misspelt"),
        ("levels: {possessed: {actions: [action_c]}}", "action_c"),
        ("levels: {sure: {slots: [s]}}", "sure"),
        ("levels: {claimed: {slots: [s]}}", "claimed"),
        ("levels: {proven: {intents: [i]}}", "intents"),
        ("levels: {possessed: {slots: [s]}, proven: {slots: [s]}}", "two levels"),
        ("levels: [", "cannot be read"),
    ],
)
def test_a_mistake_is_refused_with_its_name(tmp_path: Path, levels: str, names: str) -> None:
    with pytest.raises(LevelsError, match=names):
        written(tmp_path, levels)


def test_without_the_file_nothing_needs_proof(tmp_path: Path) -> None:
    assert Levels.from_domain(tmp_path) == Levels()


def test_the_sample_banks_list_is_good_and_every_told_fact_is_on_it() -> None:
    found = Levels.from_domain(Path(__file__).parents[3] / "domain")
    assert found.response("utter_balance") is Proof.POSSESSED and found.action("action_raise_limit") is Proof.PROVEN


@pytest.mark.parametrize(
    ("metadata", "proof"),
    [(None, 0), ({}, 0), ({"proof": "proven"}, 2), ({"proof": "PROVEN"}, 0), ({"proof": 2}, 0), ({"code": "accepted"}, 1)],
)
def test_an_unknown_level_is_a_claim(metadata: dict[str, object] | None, proof: int) -> None:
    assert proof_in(metadata) == proof
