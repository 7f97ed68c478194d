"""The day in figures: each handoff once, by channel and agent, against what its queue promises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.model import About, Fact
from bot.model.facts import made
from desk.supervision.day import figures

AT = datetime(2026, 11, 28, 9, tzinfo=UTC)


def fact(kind: str, handoff: str, channel: str, **body: object) -> Fact:
    about = About(f"c_{handoff}", None, channel)
    return made(kind, handoff, AT, about, {"handoff_id": handoff} | body)


def promised(queue: str) -> timedelta | None:
    return timedelta(minutes=5) if queue == "general" else None


DAY = [
    fact("handoff_opened", "h1", "sms", queue="general", reason="card"),
    fact("handoff_opened", "h2", "web", queue="general", reason="card"),
    fact("handoff_opened", "h3", "web", queue="cards", reason="card"),
    fact("handoff_accepted", "h1", "sms", agent="sam", waited_seconds=60.0),
    fact("handoff_accepted", "h2", "web", agent="kim", waited_seconds=301.0),
    fact("handoff_accepted", "h3", "web", agent="kim", waited_seconds=10.0),
    fact("handoff_accepted", "h1", "sms", agent="kim", waited_seconds=900.0),
    fact("handoff_closed", "h1", "sms", agent="kim", outcome="agreed"),
    fact("handoff_closed", "h3", "web", agent="", outcome="alone"),
    fact("survey_answer", "h1", "sms", survey="rating", agent="kim", score=5),
    fact("survey_answer", "h2", "web", survey="rating", agent="kim", score=2),
    fact("survey_answer", "h4", "voice", survey="effort", score=1),
]


def test_each_is_counted_once_by_its_first_answer() -> None:
    day = figures(DAY, promised)
    assert (day.all.asked, day.all.answered, day.all.closed, day.all.middle) == (3, 3, 2, 60.0)
    assert (day.all.kept, day.all.promised, day.all.share) == (1, 2, 50)
    assert (day.by_channel["sms"].answered, day.by_channel["web"].asked) == (1, 2)
    assert (day.by_agent["sam"].answered, day.by_agent["kim"].answered, day.by_agent["kim"].closed) == (1, 2, 1)


def test_ratings_of_talks_are_counted_for_the_agent_and_the_channel_and_no_other_survey_is() -> None:
    day = figures(DAY, promised)
    assert (day.all.rated, day.all.rating, day.by_agent["kim"].rating) == ([5, 2], 3.5, 3.5)
    assert (day.by_channel["sms"].rating, day.by_agent["sam"].rating, day.by_channel["voice"].rating) == (5, None, None)


def test_where_nothing_happened_nothing_is_claimed() -> None:
    day = figures([], promised)
    assert (day.all.share, day.all.middle, day.by_agent) == (None, None, {})
    assert figures(DAY, lambda _queue: None).all.share is None
