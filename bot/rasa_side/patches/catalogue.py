"""What Rasa 3.6.21 needs to run, and to run right, on current libraries: one function for each patch.

Rasa 3.6.21 is the last open release. Each patch names the library version from which it is needed; each has a
test in tests/rasa_side/patches/test_patches.py that fails without it. ``bot.rasa_side.patches.compat.install`` applies them.
"""

from __future__ import annotations

import functools
import inspect
import os
from typing import Any

from bot.rasa_side import failures


def packaging_legacy_version() -> None:
    """packaging >= 22 has no ``LegacyVersion``, which Rasa imports to compare a plugin's version."""
    import packaging.version

    if not hasattr(packaging.version, "LegacyVersion"):
        setattr(packaging.version, "LegacyVersion", type("LegacyVersion", (), {}))  # noqa: B010


def numpy_deprecation_warning() -> None:
    """numpy >= 2 moved ``VisibleDeprecationWarning``, which Rasa names in its warning filters."""
    import numpy as np

    if not hasattr(np, "VisibleDeprecationWarning"):
        setattr(np, "VisibleDeprecationWarning", np.exceptions.VisibleDeprecationWarning)  # noqa: B010


def dask_graph_inputs() -> None:
    """dask >= 2024.9 reads ``graph["x"] = ("x", value)`` as a cycle; a task that gives the pair is none."""
    from rasa.engine.exceptions import GraphRunError
    from rasa.engine.runner.dask import DaskGraphRunner

    def _add_inputs_to_graph(inputs: dict[str, Any] | None, graph: dict[str, Any]) -> None:
        for name, value in (inputs or {}).items():
            if isinstance(value, str) and value in graph:
                raise GraphRunError(f"The input {name!r} has the name of a node as its value.")
            graph[name] = (functools.partial(_same, (name, value)),)

    DaskGraphRunner._add_inputs_to_graph = staticmethod(_add_inputs_to_graph)


def _same(value: Any) -> Any:
    return value


def sanic_single_process() -> None:
    """sanic >= 22.9 starts worker processes that cannot pickle Rasa's app: run it in this process."""
    from sanic import Sanic

    run = Sanic.run
    if "single_process" not in inspect.signature(run).parameters or hasattr(run, "__wrapped__"):
        return

    @functools.wraps(run)
    def run_here(self: Any, *args: Any, **kwargs: Any) -> None:
        kwargs.update(single_process=True, workers=1, motd=False)
        run(self, *args, **kwargs)

    setattr(Sanic, "run", run_here)  # noqa: B010


def sqlalchemy_url() -> None:
    """SQLAlchemy >= 2 refuses ``query=None``, which Rasa's SQL tracker store passes."""
    from rasa.core.tracker_store import SQLTrackerStore

    get_db_url = SQLTrackerStore.get_db_url
    signature = inspect.signature(get_db_url)

    @functools.wraps(get_db_url)
    def with_query(*args: Any, **kwargs: Any) -> Any:
        given = signature.bind(*args, **kwargs).arguments
        return get_db_url(**{**given, "query": given.get("query") or {}})

    SQLTrackerStore.get_db_url = staticmethod(with_query)


def cached_action_schema() -> None:
    """``jsonschema.validate`` checks its schema at every call: 50 ms for each custom action; here once.

    The error says where the answer is wrong and not, as jsonschema's does, what it held.
    """
    import jsonschema
    from rasa.core.actions.action import RemoteAction
    from rasa.shared.exceptions import RasaException

    schema = RemoteAction.action_response_format_spec()
    validator = jsonschema.validators.validator_for(schema)(schema)

    def _validate_action_result(self: Any, result: Any) -> bool:
        error = next(validator.iter_errors(result), None)
        if error is not None:
            raise RasaException(f"The answer to the action {self.name()!r} is not valid at {error.json_path}.")
        return True

    RemoteAction._validate_action_result = _validate_action_result


def failed_actions_are_noted() -> None:
    """Rasa answers ``200 []`` when an action raised or its server is down: note the name (``failures``)."""
    from rasa.core.actions.action import ActionExecutionRejection, RemoteAction

    run = RemoteAction.run

    @functools.wraps(run)
    async def run_and_note(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return await run(self, *args, **kwargs)
        except ActionExecutionRejection:
            raise  # an action may decline: that is dialogue, not failure
        except Exception:
            failures.note(self.name())
            raise

    RemoteAction.run = run_and_note


def action_errors_without_body() -> None:
    """Rasa logs the body of an action server's error, and rasa-sdk puts the whole tracker into it."""
    from rasa.utils.endpoints import ClientResponseError

    def __str__(self: Any) -> str:
        return f"{self.status}, {self.message}"

    ClientResponseError.__str__ = __str__


def store_errors_surface() -> None:
    """Rasa wraps its tracker store so that an error means an empty tracker or a store in memory, silently.

    A turn must fail loudly instead: the gateway keeps the message and asks again.
    """
    from rasa.core.agent import Agent
    from rasa.core.tracker_store import InMemoryTrackerStore

    def _create_tracker_store(store: Any, domain: Any) -> Any:
        if store is None:
            return InMemoryTrackerStore(domain)
        store.domain = domain
        return store

    Agent._create_tracker_store = staticmethod(_create_tracker_store)


def events_by_table() -> None:
    """Rasa finds an event's class by walking all subclasses for each event; a table is built once."""
    from rasa.shared.core.events import Event
    from rasa.shared.utils.common import all_subclasses

    walk = Event.resolve_by_type
    table: dict[str, Any] = {}
    for kind in all_subclasses(Event):
        table.setdefault(kind.type_name, kind)

    def resolve_by_type(type_name: str, default: Any = None) -> Any:
        return table.get(type_name) or walk(type_name, default)

    Event.resolve_by_type = staticmethod(resolve_by_type)


def missing_tensorflow_is_said() -> None:
    """A configuration with TensorFlow components is refused in one sentence where there is none."""
    from rasa.engine.recipes.default_recipe import DefaultV1Recipe
    from rasa.shared.exceptions import RasaException

    from bot.rasa_side.patches.optional import TensorFlowMissing, components_of, have_tensorflow, refuse_without_tensorflow

    build = DefaultV1Recipe.graph_config_for_recipe

    @functools.wraps(build)
    def checked(self: Any, config: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        try:
            refuse_without_tensorflow(components_of(config), "The configuration", installed=have_tensorflow())
        except TensorFlowMissing as error:
            raise RasaException(str(error)) from error
        return build(self, config, *args, **kwargs)

    DefaultV1Recipe.graph_config_for_recipe = checked


def server_needs_a_model() -> None:
    """Rasa logs an error of loading and serves on without a model: stop with one sentence and exit code 1."""
    import rasa.core.run

    load = rasa.core.run.load_agent_on_start

    async def load_or_stop(model_path: Any, endpoints: Any, remote_storage: Any, app: Any, loop: Any) -> Any:
        refuse_model_without_tensorflow(model_path)
        agent = await load(model_path, endpoints, remote_storage, app, loop)
        if not agent.is_ready():
            raise SystemExit("Rasa has no model to serve: train one with `make train`; the lines above say what was tried.")
        return agent

    rasa.core.run.load_agent_on_start = load_or_stop


def server_serves_the_named_model() -> None:
    """Rasa puts the newest file of ``models/`` in the place of a named model that is not there: an unpublished draft goes live.

    SystemExit with one sentence instead, also for a folder and for no name at all.
    """
    import rasa.cli.run

    def the_file_itself(model_path: str | None, parameter: str, default: str) -> str:
        if model_path is None or not os.path.isfile(model_path):
            what = f"{model_path} is not a model file" if model_path else f"--{parameter} names no file"
            raise SystemExit(f"Rasa has no model to serve: {what}, and no other is put in its place. `make train` trains one.")
        return model_path

    rasa.cli.run._validate_model_path = the_file_itself


def refuse_model_without_tensorflow(model_path: Any) -> None:
    """SystemExit with one sentence when the model that would be loaded has TensorFlow components in vain."""
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.exceptions import ModelNotFound
    from rasa.model import get_local_model

    from bot.rasa_side.patches.optional import TensorFlowMissing, have_tensorflow, refuse_without_tensorflow

    try:
        metadata = LocalModelStorage.metadata_from_archive(get_local_model(model_path))
    except ModelNotFound:
        return  # said by the caller
    names = [node.uses.__name__ for node in metadata.predict_schema.nodes.values()]
    try:
        refuse_without_tensorflow(names, "The model", installed=have_tensorflow())
    except TensorFlowMissing as error:
        raise SystemExit(str(error)) from error


def window_fits_the_model() -> None:
    """Our tracker store must keep what the policies of the loaded model look back on (``tracker_store.fit``)."""
    from rasa.core.agent import Agent

    load_model = Agent.load_model

    @functools.wraps(load_model)
    def load_and_fit(self: Any, *args: Any, **kwargs: Any) -> None:
        load_model(self, *args, **kwargs)
        fit = getattr(self.tracker_store, "fit", None)
        if fit is not None:
            fit(self.processor)

    Agent.load_model = load_and_fit
