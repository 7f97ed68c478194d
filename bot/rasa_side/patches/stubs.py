"""Stand-ins for libraries that Rasa imports at start and this project never uses.

Rasa imports every chat channel, every broker and every cloud store it knows, and TensorFlow, before it
looks at the configuration. What is not installed is answered here, **for importers inside Rasa only**:
any other library that asks "is boto3 there?" still gets the ImportError it expects.

Two kinds of stand-in:
* ``Unused``: an exception class, because Rasa catches some of these names; making one raises.
* ``Inert``: stands for a TensorFlow class, function or decorator, so that modules which define layers and
  models can be imported. Nothing can be trained with it; ``bot.rasa_side.patches.optional`` refuses such configurations.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Sequence
from typing import Any

# name -> why Rasa asks for it (tests/rasa_side/patches/test_stubs.py compares this with Rasa's own imports)
UNUSED = {
    "aio_pika": "RabbitMQ event broker",
    "aiogram": "Telegram channel",
    "aiormq": "RabbitMQ event broker",
    "boto3": "DynamoDB tracker store, S3 models",
    "botocore": "DynamoDB tracker store, S3 models",
    "cachecontrol": "Hangouts channel",
    "fbmessenger": "Rasa's own Messenger channel; ours is connectors/messenger/channel.py",
    "google.auth": "Hangouts channel",
    "google.oauth2": "Hangouts channel",
    "mattermostwrapper": "Mattermost channel of older Rasa",
    "pymongo": "MongoDB tracker store",
    "rocketchat_API": "Rocket.Chat channel",
    "slack_sdk": "Slack channel",
    "webexteamssdk": "Webex channel",
}
INERT = {
    "keras": "DIET, TED, ResponseSelector",
    "matplotlib": "plots of `rasa test`",
    "tensorflow": "DIET, TED, ResponseSelector",
    "tf_keras": "DIET, TED, ResponseSelector",
}
NAMESPACES = {"google"}  # shared with protobuf where that is installed: only asked for when nobody has it


class _UnusedMeta(type):
    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Unused


class Unused(Exception, metaclass=_UnusedMeta):
    """Any class or function of a library that is not installed."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        raise RuntimeError("this library is not installed: Onethread does not use it (bot/rasa_side/patches/stubs.py)")


class _InertMeta(type):
    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Inert

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls is not Inert:
            return super().__call__(*args, **kwargs)
        if len(args) == 1 and callable(args[0]) and not kwargs:
            return args[0]  # used as a decorator
        return object.__new__(Inert)


class Inert(metaclass=_InertMeta):
    """Any class, function or decorator of TensorFlow in an installation without TensorFlow."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Takes whatever the real one would take."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return args[0] if len(args) == 1 and callable(args[0]) else self

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Inert


class StubModule(types.ModuleType):
    """A module whose every public attribute is its stand-in."""

    def __init__(self, name: str, stand_in: type) -> None:
        super().__init__(name)
        self._stand_in = stand_in

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.__dict__["_stand_in"]


class StubFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """The last finder: asked only when nothing installed has the name. Answers Rasa's modules only."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """A spec for the names in the tables above when a module of Rasa imports it, else None."""
        if stand_in_for(fullname) is None or not _importer().startswith("rasa."):
            return None
        return importlib.util.spec_from_loader(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> StubModule:
        """The stand-in module for a spec of ours."""
        return StubModule(spec.name, stand_in_for(spec.name) or Unused)

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to run."""


def stand_in_for(fullname: str) -> type | None:
    """``Unused`` or ``Inert`` for a name in the tables (or below one), None for any other."""
    if fullname in NAMESPACES:
        return Unused
    for table, stand_in in ((UNUSED, Unused), (INERT, Inert)):
        if any(fullname == name or fullname.startswith(name + ".") for name in table):
            return stand_in
    return None


def _importer() -> str:
    """The name of the module whose import statement is being carried out."""
    frame = sys._getframe(1)
    while frame.f_back is not None:
        name = str(frame.f_globals.get("__name__", ""))
        if not name.startswith("importlib") and name != __name__:
            return name
        frame = frame.f_back
    return ""


def install_stubs() -> None:
    """Put the finder last on ``sys.meta_path``, once."""
    if not any(isinstance(finder, StubFinder) for finder in sys.meta_path):
        sys.meta_path.append(StubFinder())


def forget_stubs() -> None:
    """Take the stand-ins out of ``sys.modules``, where other importers would find them.

    Rasa's modules keep the names they imported; a later import inside Rasa asks the finder again.
    """
    for name in [name for name, module in sys.modules.items() if isinstance(module, StubModule)]:
        del sys.modules[name]
