"""Rasa calls the action server with the token that the two share; without one it does not start."""

from __future__ import annotations

import pytest
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import read_endpoint_config

from tests.rasa_side.toy_rasa import ROOT

pytestmark = [pytest.mark.rasa, pytest.mark.filterwarnings("ignore")]
ENDPOINTS = str(ROOT / "endpoints.yml")


def test_the_token_goes_with_every_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACTION_SERVER_URL", "http://127.0.0.1:1/webhook")
    monkeypatch.setenv("ACTION_TOKEN", "t" * 32)
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    endpoint = read_endpoint_config(ENDPOINTS, "action_endpoint")
    assert endpoint is not None and endpoint.headers == {"Authorization": "Bearer " + "t" * 32}


def test_a_missing_token_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACTION_SERVER_URL", "http://127.0.0.1:1/webhook")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    monkeypatch.delenv("ACTION_TOKEN", raising=False)
    with pytest.raises(RasaException, match="ACTION_TOKEN"):
        read_endpoint_config(ENDPOINTS, "action_endpoint")
