"""Each alert of deploy/prometheus looks at a figure that exists, and names what to do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.observe.metrics import Metrics

ROOT = Path(__file__).parents[3]
RULES = [
    rule
    for file in sorted((ROOT / "deploy" / "prometheus").glob("*.yml"))
    for group in yaml.safe_load(file.read_text())["groups"]
    for rule in group["rules"]
]
ENDINGS = ("", "_total", "_count", "_sum", "_bucket")
FIGURES = {family.name + ending for family in Metrics().registry.collect() for ending in ENDINGS}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_it_looks_at_a_figure_that_is_there(rule: dict[str, Any]) -> None:
    named = set(re.findall(r"\bonethread_[a-z_]+", rule["expr"]))
    assert named <= FIGURES
    assert named or rule["expr"].startswith("up{")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_it_says_what_happened_and_the_runbook_says_what_to_do(rule: dict[str, Any]) -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "docs" / "runbook.md").read_text(), re.MULTILINE)
    assert rule["annotations"]["do"] in headings
    assert rule["annotations"]["summary"].endswith(".")
    assert rule["labels"]["severity"] in ("page", "ticket")


FAILURES = (
    "onethread_account_trouble",
    "onethread_undelivered_total",
    "onethread_sends_total",
    "onethread_doubtful_sends",
    "onethread_failed_entries",
    "onethread_failures_total",
    "onethread_visitors_total",
    "onethread_refused_total",
    "onethread_part_up",
    "onethread_durable",
    "onethread_codes_total",
)
"""Figures that mean that something fails."""


@pytest.mark.parametrize("figure", FAILURES)
def test_every_figure_of_a_failure_has_a_rule_and_stands_in_the_runbook(figure: str) -> None:
    assert any(re.search(rf"\b{figure}\b", rule["expr"]) for rule in RULES)
    assert figure in (ROOT / "docs" / "runbook.md").read_text()


def test_every_section_that_a_rule_leads_to_says_what_to_do() -> None:
    sections = (ROOT / "docs" / "runbook.md").read_text().split("\n## ")[1:]
    led_to = {rule["annotations"]["do"] for rule in RULES}
    silent = [one for one in sections if one.partition("\n")[0] in led_to and not re.search(r"\*Do:?\*", one)]
    assert [one.partition("\n")[0] for one in silent] == []
