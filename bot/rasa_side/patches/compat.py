"""Rasa 3.6.21 on current libraries (docs/decisions/0001-rasa-on-current-libraries.md).

``python -m bot.rasa_side.patches.compat rasa <arguments>``: Rasa's command line.
``python -m bot.rasa_side.patches.compat actions <arguments>``: rasa-sdk's action server, on loopback unless SANIC_HOST says else.

In a program: ``install()`` once, before the first import of Rasa. Importing this module changes nothing.
This is the one place of ``bot/`` that touches the environment: libraries take some settings only there.
"""

from __future__ import annotations

import os
import runpy
import sys
import warnings
from collections.abc import Callable, MutableMapping

from bot.rasa_side.patches import catalogue as patches
from bot.rasa_side.patches import swift, tensorflow_patches
from bot.rasa_side.patches.domain_once import domain_is_sent_once
from bot.rasa_side.patches.fingerprints import plain_values_are_hashed_once, sparse_features_are_not_written_out
from bot.rasa_side.patches.kept_connections import connections_are_kept
from bot.rasa_side.patches.optional import have_tensorflow
from bot.rasa_side.patches.quiet import hide_texts
from bot.rasa_side.patches.read_once import garbage_is_looked_for_seldom, what_was_validated_is_trained
from bot.rasa_side.patches.stubs import forget_stubs, install_stubs
from bot.rasa_side.patches.yaml_swift import yaml_is_read_by_libyaml

DEFAULTS = {
    "OPENBLAS_NUM_THREADS": "1",  # the nearest of 3,600 examples: 0.2 ms on one core, 4.5 on two that wait for each other
    "RASA_TELEMETRY_ENABLED": "false",  # no calls to strangers
    "SANIC_HOST": "127.0.0.1",  # rasa-sdk: 0.0.0.0 without a token otherwise
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_USE_LEGACY_KERAS": "1",  # keras 2, see tensorflow_patches.keras_two
}
TOKEN = "RASA_TOKEN"

BEFORE_IMPORT: tuple[Callable[[], None], ...] = (
    install_stubs,
    patches.packaging_legacy_version,
    patches.numpy_deprecation_warning,
    patches.sanic_single_process,
)
AFTER_IMPORT: tuple[Callable[[], None], ...] = (
    hide_texts,
    patches.dask_graph_inputs,
    patches.sqlalchemy_url,
    patches.cached_action_schema,
    patches.failed_actions_are_noted,
    patches.action_errors_without_body,
    patches.store_errors_surface,
    patches.events_by_table,
    patches.missing_tensorflow_is_said,
    patches.window_fits_the_model,
    patches.server_needs_a_model,
    patches.server_serves_the_named_model,
    swift.graph_runs_in_order,
    swift.states_worked_out_once,
    swift.slots_without_influence_are_passed_over,
    swift.rules_are_found_by_their_last_action,
    swift.no_debug_lines_in_vain,
    swift.the_model_is_no_garbage,
    domain_is_sent_once,
    yaml_is_read_by_libyaml,
    plain_values_are_hashed_once,
    sparse_features_are_not_written_out,
)
TENSORFLOW: tuple[Callable[[], None], ...] = (
    tensorflow_patches.feature_array_ufunc,
    tensorflow_patches.predict_with_tensors,
    tensorflow_patches.load_without_training,
)


def install() -> None:
    """Make ``import rasa`` work and patch it; a second call does nothing. Call before Rasa is imported."""
    from sanic import Sanic

    if getattr(Sanic, "onethread_installed", False):
        return
    setattr(Sanic, "onethread_installed", True)  # noqa: B010
    set_defaults(os.environ)
    for patch in BEFORE_IMPORT:
        patch()
    if have_tensorflow():
        tensorflow_patches.keras_two()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Rasa's own imports warn of everything its age means
        for patch in AFTER_IMPORT + (TENSORFLOW if have_tensorflow() else ()):
            patch()
    forget_stubs()


def set_defaults(environment: MutableMapping[str, str]) -> None:
    """Settings that Rasa and TensorFlow read from the environment only; what is set already stays."""
    for name, value in DEFAULTS.items():
        environment.setdefault(name, value)


def with_api_token(arguments: list[str], environment: MutableMapping[str, str]) -> list[str]:
    """``rasa run --enable-api`` with the token from RASA_TOKEN, which so never shows in a process list.

    SystemExit with a sentence when there is none: Rasa's API would be open to whoever reaches the port.
    """
    if "run" not in arguments[:1] or "--enable-api" not in arguments or "--auth-token" in arguments:
        return arguments
    if not environment.get(TOKEN):
        raise SystemExit(f"Set {TOKEN}: without it Rasa's API would be open to everyone who reaches its port.")
    return [*arguments, "--auth-token", environment[TOKEN]]


def run_rasa(arguments: list[str]) -> None:
    """Rasa's command line with everything patched. Ends by SystemExit on an error."""
    install()
    if arguments[:1] == ["run"]:  # a server has one event loop; whoever has several would leave connections behind
        connections_are_kept()
    if arguments[:1] == ["train"]:
        what_was_validated_is_trained()
        garbage_is_looked_for_seldom()
    from rasa.__main__ import main as rasa_main

    sys.argv = ["rasa", *with_api_token(arguments, os.environ)]
    rasa_main()


def run_actions(arguments: list[str]) -> None:
    """rasa-sdk's action server; needs Sanic's patch only and never imports Rasa."""
    set_defaults(os.environ)
    patches.sanic_single_process()
    sys.argv = ["rasa_sdk", *arguments]
    runpy.run_module("rasa_sdk", run_name="__main__")


def main(arguments: list[str]) -> None:
    """What the command line asks for."""
    if arguments[:1] == ["rasa"]:
        run_rasa(arguments[1:])
    elif arguments[:1] == ["actions"]:
        run_actions(arguments[1:])
    else:
        raise SystemExit("usage: python -m bot.rasa_side.patches.compat (rasa | actions) <arguments>")


if __name__ == "__main__":
    main(sys.argv[1:])
