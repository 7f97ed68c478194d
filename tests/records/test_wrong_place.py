"""Who looks into the wrong place is told so: no empty database is made, and a file that is taken away is missed at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from records.errors import RecordsRefused, RecordsUnavailable
from records.sql import RecordsStore, opening
from records.sql.engine import url_of
from tests.records.stories import ANA, BEN, NOW, talk
from tests.records.test_export import command

DAYS = ("export", "--from", "2026-11-27", "--to", "2026-11-28", "--out")


@pytest.mark.parametrize("words", [("subject", "p_ana"), (*DAYS, "out")])
def test_commands_make_no_database_where_there_is_none(tmp_path: Path, words: tuple[str, ...]) -> None:
    words = (*words[:-1], str(tmp_path / "out")) if words[-1] == "out" else words
    done = command(f"sqlite:///{tmp_path / 'elsewhere.sqlite'}", *words)
    assert done.returncode == 1 and list(tmp_path.iterdir()) == []
    sentence = f"The records database {tmp_path / 'elsewhere.sqlite'} is not there: set RECORDS_URL, or ONETHREAD_HOME"
    assert sentence in done.stderr and done.stderr.count("\n") == 1 and done.stdout == ""


async def test_a_database_without_records_is_none_of_ours_and_stays_as_it_is(records_url: str) -> None:
    if records_url.startswith("sqlite"):
        touch(Path(str(url_of(records_url).database)))
    for _ in range(2):
        with pytest.raises(RecordsRefused, match="has no records in it: set RECORDS_URL"):
            async with opening(records_url, create=False):
                raise AssertionError("it was opened")
    async with opening(records_url, lambda: NOW) as store:
        await store.keep(talk(ANA))
    async with opening(records_url, create=False) as store:
        assert (await store.lines("c_ana")).rows


def touch(file: Path) -> None:
    file.touch()


def around(file: Path) -> list[Path]:
    return sorted(file.parent.iterdir())


def moved_away(file: Path) -> list[Path]:
    """With its log: where they are now."""
    return [one.rename(one.with_name(f"away-{one.name}")) for one in around(file)]


def put_back(moved: list[Path]) -> None:
    for one in moved:
        one.rename(one.with_name(one.name.removeprefix("away-")))


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    return tmp_path / "records.sqlite"


@pytest.mark.parametrize("way", ["removed", "replaced", "put back"])
async def test_a_file_that_is_taken_away_while_it_is_open_is_missed(file: Path, way: str) -> None:
    """What would go into the file that nobody can open any more is refused, and waits."""
    sentence = "was removed or replaced while it was open: put the file back, or restart"
    async with opening(f"sqlite:///{file}", lambda: NOW) as store:
        await store.keep(talk(ANA))
        moved = moved_away(file)
        if way == "replaced":
            touch(file)
        for act in (store.answers(), store.keep(talk(BEN)), store.lines("c_ana")):
            with pytest.raises(RecordsUnavailable, match=sentence):
                await act
        assert (file in around(file)) == (way == "replaced"), "none is made in its place"
        if way == "put back":
            put_back(moved)
            assert (await store.keep(talk(BEN))).added == 5


async def test_tables_that_are_gone_are_a_sentence(store: RecordsStore) -> None:
    async with store.engine.begin() as connection:
        await connection.exec_driver_sql("DROP TABLE lines")
    with pytest.raises(RecordsUnavailable, match="has no records in it any more: bring back its backup") as told:
        await store.lines("c_ana")
    assert "Error" not in str(told.value)


async def test_what_the_database_says_of_itself_reaches_the_log_alone(store: RecordsStore) -> None:
    async with store.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE lines RENAME COLUMN text TO words")
    with capture_logs() as logged, pytest.raises(RecordsUnavailable) as told:
        await store.keep(talk(ANA))
    assert str(told.value).endswith("refuses what is asked of it: the log has its own words.")
    (line,) = [one for one in logged if one["event"] == "records_refused"]
    assert "text" in line["says"] and "941" not in str(line), "and nobody else's"


async def test_nobody_is_no_success(file: Path) -> None:
    async with opening(f"sqlite:///{file}", lambda: NOW) as store:
        await store.keep(talk(ANA))
    done = command(f"sqlite:///{file}", "subject", "p_ana", "nobody")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "onethread: Nobody is known by nobody: name contacts by their ids (p_...).\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--from", "yesterday", "--to", "2026-11-28", "--out", "o"], "FROM must be a day or a time"),
        (["--from", "2026-11-27", "--to", "", "--out", "o"], "such as TO=2026-11-01 (UTC): it is missing."),
        (["--from", "2026-11-28", "--to", "2026-11-27", "--out", "o"], "FROM=2026-11-28 must come before TO=2026-11-27"),
        (["--from", "2026-11-27", "--to", "2026-11-28", "--out", ""], "Name the folder that the files go to: OUT=folder"),
        (
            ["--from", "2026-11-27", "--to", "2026-11-28", "--out", "o", "--format", "xlsx"],
            "FORMAT is jsonl or parquet, not 'xlsx'",
        ),
    ],
)
def test_an_export_that_cannot_be_meant_is_one_sentence(file: Path, words: list[str], sentence: str) -> None:
    done = command(f"sqlite:///{file}", "export", *words)
    assert done.returncode == 2 and sentence in done.stderr and done.stderr.count("\n") == 1
