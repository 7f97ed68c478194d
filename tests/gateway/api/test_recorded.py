"""What is kept for good is searched and read over the API, in pages, and each read of words is written down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp.test_utils import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from records.export import Wanted, export
from records.sql import RecordsStore
from records.sql.queries.pages import cursor
from tests.gateway.api.conftest import Asking
from tests.records.stories import ANA, BEN, NOW, answered, said, talk

NASTY = (
    '"',
    '""',
    "'; DROP TABLE facts; --",
    "balance*",
    "NEAR(balance dollars, 2)",
    'balance" OR "card',
    "text:balance",
    "^balance",
    "a AND",
    "NOT",
    "(((",
    "balance & ! | <->",
    "\x00\x01\x1f",
    "\ud83d" + "x",
    "%",
    "\u202e\ufeff",
    "--",
    "x" * 200,
)
WITHOUT_WORDS = {"id", "contact", "pseudonym", "first_at", "last_at", "channels", "last_intent", "outcome", "joined_into"}


async def test_a_conversation_is_found_by_its_words_and_by_what_became_of_it(asking: Asking, store: RecordsStore) -> None:
    await store.keep([*talk(ANA), said(BEN, 5, "my card is lost")])
    status, found = await asking.gets("/conversations", q="balance what")
    assert status == 200 and [one["id"] for one in found["conversations"]] == ["c_ana"]
    assert set(found["conversations"][0]) == WITHOUT_WORDS and found["next"] is None
    for asked in ({"channel": "web"}, {"from": "2026-11-27T12:04:00Z"}, {"q": "LOST"}, {"contact": "p_ben"}):
        _, found = await asking.gets("/conversations", **asked)
        assert [one["id"] for one in found["conversations"]] == ["c_ben"], asked
    for asked in ({"intent": "balance"}, {"outcome": "solved"}, {"to": "2026-11-27T12:04:00+00:00"}):
        _, found = await asking.gets("/conversations", **asked)
        assert [one["id"] for one in found["conversations"]] == ["c_ana"], asked
    seen = await asking.told()
    assert {(one.kind, one.body["what"], one.body["by"]) for one in seen} == {
        ("access_read", "conversations", "INTERNAL_API_TOKEN")
    }
    assert len(seen) == 8 and "balance" not in repr(seen) and "LOST" not in repr(seen), "each search, and not for what"


async def test_pages_lead_from_one_to_the_next(asking: Asking, store: RecordsStore) -> None:
    await store.keep([said(ANA, n, f"line {n}") for n in range(7)])
    _, newest = await asking.gets("/conversations/c_ana/lines", limit=3)
    assert [line["text"] for line in newest["lines"]] == ["line 4", "line 5", "line 6"] and newest["after"] is None
    _, older = await asking.gets("/conversations/c_ana/lines", limit=3, before=newest["before"])
    assert [line["text"] for line in older["lines"]] == ["line 1", "line 2", "line 3"]
    _, oldest = await asking.gets("/conversations/c_ana/lines", limit=3, before=older["before"])
    assert [line["text"] for line in oldest["lines"]] == ["line 0"] and oldest["before"] is None
    _, back = await asking.gets("/conversations/c_ana/lines", limit=3, after=oldest["after"])
    assert back["lines"] == older["lines"]
    _, first = await asking.gets("/conversations/c_ana/facts", limit=5)
    _, rest = await asking.gets("/conversations/c_ana/facts", limit=5, cursor=first["next"])
    assert [fact["body"]["text"] for fact in first["facts"] + rest["facts"]] == [f"line {n}" for n in range(7)]
    assert rest["next"] is None


async def test_each_read_of_words_is_a_fact_with_who_where_and_how_much(asking: Asking, store: RecordsStore) -> None:
    await store.keep(talk(ANA))
    await asking.gets("/conversations/c_ana/lines")
    await asking.gets("/conversations/c_ana/facts")
    first, second = await asking.told()
    assert first.kind == second.kind == "transcript_read" and first.id != second.id and first.at == NOW
    assert first.conversation_id == "c_ana" and first.body["lines"] == second.body["lines"] == 3
    assert (first.body["reader"], first.body["where"], first.body["network"]) == ("INTERNAL_API_TOKEN", "API", "127.0.0.1")
    await store.keep([first, second])
    _, found = await asking.gets("/conversations/c_ana/facts", kind="transcript_read")
    assert [fact["id"] for fact in found["facts"]] == sorted([first.id, second.id])


async def test_of_another_contact_nothing_is_shown(asking: Asking, store: RecordsStore) -> None:
    await store.keep([*talk(ANA), said(BEN, 5, "my card is lost")])
    _, found = await asking.gets("/contacts/p_ben/conversations")
    assert [one["id"] for one in found["conversations"]] == ["c_ben"]
    _, lines = await asking.gets("/conversations/c_ben/lines")
    assert {line["conversation_id"] for line in lines["lines"]} == {"c_ben"}
    _, found = await asking.gets("/conversations", q="balance", contact="p_ben")
    assert found["conversations"] == []


async def test_what_cannot_be_written_down_is_not_shown(asking: Asking, store: RecordsStore) -> None:
    await store.keep(talk(ANA))
    await asking.redis.config_set("maxmemory", 1)
    try:
        status, answer = await asking.gets("/conversations/c_ana/lines")
    finally:
        await asking.redis.config_set("maxmemory", 0)
    assert status == 503 and set(answer) == {"error"}


PATHS = ("/conversations", "/conversations/c_ana/lines", "/conversations/c_ana/facts", "/contacts/p_ana/conversations")


@pytest.mark.parametrize("path", PATHS)
async def test_who_has_no_token_learns_nothing(asking: Asking, store: RecordsStore, path: str) -> None:
    await store.keep(talk(ANA))
    client: TestClient[Any, Any] = asking.client
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic x"}):
        answer = await client.get(path, headers=headers)
        assert answer.status == 401 and set(await answer.json()) == {"error"}
    assert await asking.told() == []


WRONG = [
    ("/conversations", {"from": "yesterday"}, "from must be a day or a time"),
    ("/conversations", {"from": "2026-02-30"}, "from must be a day or a time"),
    ("/conversations", {"to": "0001-01-01T00:00:00+14:00"}, "to must be a day or a time"),
    ("/conversations", {"from": "2026-11-02", "to": "2026-11-01"}, "from must come before to"),
    ("/conversations", {"channel": "fax"}, "channel must be one of web, messenger, sms, voice"),
    ("/conversations", {"limit": "0"}, "limit must be a number from 1 to 500"),
    ("/conversations", {"limit": "501"}, "limit must be"),
    ("/conversations", {"limit": "9" * 400}, "limit must be"),
    ("/conversations", {"limit": "-1"}, "limit must be"),
    ("/conversations", {"limit": "\u0665"}, "limit must be"),
    ("/conversations", {"q": "x" * 201}, "q may have 200 characters at most"),
    ("/conversations", {"contact": "x" * 4000}, "contact may have 200 characters"),
    ("/conversations", {"chanel": "web"}, "there is no parameter 'chanel'"),
    ("/conversations", {"cursor": "abc"}, "this cursor is not one of ours"),
    ("/conversations", {"cursor": cursor(NOW, 1)}, "this cursor is not one of ours"),
    ("/conversations", {"cursor": "x" * 601}, "cursor is not a cursor of ours"),
    ("/conversations/c_ana/lines", {"before": cursor(NOW, 10**30, "f")}, "this cursor is not one of ours"),
    ("/conversations/c_ana/lines", {"before": cursor(NOW, 1, "\x00")}, "this cursor is not one of ours"),
    ("/conversations/c_ana/lines", {"before": cursor(NOW, 1, "\ud800")}, "this cursor is not one of ours"),
    ("/conversations/c_ana/lines", {"before": "a", "after": "b"}, "give before or after"),
    ("/conversations/c_ana/facts", {"kind": "secrets"}, "kind is none of the facts"),
]


@pytest.mark.parametrize(("path", "asked", "sentence"), WRONG, ids=range(len(WRONG)))
async def test_what_is_asked_wrongly_is_answered_with_a_sentence(
    asking: Asking, path: str, asked: dict[str, str], sentence: str
) -> None:
    status, answer = await asking.gets(path, **asked)
    assert status == 400 and answer["error"].startswith(sentence)


async def test_a_parameter_given_twice_and_nine_thousand_characters_are_refused(asking: Asking) -> None:
    status, answer = await asking.gets("/conversations?q=a&q=b")
    assert status == 400 and answer == {"error": "q is given 2 times"}
    longest = await asking.client.get("/conversations", params={"q": "x" * 9000})
    assert longest.status == 400 and "Traceback" not in await longest.text()


async def test_what_was_never_recorded_is_not_found(asking: Asking) -> None:
    unknown = ("/conversations/c_unknown/lines", "/conversations/c_unknown/facts", "/contacts/p_unknown/conversations")
    asked = ("/conversations/c_unknown/facts?kind=turn", f"/conversations/c_unknown/lines?after={cursor(NOW, 1, 'f')}")
    for path in (*unknown, *asked, f"/conversations/{quote('x' * 3000)}/lines"):
        status, answer = await asking.gets(path)
        assert status == 404 and set(answer) == {"error"}
    assert await asking.told() == []


async def test_of_a_conversation_that_is_known_nothing_may_be_there(asking: Asking, store: RecordsStore) -> None:
    await store.keep(talk(ANA))
    assert (await asking.gets("/conversations/c_ana/facts", kind="delivery"))[1]["facts"] == []
    assert (await asking.gets("/conversations/c_ana/lines", after=cursor(NOW.replace(year=2090), 1, "f")))[1]["lines"] == []


async def test_a_field_has_one_name_in_the_api_the_export_and_a_persons_file(
    asking: Asking, store: RecordsStore, tmp_path: Path
) -> None:
    await store.keep(talk(ANA))
    until = NOW.replace(year=2027)
    await export(store, Wanted(NOW, until, "jsonl", tmp_path, persons=True))
    own = await store.subject(["p_ana"])

    def written(name: str) -> dict[str, Any]:
        rows = [json.loads(row) for row in (tmp_path / f"{name}.jsonl").read_text().splitlines()]
        return next(row for row in rows if row["id"] == shown[name]["id"])

    _, facts = await asking.gets("/conversations/c_ana/facts", kind="turn")
    _, found = await asking.gets("/contacts/p_ana/conversations")
    _, lines = await asking.gets("/conversations/c_ana/lines")
    shown = {"facts": facts["facts"][0], "conversations": found["conversations"][0]}
    for name in shown:
        assert written(name).keys() <= shown[name].keys(), name
        assert all(written(name)[field] == shown[name][field] for field in written(name) if field != "body")
    (conversation,) = own["conversations"]
    assert conversation["contact"] == "p_ana" and written("conversations").keys() <= conversation.keys()
    assert {"id", "conversation_id", "message_id", "text"} <= lines["lines"][0].keys() & own["lines"][0].keys()


@pytest.mark.parametrize("words", NASTY, ids=[repr(words)[:30] for words in NASTY])
async def test_words_are_never_a_query_language(asking: Asking, store: RecordsStore, words: str) -> None:
    await store.keep(talk(ANA))
    for name in ("q", "intent", "contact"):
        asked = quote(words, errors="surrogatepass")
        answer = await asking.client.get(f"/conversations?{name}={asked}", headers={"Authorization": f"Bearer {'t' * 40}"})
        assert answer.status == 200, await answer.text()
    status, _ = await asking.gets(f"/conversations/{quote(words, safe='', errors='surrogatepass')}/lines")
    assert status == 404


@given(words=st.text(max_size=250), place=st.one_of(st.none(), st.text(max_size=100)))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_question_raises(asking: Asking, store: RecordsStore, words: str, place: str | None) -> None:
    asked = {"q": words, **({"cursor": place} if place else {})}
    path = "/conversations?" + "&".join(f"{name}={quote(text, errors='surrogatepass')}" for name, text in asked.items())
    status, answer = await asking.gets(path)
    assert status in (200, 400) and ("error" in answer) is (status == 400)


@given(moment=st.datetimes(), n=st.one_of(st.integers(), st.text(), st.none()), name=st.one_of(st.text(), st.integers()))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_cursor_raises(asking: Asking, store: RecordsStore, moment: object, n: object, name: object) -> None:
    made = cursor(NOW.replace(year=moment.year), n, name)  # type: ignore[attr-defined]
    await store.keep([answered(ANA, 1, "hello", minutes=1)])
    status, _ = await asking.gets("/conversations/c_ana/lines", before=made)
    assert status in (200, 400)


async def test_a_database_that_is_away_is_one_sentence(asking: Asking, store: RecordsStore, records_url: str) -> None:
    await store.keep(talk(ANA))
    async with store.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE lines RENAME TO lines_gone")
    status, answer = await asking.gets("/conversations/c_ana/lines")
    assert status == 503 and answer["error"].startswith("The records database") and "pa55" not in answer["error"]
