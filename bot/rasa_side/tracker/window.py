"""The part of a conversation that the next prediction can depend on, as a short list of Rasa events.

Rasa rebuilds a tracker by replaying every event of the session, and copies it that way for each action, so a turn costs
more with every message. What can matter to the next prediction is bounded:

* the state: slots, active loop, whether paused;
* the last turns as they were (custom actions read them, a rewind undoes them): ``WindowSize.turns``;
* before these, the last actions that the longest rule looks back on: ``WindowSize.actions``;
* before these, the last actions outside rules, for the policies with a ``max_history`` (Rasa hides rule turns from
  them, so they look past any number of rule turns): ``WindowSize.stories``.

``shorten`` writes these as events: a session start with the slots of that moment, then what is kept. It then replays both
lists, and where they differ in state or in what the policies would see, it refuses and nothing is shortened: the
shortening is checked each time it is done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    DefinePrevUserUtteredFeaturization,
    EntitiesAdded,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.redis_store.compact.packing import TURNS

MAX_RECENT = 150  # events kept as they were, however few turns they are (an agent may write many in a row)
MIN_ADDED = 25  # events, five turns or so: shortening costs about as much as a turn


@dataclass(frozen=True, slots=True)
class WindowSize:
    """How much is kept; ``fit`` of the tracker store raises it to what the model's policies need."""

    actions: int = 12
    stories: int = 8
    turns: int = TURNS

    def __sub__(self, other: WindowSize) -> WindowSize:
        return WindowSize(self.actions - other.actions, self.stories - other.stories, self.turns)

    def outgrown(self, events: Sequence[Event], added: int) -> bool:
        """True when it is worth shortening: long, and ``added`` events since it was last shortened are a fair part of it."""
        actions = sum(isinstance(event, ActionExecuted) for event in events)
        return added >= MIN_ADDED and (actions > 2 * (self.actions + self.turns) or len(events) > 2 * MAX_RECENT)


def replay(events: Iterable[Event], domain: Domain) -> DialogueStateTracker:
    """The tracker as Rasa rebuilds it from its store."""
    tracker = DialogueStateTracker("window", domain.slots)
    tracker.events = deque(events)
    tracker.replay_events()
    return tracker


def session_start(events: Sequence[Event]) -> int:
    """Where the last session begins (0 when the events hold one session or less)."""
    for index in range(len(events) - 1, -1, -1):
        event = events[index]
        if isinstance(event, ActionExecuted) and event.action_name == ACTION_SESSION_START_NAME:
            return index
    return 0


def shorten(events: Sequence[Event], domain: Domain, size: WindowSize) -> list[Event] | None:
    """The same conversation in fewer events; None when there is nothing to gain or it would not be the same."""
    recent = _recent_start(events, size.turns)
    applied = replay(events[:recent], domain).applied_events()
    have = _count(replay(events, domain).applied_events()) - _count(applied)  # what the recent turns add, rewinds taken off
    cut = _cut(applied, size - have)
    head = opening(applied[:cut], domain) if applied else []
    said = any(isinstance(event, BotUttered) for event in events[recent:])
    shorter = [*head, *_condense(applied[cut:], size.actions - have.actions, said), *events[recent:]]
    if len(shorter) >= len(events) or not _same(events, shorter, domain, size):
        return None
    return shorter


def opening(past: Sequence[Event], domain: Domain) -> list[Event]:
    """A session start that leads to the slots, loop and pause at the end of ``past`` (applied events), and listens."""
    tracker = replay(past, domain)
    events: list[Event] = [ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted()]
    events += [SlotSet(slot.name, slot.value) for slot in tracker.slots.values() if slot.value != slot.initial_value]
    if tracker.is_paused():
        events.append(ConversationPaused())
    if not tracker.latest_action_name:
        return events
    shown = [event for event in past if _shown(event)]
    hidden = bool(shown) and shown[-1].action_name != ACTION_LISTEN_NAME
    acted = next((event for event in reversed(shown) if event.action_name != ACTION_LISTEN_NAME), None)
    told = [] if acted is None else [ActionExecuted(ACTION_LISTEN_NAME), *_seen_with(past, tracker, domain), acted]
    return [*events, *told, *_loop(tracker, acted, domain), ActionExecuted(ACTION_LISTEN_NAME, hide_rule_turn=hidden)]


def _seen_with(past: Sequence[Event], tracker: DialogueStateTracker, domain: Domain) -> list[Event]:
    """The user message that the policies of stories saw with their last action. After a rule turn they go on seeing it,
    however old it is, until a story listens again."""
    seen = domain.states_for_tracker_history(tracker, ignore_rule_only_turns=True)[-2].get("user", {})
    messages = (event for event in reversed(past) if isinstance(event, UserUttered))
    message = next((event for event in messages if seen and event.intent_name == seen.get("intent")), None)
    return [] if message is None else [message]


def _loop(tracker: DialogueStateTracker, acted: Event | None, domain: Domain) -> list[Event]:
    """The open loop as it was opened; for a form that is over and was the last action of a story, that it is over."""
    name = tracker.active_loop_name
    of_loop = isinstance(acted, ActionExecuted) and acted.action_name in domain.form_names
    if name is None:
        return [ActiveLoop(None)] if of_loop else []
    opened = (
        [] if isinstance(acted, ActionExecuted) and acted.action_name == name else [ActionExecuted(name, hide_rule_turn=True)]
    )
    rejected = [ActionExecutionRejected(name)] if tracker.is_active_loop_rejected else []
    return [*opened, ActiveLoop(name), *rejected]


def _recent_start(events: Sequence[Event], turns: int) -> int:
    """Where the last ``turns`` turns begin: at a user message, unless they are more than MAX_RECENT events."""
    start, seen = len(events), 0
    floor = max(0, len(events) - MAX_RECENT)
    while start > floor and seen < turns:
        start -= 1
        seen += isinstance(events[start], UserUttered)
    return start


def _count(events: Iterable[Event]) -> WindowSize:
    """How many actions, and how many of stories."""
    actions = [event for event in events if isinstance(event, ActionExecuted)]
    return WindowSize(len(actions), sum(map(_shown, actions)))


def _cut(applied: Sequence[Event], need: WindowSize) -> int:
    """The last place in ``applied`` to begin at: before a user message, with enough actions after it, and no loop open, unless
    the loop has been open for very long."""
    actions = stories = 0
    inside = _inside_loop(applied)
    for index in range(len(applied) - 1, 0, -1):
        event = applied[index]
        actions += isinstance(event, ActionExecuted)
        stories += _shown(event)
        enough = actions >= need.actions and stories >= need.stories
        if enough and isinstance(event, UserUttered) and (not inside[index] or actions >= 2 * need.actions + MIN_ADDED):
            return index
    return 0


def _shown(event: Event) -> bool:
    """True for an action that the policies of stories see."""
    return isinstance(event, ActionExecuted) and not event.hide_rule_turn


def _inside_loop(events: Sequence[Event]) -> list[bool]:
    """For each place, whether a loop is open before it."""
    inside, now = [], False
    for event in events:
        inside.append(now)
        if isinstance(event, ActiveLoop):
            now = event.name is not None
    return inside


def _condense(applied: Sequence[Event], left: int, said: bool) -> list[Event]:
    """``applied`` without what nobody looks back on: rule turns older than the last ``left`` actions, words between two user
    messages, values that were overwritten before the next action, and what the bot said but for the last (unless ``said``)."""
    kept: list[Event] = []
    overwritten: set[Any] = set()
    heard = False  # a later user message, with no action between
    needed = True  # the action before a story's (did it come after listening?), or before a loop opens (the form itself)
    for event in reversed(applied):
        if isinstance(event, ActionExecuted):
            left -= 1
            if left < 0 and not needed and event.hide_rule_turn:
                continue
            overwritten, heard, needed = set(), False, _shown(event)
        elif isinstance(event, UserUttered):
            if heard:
                continue
            heard = True
        elif isinstance(event, BotUttered):
            if said:
                continue
            said = True
        elif (key := _key(event)) is not None:
            if key in overwritten or (isinstance(event, SlotSet) and "slots" in overwritten):
                continue
            overwritten.add(key)
            needed = needed or (isinstance(event, ActiveLoop) and event.name is not None)
        kept.append(event)
    return kept[::-1]


def _key(event: Event) -> Any:
    """What an event overwrites, if it only sets one thing."""
    if isinstance(event, SlotSet):
        return ("slot", event.key)
    if isinstance(event, ActiveLoop):
        return "loop"
    if isinstance(event, AllSlotsReset):
        return "slots"
    if isinstance(event, ConversationPaused | ConversationResumed):
        return "pause"
    if isinstance(event, DefinePrevUserUtteredFeaturization | EntitiesAdded):
        return event.type_name  # about the user message before it; of several messages the last is kept
    return None


def _same(long: Sequence[Event], short: Sequence[Event], domain: Domain, size: WindowSize) -> bool:
    """True when both lead to one state and show the policies the same recent past."""
    first, second = replay(long, domain), replay(short, domain)
    if _state(first) != _state(second):
        return False
    for ignore_rules, count in ((False, size.actions), (True, size.stories)):
        pasts = [domain.states_for_tracker_history(each, ignore_rule_only_turns=ignore_rules) for each in (first, second)]
        if pasts[0][-count:] != pasts[1][-count:]:
            return False
        if min(map(len, pasts)) < count and len(pasts[0]) != len(pasts[1]):
            return False  # the conversation's start is in sight, and not at the same distance
    return True


def _state(tracker: DialogueStateTracker) -> tuple[Any, ...]:
    loop = tracker.active_loop
    message = tracker.latest_message
    return (
        tracker.current_slot_values(),
        None if loop is None else (loop.name, loop.rejected, loop.is_interrupted),
        tracker.latest_action,
        tracker.followup_action,
        tracker.is_paused(),
        message and (message.text, message.intent, message.entities, message.message_id),
    )
