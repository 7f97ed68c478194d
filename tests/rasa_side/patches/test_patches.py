"""Each patch by what breaks without it."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from typing import Any

import jsonschema
import numpy as np
import packaging.version
import pytest
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.core.agent import Agent
from rasa.core.tracker_store import InMemoryTrackerStore, SQLTrackerStore
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, LegacyForm, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from sanic import Sanic

from bot.rasa_side import failures
from bot.rasa_side.patches import catalogue as patches
from bot.rasa_side.patches import compat
from tests.conftest import free_port


def test_names_that_rasa_imports_are_back() -> None:
    assert isinstance(packaging.version.LegacyVersion, type)  # type: ignore[attr-defined]
    assert issubclass(np.VisibleDeprecationWarning, Warning)  # type: ignore[attr-defined]


def test_dask_takes_inputs() -> None:
    import dask

    graph: dict[str, Any] = {"double": (lambda pair: pair[1] * 2, "__x__")}
    DaskGraphRunner._add_inputs_to_graph({"__x__": 21}, graph)
    assert dict(zip(["double"], dask.get(graph, ["double"]), strict=True)) == {"double": 42}
    with pytest.raises(GraphRunError):
        DaskGraphRunner._add_inputs_to_graph({"__y__": "double"}, graph)


def test_dask_calls_rasas_own_way_a_cycle() -> None:
    """Should this one day pass without the patch, the patch can go."""
    import dask

    with pytest.raises(RuntimeError, match="Cycle"):
        dask.get({"__x__": ("__x__", 21), "double": (lambda pair: pair[1] * 2, "__x__")}, ["double"])


def test_sanic_runs_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}

    def run(self: Any, host: str | None = None, single_process: bool = False, workers: int = 1, motd: bool = True) -> None:
        seen.update(single_process=single_process, workers=workers)

    monkeypatch.setattr(Sanic, "run", run)
    patches.sanic_single_process()
    patches.sanic_single_process()  # a second time changes nothing
    Sanic.run(Sanic("onethread_test"), host="127.0.0.1", workers=4)
    assert seen == {"single_process": True, "workers": 1}


def test_sql_tracker_store_opens() -> None:
    url = SQLTrackerStore.get_db_url(dialect="sqlite", db="x.db")
    assert str(url) == "sqlite:///x.db"
    assert str(SQLTrackerStore.get_db_url("postgresql", "db.test", 1, "n", "u", None, None, {"a": "b"})).endswith("a=b")


async def test_sql_tracker_store_keeps_a_conversation() -> None:
    store = SQLTrackerStore(Domain.empty(), db=":memory:")
    tracker = DialogueStateTracker.from_events("c_1", [UserUttered("hello")])
    await store.save(tracker)
    kept = await store.retrieve("c_1")
    assert [event.text for event in kept.events] == ["hello"]
    store.engine.dispose()


def test_action_answers_are_checked_without_checking_the_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    def check_schema(*args: object, **kwargs: object) -> None:
        raise AssertionError("the schema was checked again")

    kind = jsonschema.validators.validator_for(RemoteAction.action_response_format_spec())
    monkeypatch.setattr(kind, "check_schema", check_schema)
    action = RemoteAction("action_x", None)
    assert action._validate_action_result({"events": [{"event": "slot", "name": "a", "value": 1}], "responses": []})


def test_a_bad_action_answer_is_refused_without_its_words() -> None:
    with pytest.raises(RasaException) as error:
        RemoteAction("action_x", None)._validate_action_result({"events": [], "responses": "secret words"})
    assert "action_x" in str(error.value)
    assert "responses" in str(error.value)
    assert "secret" not in str(error.value)


async def _run(action: RemoteAction) -> None:
    await action.run(None, None, DialogueStateTracker.from_events("c", []), Domain.empty())


async def test_an_unreachable_action_is_noted() -> None:
    failed, token = failures.start()
    action = RemoteAction("action_x", EndpointConfig(f"http://127.0.0.1:{free_port()}/webhook"))
    for _ in range(2):
        with pytest.raises(RasaException):
            await _run(action)
    failures.stop(token)
    assert failed == ["action_x"]


async def test_an_action_that_declines_has_not_failed() -> None:
    class Declines(EndpointConfig):  # type: ignore[misc]
        """An action server that says no."""

        async def request(self, *args: Any, **kwargs: Any) -> Any:
            raise ClientResponseError(400, "no", '{"action_name": "action_x"}')

    failed, token = failures.start()
    with pytest.raises(ActionExecutionRejection):
        await _run(RemoteAction("action_x", Declines()))
    failures.stop(token)
    assert failed == []


def test_a_failure_outside_a_turn_is_nobodys() -> None:
    failures.note("action_x")
    failed, token = failures.start()
    failures.stop(token)
    assert failed == []


def test_an_action_servers_error_does_not_show_its_body() -> None:
    assert str(ClientResponseError(500, "Internal", '{"request_body": "secret words"}')) == "500, Internal"


def test_store_errors_are_not_swallowed() -> None:
    class Store(InMemoryTrackerStore):  # type: ignore[misc]
        """Any store."""

    store = Store(Domain.empty())
    assert Agent._create_tracker_store(store, Domain.empty()) is store
    assert isinstance(Agent._create_tracker_store(None, Domain.empty()), InMemoryTrackerStore)


def test_events_are_found_by_table(monkeypatch: pytest.MonkeyPatch) -> None:
    import rasa.shared.utils.common

    def walk(kind: type) -> list[type]:
        raise AssertionError("the subclasses were walked")

    monkeypatch.setattr(rasa.shared.utils.common, "all_subclasses", walk)
    assert Event.from_parameters({"event": "slot", "name": "a", "value": 1}) == SlotSet("a", 1)
    assert Event.resolve_by_type("form") is LegacyForm
    assert Event.resolve_by_type("slot") is SlotSet


def test_an_unknown_event_is_still_an_error() -> None:
    with pytest.raises(ValueError, match="Unknown event"):
        Event.from_parameters({"event": "no_such_event"})


def test_installing_again_changes_nothing() -> None:
    before = RemoteAction.run
    compat.install()
    assert RemoteAction.run is before


def test_what_is_set_already_stays() -> None:
    environment = {"SANIC_HOST": "10.0.0.1"}
    compat.set_defaults(environment)
    assert environment["SANIC_HOST"] == "10.0.0.1"
    assert environment["RASA_TELEMETRY_ENABLED"] == "false"


def test_matrices_are_multiplied_by_one_thread() -> None:
    """Set before numpy is loaded, or it comes too late."""
    told = "print({one['num_threads'] for one in threadpool_info() if one['user_api'] == 'blas'})"
    begun = "import os; from bot.rasa_side.patches import compat; compat.set_defaults(os.environ); import numpy"
    system = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    code = f"{begun}; from threadpoolctl import threadpool_info; {told}"
    assert subprocess.run([sys.executable, "-c", code], env=system, capture_output=True, text=True).stdout == "{1}\n"


@pytest.mark.parametrize(
    ("arguments", "environment", "expected"),
    [
        (["run", "--enable-api"], {"RASA_TOKEN": "t"}, ["run", "--enable-api", "--auth-token", "t"]),
        (["run", "--enable-api", "--auth-token", "x"], {}, ["run", "--enable-api", "--auth-token", "x"]),
        (["run"], {}, ["run"]),
        (["train"], {}, ["train"]),
    ],
)
def test_the_api_gets_the_token(arguments: list[str], environment: dict[str, str], expected: list[str]) -> None:
    assert compat.with_api_token(arguments, environment) == expected


def test_an_open_api_is_refused() -> None:
    with pytest.raises(SystemExit, match="RASA_TOKEN"):
        compat.with_api_token(["run", "--enable-api"], {})


def test_usage_is_said() -> None:
    with pytest.raises(SystemExit, match="usage"):
        compat.main(["fly"])


def test_every_patch_says_why() -> None:
    assert all(inspect.getdoc(patch) for patch in compat.BEFORE_IMPORT + compat.AFTER_IMPORT + compat.TENSORFLOW)
