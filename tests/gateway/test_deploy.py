"""The deployment examples against the code: there is no container engine here, so what can be checked is checked on the files."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.settings.config import Settings
from gateway.settings.variables import VARIABLES
from gateway.workers.partitions.ownership import DRAIN

ROOT = Path(__file__).parents[2]
KNOWN = {variable.name for variable in VARIABLES}
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yml").read_text())
CLUSTER: list[dict[str, Any]] = list(yaml.safe_load_all((ROOT / "deploy" / "kubernetes" / "onethread.yaml").read_text()))
OURS = ("gateway", "rasa-1", "rasa-2", "actions")


def of_kind(*kinds: str) -> list[dict[str, Any]]:
    return [document for document in CLUSTER if document["kind"] in kinds]


def one(kind: str, name: str) -> dict[str, Any]:
    return next(d for d in CLUSTER if (d["kind"], d["metadata"]["name"]) == (kind, name))


def container(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["spec"]["template"]["spec"]["containers"][0]
    return found


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


@pytest.mark.parametrize("name", OURS)
def test_every_container_runs_a_module_of_ours(name: str) -> None:
    command = COMPOSE["services"][name]["command"]
    assert command[:2] == ["python", "-m"] and importlib.util.find_spec(command[2]) is not None


def test_the_gateways_settings_are_taken() -> None:
    """What compose.yml hands to a gateway is read by the same code, with the variables filled in."""
    given = COMPOSE["services"]["gateway"]["environment"]
    assert set(given) <= KNOWN
    example = dict(line.split("=", 1) for line in (ROOT / "deploy" / ".env.example").read_text().splitlines() if "=" in line)
    asked = {name for value in given.values() for name in re.findall(r"\$\{(\w+)", value)}
    assert asked <= set(example) | KNOWN
    filled = {name: filled_in(value, example) for name, value in given.items()}
    settings = Settings.from_env({k: v for k, v in filled.items() if not k.startswith(("TWILIO", "MESSENGER"))})
    assert settings.rasa_urls == ("http://rasa-1:5005", "http://rasa-2:5005")
    assert settings.redis_url == f"redis://:{secret('REDIS_PASSWORD')}@redis:6379/0"


def filled_in(value: str, said: dict[str, str]) -> str:
    """As Compose does it: ``${NAME}``, ``${NAME:-default}``, ``${NAME:?sentence}``."""
    return re.sub(r"\$\{(\w+)(:-([^}]*))?[^}]*\}", lambda m: said.get(m[1]) or (str(m[3]) if m[2] else secret(m[1])), value)


OF_COMPOSE = {"PUBLIC_HOST", "PUBLIC_PORT", "INTERNAL_HOST", "INTERNAL_PORT", "REDIS_URL", "RASA_URL", "ACTION_SERVER_URL",
              "DATABASE_URL", "RECORDS_URL", "ONETHREAD_HOME"}  # fmt: skip
"""Where servers are, and what the image fixes: not the operator's to say in deploy/.env."""


@pytest.mark.parametrize("name", sorted(KNOWN - OF_COMPOSE))
def test_every_documented_setting_of_the_env_file_reaches_the_gateways(name: str) -> None:
    given = COMPOSE["services"]["gateway"]["environment"]
    assert name in given and filled_in(given[name], {name: "as the operator wrote it"}) == "as the operator wrote it"


def test_settings_of_the_env_file_are_taken_and_what_is_left_out_has_its_default() -> None:
    given = COMPOSE["services"]["gateway"]["environment"]
    said = {
        "PUBLIC_URL": "https://bank.example",
        "BUSINESS_HOURS": "Mon-Fri 09:00-17:00",
        "QUEUE_LIMIT": "7",
        "LOG_LEVEL": "debug",
    }
    filled = {name: filled_in(value, said) for name, value in given.items()}
    settings = Settings.from_env({k: v for k, v in filled.items() if not k.startswith(("TWILIO", "MESSENGER"))})
    assert (settings.line.queue_limit, settings.log_level) == (7, "DEBUG") and settings.codes_per_hour == 500


def secret(name: str) -> str:
    return "s" * 40 if name.endswith(("TOKEN", "PASSWORD")) else ""


def test_services_name_each_other_and_only_the_proxy_is_reached_from_outside() -> None:
    services = COMPOSE["services"]
    for name, service in services.items():
        assert set(service.get("depends_on", ())) <= set(services), name
        assert set(service["networks"]) <= set(COMPOSE["networks"]), name
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for name in ("redis", "records", "database", "rasa-1", "rasa-2", "actions"):
        assert services[name]["networks"] == ["inside"]


def test_the_store_keeps_what_it_was_given() -> None:
    command = COMPOSE["services"]["redis"]["command"][-1]
    assert "--appendonly yes" in command and "--maxmemory-policy noeviction" in command
    assert COMPOSE["services"]["redis"]["volumes"] == ["redis:/data"] and "redis" in COMPOSE["volumes"]


def test_a_stop_leaves_time_for_what_was_begun() -> None:
    assert seconds(COMPOSE["services"]["gateway"]["stop_grace_period"]) > DRAIN
    assert one("Deployment", "gateway")["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > DRAIN + 5


def test_the_image_has_what_it_needs() -> None:
    text = (ROOT / "deploy" / "Dockerfile").read_text()
    for source in re.findall(r"^COPY (?!--from)(\S+)", text, re.MULTILINE):
        assert (ROOT / source).exists(), source
    assert "USER onethread" in text


def test_selectors_labels_and_ports_fit() -> None:
    for document in of_kind("Deployment", "StatefulSet"):
        labels = document["spec"]["template"]["metadata"]["labels"]
        assert document["spec"]["selector"]["matchLabels"] == labels
    pods = {d["spec"]["template"]["metadata"]["labels"]["app"]: container(d) for d in of_kind("Deployment", "StatefulSet")}
    for service in of_kind("Service"):
        ports = {port["name"]: port["containerPort"] for port in pods[service["spec"]["selector"]["app"]]["ports"]}
        for port in service["spec"]["ports"]:
            assert port.get("targetPort", port["port"]) in {*ports, *ports.values()}
    for policy in of_kind("NetworkPolicy", "PodDisruptionBudget"):
        chosen = policy["spec"].get("podSelector") or policy["spec"]["selector"]
        assert chosen["matchLabels"]["app"] in pods


def test_each_gateway_pod_knows_every_rasa_pod() -> None:
    rasa, gateway = one("StatefulSet", "rasa"), container(one("Deployment", "gateway"))
    given = {item["name"]: item.get("value") for item in gateway["env"]}
    urls = [f"http://rasa-{n}.{rasa['spec']['serviceName']}:5005" for n in range(rasa["spec"]["replicas"])]
    assert given["RASA_URL"] == ",".join(urls)
    assert set(given) <= KNOWN
    assert one("Service", "rasa")["spec"]["clusterIP"] == "None"


def test_probes_ask_what_is_answered() -> None:
    gateway = container(one("Deployment", "gateway"))
    assert gateway["readinessProbe"]["httpGet"] == {"path": "/health?ready", "port": "public"}
    assert gateway["livenessProbe"]["httpGet"] == {"path": "/health?alive", "port": "internal"}
    assert container(one("Deployment", "actions"))["readinessProbe"]["httpGet"]["path"] == "/health"


def test_a_dead_action_server_is_seen_by_the_gateways() -> None:
    """Without its address health never asks it, and the alert ActionsGone could not come."""
    assert COMPOSE["services"]["gateway"]["environment"]["ACTION_SERVER_URL"] == "http://actions:5055"
    pods = {variable["name"]: variable.get("value") for variable in container(one("Deployment", "gateway"))["env"]}
    assert pods["ACTION_SERVER_URL"] == "http://actions:5055"
    let_in = one("NetworkPolicy", "actions")["spec"]["ingress"][0]["from"]
    assert {"app": "gateway"} in [peer["podSelector"]["matchLabels"] for peer in let_in]
