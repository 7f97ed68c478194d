"""How far back the policies of a loaded model look."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.exceptions import RasaException

from bot.rasa_side.tracker.window import WindowSize

SPARE = 2  # the state that is being predicted, and one for what a rewind takes away


def lookback(processor: Any) -> WindowSize:
    """The longest rule, and the largest ``max_history``. RasaException for a policy that looks at everything."""
    actions, stories = 0, 0
    for policy in loaded_policies(processor):
        if isinstance(policy, RulePolicy):
            actions = max(actions, longest_rule(policy.lookup) + SPARE)
        else:
            stories = max(stories, max_history(policy) + SPARE)
    return WindowSize(actions=actions, stories=stories)


def loaded_policies(processor: Any) -> Iterable[Any]:
    """The policy objects of the loaded model's graph."""
    from rasa.core.policies.policy import Policy

    nodes = processor.graph_runner._instantiated_nodes.values()
    return [node._component for node in nodes if isinstance(node._component, Policy)]


def longest_rule(lookup: dict[str, Any]) -> int:
    """The number of states of the longest rule."""
    tables = [table for table in lookup.values() if isinstance(table, dict)]
    return max((len(json.loads(key)) for table in tables for key in table), default=0)


def max_history(policy: Any) -> int:
    """Its ``max_history``; a policy without a bound is refused, because its turn would cost more with every message."""
    bound = policy.config.get("max_history")
    if not bound:
        raise RasaException(
            f"config.yml: give {type(policy).__name__} a max_history (8, for example): without it every turn looks at the "
            "whole conversation, which the tracker store does not read."
        )
    return int(bound)
