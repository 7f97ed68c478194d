"""The drawing of the house (docs/architecture.md): each room and its floors, read from the contracts of ``.importlinter``.

``python -m tools.house`` writes ``docs/pictures/house.svg`` anew; a test says when it must be. A box may import what stands on
lower floors of the same frame; what stands side by side does not know each other.
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[1]
CONTRACTS, PICTURE = ROOT / ".importlinter", ROOT / "docs" / "pictures" / "house.svg"
WIDTH, PAD, ROW, TITLE = 960, 10, 30, 26
"""In pixels."""
STYLE = """
text { font: 14px system-ui, sans-serif; fill: #1c2430; text-anchor: middle }
.room { fill: #f4f6f9; stroke: #8a94a6 } .name { font-weight: 600 } .floor { fill: #ffffff; stroke: #b7bfcc }
@media (prefers-color-scheme: dark) {
  text { fill: #e8ecf2 } .room { fill: #1d232d; stroke: #6b7686 } .floor { fill: #2a323e; stroke: #556070 }
}
"""

Floors = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A top-level folder and its floors, the highest first; each floor holds names side by side."""

    name: str
    floors: Floors = ()

    @property
    def height(self) -> int:
        return TITLE + PAD + len(self.floors) * (ROW + 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The rooms floor by floor, and those that stand beside the house."""

    floors: Sequence[Sequence[Room]]
    beside: Sequence[Room]


def _floors(contract: configparser.SectionProxy) -> Floors:
    lines = [line.strip() for line in contract["layers"].strip().splitlines()]
    return [[name.strip("() ") for name in re.split(r"[|:]", line)] for line in lines if not line.startswith("#")]


def read(path: Path = CONTRACTS) -> House:
    """The house as the contracts have it: those of type ``layers``; the one over whole folders gives the floors."""
    parser = configparser.ConfigParser()
    parser.read(path, encoding="utf-8")
    inside: dict[str, Floors] = {}
    main: Floors = ()
    for section in parser.sections():
        contract = parser[section]
        if contract.get("type") != "layers":
            continue
        floors = _floors(contract)
        room = contract.get("containers", "").strip() or floors[0][0].partition(".")[0]
        if not contract.get("containers") and "." not in floors[0][0]:
            main = floors
        else:
            inside[room] = [[name.removeprefix(f"{room}.") for name in floor] for floor in floors]
    roots = parser["importlinter"]["root_packages"].split()
    inhabited = {name for floor in main for name in floor}

    def room_of(name: str) -> Room:
        return Room(name=name, floors=inside.get(name, ()))

    return House(
        floors=[[room_of(name) for name in floor] for floor in main],
        beside=[room_of(name) for name in roots if name not in inhabited],
    )


def _box(x: float, y: float, width: float, height: float, kind: str) -> str:
    return f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="5"/>'


def _word(x: float, y: float, text: str, kind: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}"{f" class={kind!r}" if kind else ""}>{escape(text)}</text>'


def _drawn(room: Room, x: float, y: float, width: float, height: float) -> Iterator[str]:
    yield _box(x, y, width, height, "room")
    yield _word(x + width / 2, y + 18, f"{room.name}/", "name")
    for n, floor in enumerate(room.floors):
        top, each = y + TITLE + n * (ROW + 6), (width - 2 * PAD) / len(floor)
        for m, name in enumerate(floor):
            yield _box(x + PAD + m * each + 2, top, each - 4, ROW, "floor")
            yield _word(x + PAD + (m + 0.5) * each, top + 20, name)


def _row(rooms: Sequence[Room], y: float) -> Iterator[str]:
    height, width = max(room.height for room in rooms), (WIDTH - PAD) / len(rooms)
    for n, room in enumerate(rooms):
        yield from _drawn(room, PAD + n * width, y, width - PAD, height)


def draw(house: House) -> str:
    """The SVG. Rooms beside the house stand under it, three in a row."""
    rows = [*house.floors, *(house.beside[n : n + 3] for n in range(0, len(house.beside), 3))]
    parts: list[str] = []
    y = float(PAD)
    for n, rooms in enumerate(rows):
        if n == len(house.floors):
            parts.append(_word(WIDTH / 2, y + 16, "beside the house: what starts, stands in for, plays and measures it"))
            y += 30
        parts += _row(rooms, y)
        y += max(room.height for room in rooms) + PAD
    title = "<title>Rooms and floors: each may import what stands under it</title>"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y:g}" role="img">{title}<style>{STYLE}</style>'
    return "\n".join([head, *parts, "</svg>\n"])


if __name__ == "__main__":
    PICTURE.write_text(draw(read()), encoding="utf-8")
