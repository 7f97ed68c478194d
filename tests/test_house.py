"""The house stays readable: short functions, folders that a reader can take in."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

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
