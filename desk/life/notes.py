"""Notes among colleagues as lines of the thread: of another kind than all that a customer could be sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.model import Author, Handoff, Note, TranscriptLine
from desk.show import Day, Line
from desk.words import words

SAY = words()
NOTE = "note"


def agents_of(handoff: Handoff) -> set[str]:
    """The usernames that a handoff's life mentions."""
    offered = {handoff.offer.to, handoff.offer.by} if handoff.offer else set()
    every = {note.agent for note in handoff.notes} | {handoff.agent, handoff.taken_from} | offered
    return {name for name in every if name}


def with_notes(days: Sequence[Day], notes: Sequence[Note], names: Mapping[str, str]) -> list[Day]:
    """The thread with the notes where they were written; without notes it stays in the order in which it is kept."""
    if not notes:
        return list(days)
    lines = [*(line for day in days for line in day.lines), *(_line(note, names) for note in notes)]
    lines.sort(key=lambda line: line.said.at)
    grouped: list[tuple[Line, list[Line]]] = []
    for line in lines:
        if not grouped or grouped[-1][0].said.at.date() != line.said.at.date():
            grouped.append((line, []))
        grouped[-1][1].append(line)
    return [Day(first.said.at, tuple(found)) for first, found in grouped]


def _line(note: Note, names: Mapping[str, str]) -> Line:
    said = ": ".join(part for part in (SAY(f"note.{note.about}") if note.about else "", note.text) if part)
    by = names.get(note.agent, note.agent)
    author = SAY("note.by", agent=by) if note.agent else SAY("note.label")
    return Line(f"note-{note.id}", TranscriptLine(note.at, Author.NOTICE, None, said, note.agent), author, "", "", NOTE)
