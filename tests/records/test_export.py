"""Records as files, for analysts: without persons unless they are asked for, and never without a note."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from records import export as exporting
from records.export import ExportRefused, Wanted, export
from records.sql import RecordsStore, opening
from tests.records.stories import ANA, BEN, NOW, at, said, talk

ALL = Wanted(at(-1), at(100), "jsonl", Path("set by each test"))


def read(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


async def test_json_lines_without_persons_hold_every_figure_and_nobody(
    store: RecordsStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "AT_ONCE", 3)
    await store.keep([*talk(ANA), *talk(BEN, 50), said(ANA, 200, "out of the range")])
    written = await export(store, replace(ALL, folder=tmp_path / "out"))
    assert (written.facts, written.conversations) == (10, 1)
    rows, text = read(written.files[0]), written.files[0].read_text() + written.files[1].read_text()
    assert len({row["id"] for row in rows}) == 10
    assert [trace for trace in ("p_ana", "p_ben", "941", "+1212", "new card", "range") if trace in text] == []
    assert {row["pseudonym"] for row in rows} == {said(ANA, 1, "").pseudonym, said(BEN, 1, "").pseudonym}
    assert [row["body"]["intent"] for row in rows if row["kind"] == "turn"] == ["balance", "balance"]
    assert [one["id"] for one in read(written.files[1])] == ["c_ben"]
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in written.files)


async def test_parquet_with_persons_holds_what_was_said(store: RecordsStore, tmp_path: Path) -> None:
    await store.keep(talk(ANA))
    written = await export(store, replace(ALL, folder=tmp_path, form="parquet", persons=True))
    table = pq.read_table(written.files[0])
    rows = table.to_pylist()
    assert str(table.schema.field("at").type) == "timestamp[us, tz=UTC]"
    assert {row["contact"] for row in rows} == {"p_ana"} and min(row["at"] for row in rows) == at(0)
    words = [json.loads(row["body"])["text"] for row in rows if row["kind"] == "message_in"]
    assert words == ["what is my balance"]
    assert pq.read_table(written.files[1]).to_pylist()[0]["contact"] == "p_ana"


async def test_nothing_at_all_is_an_empty_file_that_can_be_read(store: RecordsStore, tmp_path: Path) -> None:
    for form in ("jsonl", "parquet"):
        written = await export(store, replace(ALL, folder=tmp_path, form=form, until=at(0)))
        assert (written.facts, written.conversations) == (0, 0)
    assert pq.read_table(tmp_path / "facts.parquet").num_rows == 0
    assert (tmp_path / "facts.jsonl").read_text() == ""


async def test_every_export_is_written_down(store: RecordsStore, tmp_path: Path) -> None:
    await store.keep(talk(ANA))
    await export(store, replace(ALL, folder=tmp_path / "first", persons=True))
    second = await export(store, replace(ALL, folder=tmp_path / "second"))
    [note] = [row for row in read(second.files[0]) if row["kind"] == "exported"]
    assert note["body"] == {
        "since": at(-1).isoformat().replace("+00:00", "Z"),
        "until": at(100).isoformat().replace("+00:00", "Z"),
        "form": "jsonl",
        "persons": True,
        "files": [str(tmp_path / "first" / name) for name in ("facts.jsonl", "conversations.jsonl")],
        "facts": 5,
        "conversations": 1,
    }
    assert note["at"] == NOW.isoformat()


async def test_an_export_that_cannot_be_made_says_why_and_leaves_nothing(store: RecordsStore, tmp_path: Path) -> None:
    with pytest.raises(ExportRefused, match="end must come after"):
        await export(store, replace(ALL, folder=tmp_path, until=at(-5)))
    with pytest.raises(ExportRefused, match="not xlsx"):
        await export(store, replace(ALL, folder=tmp_path, form="xlsx"))
    (tmp_path / "facts.jsonl").write_text("an earlier one")
    with pytest.raises(ExportRefused, match="is there already"):
        await export(store, replace(ALL, folder=tmp_path))
    with pytest.raises(ExportRefused, match="cannot be written"):
        await export(store, replace(ALL, folder=tmp_path / "facts.jsonl" / "below"))
    assert [name for name in os.listdir(tmp_path) if not name.startswith("records.sqlite")] == ["facts.jsonl"]
    assert (tmp_path / "facts.jsonl").read_text() == "an earlier one"


def command(url: str, *words: str) -> subprocess.CompletedProcess[str]:
    here = {**os.environ, "RECORDS_URL": url, "PYTHONPATH": str(Path.cwd())}
    return subprocess.run([sys.executable, "-m", "records", *words], capture_output=True, text=True, env=here, timeout=60)


async def test_operators_export_and_answer_a_person_from_the_terminal(tmp_path: Path) -> None:
    url, out = f"sqlite:///{tmp_path / 'records.sqlite'}", tmp_path / "out"
    async with opening(url, lambda: NOW) as store:
        await store.keep(talk(ANA))
    days = ("export", "--from", "2026-11-27", "--to", "2026-11-28", "--format", "parquet", "--out", str(out))
    done = command(url, *days)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("5 facts and 1 conversations: ") and done.stdout.endswith("(without persons)\n")
    assert sorted(os.listdir(out)) == ["conversations.parquet", "facts.parquet"]
    again = command(url, *days)
    assert (
        again.returncode == 1 and again.stderr == f"onethread: {out / 'facts.parquet'} is there already: choose another folder.\n"
    )
    assert len(json.loads(command(url, "subject", "p_ana").stdout)["facts"]) == 5
