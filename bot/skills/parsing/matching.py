"""Whether the name that somebody gave is the name on record: in any order, with titles, initials and second names."""

from __future__ import annotations

from bot.skills.parsing.names import PARTICLES, key, without_titles

MORE = 2
"""Names that may be given beside those on record (a second surname, a middle name); more would be guessing."""


def same(given: str, recorded: str) -> bool:
    """True when both name one person. One name of several is too little, and so are initials alone."""
    return any(_alike(mine, theirs) for mine in _readings(given) for theirs in _readings(recorded))


def _alike(mine: list[str], theirs: list[str]) -> bool:
    if not mine or not theirs:
        return False
    return _written_together(mine, theirs) or _fits(mine, theirs) or _fits(mine, _core(theirs))


def _readings(name: str) -> tuple[list[str], ...]:
    """The words of a name as they are compared, without titles; and with them, since a title may be a name."""
    words = key(name).split()
    return without_titles(words), words


def _core(words: list[str]) -> list[str]:
    return [word for word in words if word not in PARTICLES] or words


def _written_together(mine: list[str], theirs: list[str]) -> bool:
    """``Jeanluc Picard``, and names of scripts that write them without a space; the last word may come first."""
    whole = "".join(theirs)
    return any("".join(mine[place:] + mine[:place]) == whole for place in range(len(mine)))


def _fits(mine: list[str], theirs: list[str]) -> bool:
    """Each name on record is given, except middle ones; what is given beside them is little."""
    if len(theirs) == 1:
        return mine == theirs
    pairs = _paired(mine, theirs)
    first, *_, last = range(len(theirs))
    if first not in pairs or last not in pairs or mine[pairs[last]] != theirs[last]:
        return False
    more = [word for place, word in enumerate(mine) if place not in pairs.values() and len(word) > 1]
    return len(more) < MORE or (len(more) == MORE and pairs[first] == 0)


def _paired(mine: list[str], theirs: list[str]) -> dict[int, int]:
    """Which word of ``mine`` stands for which of ``theirs``: whole words first, then initials."""
    pairs: dict[int, int] = {}
    for fits in (lambda one, other: one == other, _initial):
        for place, word in enumerate(theirs):
            free = (mark for mark, own in enumerate(mine) if mark not in pairs.values() and fits(own, word))
            if place not in pairs and (found := next(free, None)) is not None:
                pairs[place] = found
    return pairs


def _initial(one: str, other: str) -> bool:
    return 1 in (len(one), len(other)) and one[0] == other[0]
