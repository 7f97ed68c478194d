"""The same turn with less work: patches that change no answer of Rasa 3.6.21, only how often the same is worked out.

Measured on the sample assistant (docs/benchmarks.md), more than a third of Rasa's processor time in a turn went into
scheduling a graph of a dozen nodes, into working out the states of the conversation three times for each prediction, and
into preparing debug lines that nobody prints. tests/rasa_side/patches/test_swift.py compares each with Rasa's own.
"""

from __future__ import annotations

import functools
import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from itertools import islice, takewhile
from types import SimpleNamespace
from typing import Any

PREVIOUS_ACTION, USER = "prev_action", "user"


def graph_runs_in_order() -> None:
    """dask's scheduler costs as much as a small node's work: nodes of a loaded model are called one after the other.

    Training, whose nodes hold large things that dask lets go of, keeps dask.
    """
    from rasa.engine.exceptions import GraphRunError
    from rasa.engine.runner.dask import DaskGraphRunner

    scheduled = DaskGraphRunner.run

    @functools.wraps(scheduled)
    def run(self: Any, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        wanted = tuple(targets or self._graph_schema.target_names)
        order = _order(self, wanted)
        given = inputs or {}
        if order is None or any(isinstance(value, str) and value in self._instantiated_nodes for value in given.values()):
            result: dict[str, Any] = scheduled(self, inputs, targets)
            return result
        done: dict[str, Any] = {name: (name, value) for name, value in given.items()}
        try:
            for name, needs in order:
                done[name] = self._instantiated_nodes[name](*(done.get(need, need) for need in needs))
        except RuntimeError as error:
            raise GraphRunError("Error running runner.") from error
        return dict(done[name] for name in wanted)

    DaskGraphRunner.run = run


def _order(runner: Any, wanted: tuple[str, ...]) -> list[tuple[str, list[str]]] | None:
    """The nodes that ``wanted`` needs, each after those that it needs itself; None when one loads itself only when it runs."""
    known: dict[tuple[str, ...], list[tuple[str, list[str]]] | None] = runner.__dict__.setdefault("onethread_order", {})
    if wanted not in known:
        nodes = runner._graph_schema.minimal_graph_schema(list(wanted)).nodes
        needs = {name: list(node.needs.values()) for name, node in nodes.items()}
        order = TopologicalSorter(needs).static_order()
        eager = all(node.eager for node in nodes.values()) and all(name in nodes for name in wanted)
        known[wanted] = [(name, needs[name]) for name in order if name in nodes] if eager else None
    return known[wanted]


@dataclass(slots=True)
class Moment:
    """What a policy sees of a tracker before one action."""

    state: dict[str, Any]
    latest_action: dict[str, str] | None
    latest_action_name: str | None
    active_loop_name: str | None
    followup_action: str | None
    said: Any
    """The user's message that was the latest."""
    hidden: bool


@dataclass(slots=True)
class Moments:
    """All moments of a tracker up to ``last``, its event number ``count`` (from 1), and what goes on from there."""

    domain: Any
    loops: set[str]
    replayed: Any = None
    count: int = 0
    last: Any = None
    found: list[Moment] = field(default_factory=list)

    @classmethod
    def of(cls, tracker: Any, domain: Any) -> Moments:
        """Worked out anew, by Rasa's own way through the events."""
        moments = cls(domain, _loop_names(tracker.events))
        for at, hidden in tracker.generate_all_prior_trackers():
            moments.replayed = at
            moments.found.append(_moment(at, hidden, domain))
        moments._note(tracker)
        return moments

    def go_on(self, tracker: Any, domain: Any) -> bool:
        """Take in what was added since; False when that may change what was before (a rewind, a loop's next round)."""
        events = tracker.events
        if self.domain is not domain or len(events) < self.count or (self.count and events[self.count - 1] is not self.last):
            return False
        new = list(islice(events, self.count, None))
        if any(_reaches_back(event, self.loops) for event in new):
            return False
        if new:
            self._add(new)
            self._note(tracker)
        return True

    def _add(self, new: Sequence[Any]) -> None:
        from rasa.shared.core.events import ActionExecuted, DefinePrevUserUtteredFeaturization

        self.found.pop()  # the last one is always now
        for event in new:
            if isinstance(event, ActionExecuted):
                self.found.append(_moment(self.replayed, event.hide_rule_turn, self.domain))
            self.replayed.update(event)
            if isinstance(event, DefinePrevUserUtteredFeaturization):
                self._read_anew()
        self.found.append(_moment(self.replayed, False, self.domain))

    def _read_anew(self) -> None:
        """The latest message counts by its text or by its intent from now on: also in the moments that it was there already."""
        said, user = self.replayed.latest_message, self.domain._get_user_sub_state(self.replayed)
        for moment in takewhile(lambda moment: moment.said is said, reversed(self.found)):
            others = {kind: values for kind, values in moment.state.items() if kind != USER}
            moment.state = {USER: dict(user), **others} if user else others

    def _note(self, tracker: Any) -> None:
        self.count, self.last = len(tracker.events), tracker.events[-1] if tracker.events else None

    def generate_all_prior_trackers(self) -> Iterator[tuple[Moment, bool]]:
        """In the place of the tracker's own."""
        return ((moment, moment.hidden) for moment in self.found)


def _loop_names(events: Iterable[Any]) -> set[str]:
    from rasa.shared.core.events import ActiveLoop

    return {event.name for event in events if isinstance(event, ActiveLoop) and event.name}


def _reaches_back(event: Any, loops: set[str]) -> bool:
    """Whether an event takes back earlier ones, or changes what of them counts."""
    from rasa.shared.core import events

    if isinstance(event, (events.Restarted, events.SessionStarted, events.ActionReverted, events.UserUtteranceReverted)):
        return True
    if isinstance(event, events.ActionExecuted):
        return event.action_name in loops
    return isinstance(event, events.ActiveLoop) and bool(event.name) and event.name not in loops


def states_worked_out_once() -> None:
    """Each policy has Rasa replay the whole tracker for each prediction, the rule policy twice: it is done once in a turn."""
    from rasa.shared.core.domain import Domain

    history, active = Domain.states_for_tracker_history, Domain.get_active_state

    @functools.wraps(history)
    def states_for_tracker_history(self: Any, tracker: Any, omit_unset_slots: bool = False, *args: Any, **kwargs: Any) -> Any:
        seen = tracker if omit_unset_slots else _moments(tracker, self)
        return history(self, seen, omit_unset_slots, *args, **kwargs)

    @functools.wraps(active)
    def get_active_state(self: Any, tracker: Any, omit_unset_slots: bool = False) -> Any:
        if not isinstance(tracker, Moment):
            return active(self, tracker, omit_unset_slots)
        return {kind: dict(values) for kind, values in tracker.state.items()}  # whoever gets it may change it

    Domain.states_for_tracker_history = states_for_tracker_history
    Domain.get_active_state = get_active_state


def _moments(tracker: Any, domain: Any) -> Moments:
    kept: Moments | None = getattr(tracker, "onethread_moments", None)
    if kept is None or not kept.go_on(tracker, domain):
        kept = tracker.onethread_moments = Moments.of(tracker, domain)
    return kept


def _moment(tracker: Any, hidden: bool, domain: Any) -> Moment:
    action = tracker.latest_action
    return Moment(
        state=domain.get_active_state(tracker),
        latest_action=dict(action) if action else action,
        latest_action_name=tracker.latest_action_name,
        active_loop_name=tracker.active_loop_name,
        followup_action=tracker.followup_action,
        said=tracker.latest_message,
        hidden=hidden,
    )


def slots_without_influence_are_passed_over() -> None:
    """Rasa asks every slot up to three times for its features in every state; most slots have none."""
    from rasa.shared.core.domain import Domain

    every = Domain._get_slots_sub_state

    @functools.wraps(every)
    def _get_slots_sub_state(tracker: Any, omit_unset_slots: bool = False) -> Any:
        telling = {name: slot for name, slot in tracker.slots.items() if slot is not None and slot.influence_conversation}
        return every(SimpleNamespace(slots=telling), omit_unset_slots)

    Domain._get_slots_sub_state = staticmethod(_get_slots_sub_state)


def rules_are_found_by_their_last_action() -> None:
    """Every rule was matched with the state, though few end with the action that was last; and a rule holds for every state
    before its first one, so states older than the longest rule need no look."""
    from rasa.core.policies.rule_policy import RulePolicy

    possible = RulePolicy._get_possible_keys

    @functools.wraps(possible)
    def _get_possible_keys(self: Any, lookup: dict[str, str], states: Sequence[Any]) -> Any:
        if not states:
            return possible(self, lookup, states)
        acted = (states[-1].get(PREVIOUS_ACTION) or {}).items()
        by_action, longest = _by_action(self, lookup)
        candidates = {
            key: "" for action, keys in by_action.items() if action <= acted and bool(action) == bool(acted) for key in keys
        }
        return possible(self, candidates, states[-longest:])

    RulePolicy._get_possible_keys = _get_possible_keys


def _by_action(policy: Any, lookup: dict[str, str]) -> tuple[dict[frozenset[tuple[str, str]], list[str]], int]:
    """A table's rules by the action before their last state, and how many states the longest has."""
    known = policy.__dict__.setdefault("onethread_rules", {})
    kept = known.get(id(lookup))
    if kept is None or kept[0] is not lookup or kept[1] != len(lookup):
        found: defaultdict[frozenset[tuple[str, str]], list[str]] = defaultdict(list)
        states = {key: policy._rule_key_to_state(key) for key in lookup}
        for key, of_rule in states.items():
            found[frozenset((of_rule[-1].get(PREVIOUS_ACTION) or {}).items())].append(key)
        kept = known[id(lookup)] = (lookup, len(lookup), dict(found), max(map(len, states.values()), default=1))
    return kept[2], kept[3]


def no_debug_lines_in_vain() -> None:
    """The policies copy and format all states for a debug line before the log decides that nobody wants it."""
    import rasa.core.policies.memoization
    import rasa.core.policies.rule_policy
    from rasa.core.policies.policy import Policy

    as_it_is = SimpleNamespace(deepcopy=lambda value: value)
    for module in (rasa.core.policies.memoization, rasa.core.policies.rule_policy):
        setattr(module, "copy", as_it_is)  # noqa: B010  # used there for the log alone
    written = Policy.format_tracker_states

    @functools.wraps(written)
    def format_tracker_states(states: Any) -> Any:
        return written(states) if rasa.core.policies.rule_policy.logger.isEnabledFor(10) else ""

    Policy.format_tracker_states = staticmethod(format_tracker_states)


def the_model_is_no_garbage() -> None:
    """Python's collector walked through the loaded model, hundreds of thousands of objects, every few turns."""
    from rasa.core.agent import Agent

    load_model = Agent.load_model

    @functools.wraps(load_model)
    def load_and_freeze(self: Any, *args: Any, **kwargs: Any) -> None:
        gc.unfreeze()  # the model before this one may go
        load_model(self, *args, **kwargs)
        gc.collect()
        gc.freeze()

    Agent.load_model = load_and_freeze
