"""The house stays readable: short functions, folders that a reader can take in."""

from __future__ import annotations

import ast
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web
from redis.asyncio import Redis

from desk.access.table import WHO_MAY
from desk.agents import AgentDirectory
from desk.sessions import SessionStore
from desk.views import Desk
from tests.desk.fake_people import FakeClock, FakePeople

ROOT = Path(__file__).parent.parent
PRODUCT = [
    folder.name
    for folder in sorted(ROOT.iterdir())
    if folder.is_dir() and folder.name not in ("tests", "docs") and not folder.name.startswith(".") and [*folder.glob("*.py")]
]
LINES = 60
"""Of one function, its signature and docstring included."""
FILES = 15
CROWDED: dict[str, str] = {}
"""Folders with more files, and why."""


def sources() -> Iterator[Path]:
    for folder in PRODUCT:
        yield from sorted((ROOT / folder).rglob("*.py"))


def too_long(text: str) -> list[str]:
    """Functions of the source that are too long, nested ones included."""
    found = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    lengths = [(node.name, (node.end_lineno or 0) - node.lineno + 1) for node in found]
    return [f"{name}: {length} lines" for name, length in lengths if length > LINES]


def test_no_function_of_the_product_is_longer_than_a_screen() -> None:
    assert "gateway" in PRODUCT and "bot" in PRODUCT
    found = [f"{path.relative_to(ROOT)} {one}" for path in sources() for one in too_long(path.read_text(encoding="utf-8"))]
    assert found == []


def test_no_folder_holds_more_files_than_a_reader_can_take_in() -> None:
    counted = Counter(str(path.parent.relative_to(ROOT)) for path in sources() if path.name != "__init__.py")
    assert {folder: n for folder, n in counted.items() if n > FILES and folder not in CROWDED} == {}


@pytest.mark.parametrize(("statements", "found"), [(LINES - 1, []), (LINES, [f"f: {LINES + 1} lines"])])
def test_a_function_of_one_line_too_many_is_found(statements: int, found: list[str]) -> None:
    assert too_long("async def f():\n" + "    pass\n" * statements) == found


def test_every_route_of_the_desk_says_who_may() -> None:
    """All that it has with nothing configured; ``tests/desk/access`` asks for every one in every role."""
    nowhere, clock = Redis(port=1), FakeClock()
    desk = Desk(FakePeople(clock), AgentDirectory(nowhere), SessionStore(nowhere, clock=clock), clock=clock, secure_cookies=True)
    app = web.Application()
    app.add_routes(desk.routes())
    found = {(route.method, route.resource.canonical) for route in app.router.routes() if route.resource}
    unlisted = sorted(route for route in found if route[0] != "HEAD" and route not in WHO_MAY)
    assert unlisted == [], "add each to desk/access/table.py with the roles that may"


def test_no_link_is_kept() -> None:
    """One to a developer's own folder (``.venv``) breaks every clone. Without git there is nothing to look at: an unpacked
    archive."""
    if not (ROOT / ".git").exists():
        pytest.skip("no git here")
    listed = subprocess.run(["git", "ls-files", "--stage"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [line.split("\t")[1] for line in listed.splitlines() if line.startswith("120000 ")] == []
