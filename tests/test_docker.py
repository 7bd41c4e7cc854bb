"""No container engine is needed to know that docker-compose.yml names what is there."""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from django.core.management import get_commands

from hubclone.environment import VARIABLES, environment_read
from hubclone.supervisor.programs import BASE_DIR, COMMANDS, PYTHON
from hubclone.supervisor.values import SANDBOX_PORTS, demo_values
from sandbox.tls import CA_FILE

COMPOSE: dict[str, Any] = yaml.safe_load((BASE_DIR / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "hubclone"}


def demo_env() -> dict[str, str]:
    lines = (BASE_DIR / "docker" / "demo.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def interpolated(values: dict[str, str]) -> dict[str, str]:
    """The service's environment as compose would fill it in."""
    found = {}
    for name, value in OURS["web"]["environment"].items():
        found[name] = re.sub(r"\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}", lambda m: values.get(m[1], m[2] or ""), str(value))
    return found


def test_the_processes_are_those_of_the_supervisor() -> None:
    assert set(OURS) == {*COMMANDS, "migrate", "sandbox", "demo"}
    for name, command in COMMANDS.items():
        own = [part for part in command if part not in (PYTHON, "-m")]
        assert sorted(part for part in SERVICES[name]["command"] if part != "python") == sorted(own)


@pytest.mark.parametrize("name", sorted(OURS))
def test_each_command_names_a_program_that_exists(name: str) -> None:
    program, *arguments = OURS[name]["command"]
    if program == "sh":
        program, *arguments = arguments[1].split()
    if program == "python" and arguments[0] == "-m":
        assert importlib.util.find_spec(arguments[1])
    elif program == "python":
        assert (BASE_DIR / arguments[0]).exists()
        assert arguments[1] in get_commands()
    else:
        assert shutil.which(program, path=str(Path(PYTHON).parent))


def test_services_depend_on_services_that_exist_and_stateless_ones_publish_nothing() -> None:
    for service in SERVICES.values():
        assert set(service.get("depends_on", [])) <= set(SERVICES)
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"web", "sandbox"}
    assert {name for name, service in SERVICES.items() if service.get("profiles") == ["demo"]} == {"sandbox", "demo"}


def test_compose_passes_on_every_variable_but_those_that_are_fixed() -> None:
    fixed = {"HUB_HOME", "DEBUG", "PORT", "BIND"}
    assert set(VARIABLES) - fixed <= set(OURS["web"]["environment"])


def test_the_demo_environment_is_one_that_the_settings_accept(tmp_path: Path) -> None:
    read = environment_read({**interpolated(demo_env()), "HUB_HOME": str(tmp_path)})
    assert read.demo
    assert read.sandbox_url == "http://sandbox:9000"
    subnet = COMPOSE["networks"]["hub"]["ipam"]["config"][0]["subnet"]
    assert all(one.startswith(subnet) for one in read.outbound_allowed)


def test_the_demo_points_every_provider_at_the_stand_ins_as_make_run_does(tmp_path: Path) -> None:
    given = demo_env()
    ports = dict.fromkeys(SANDBOX_PORTS, 1)
    expected = demo_values(ports, tmp_path, {})
    assert set(expected) - {"BOOKING_ATTEMPTS_MOST"} <= set(given)
    sandbox = SERVICES["sandbox"]["command"]
    option = dict(zip(sandbox, sandbox[1:], strict=False))
    listens = {option["--port"], option["--tls-port"], option["--smtp-port"]}
    assert {one.rpartition(":")[2] for one in given["OUTBOUND_ALLOWED"].split(",")} == listens
    inside = [urlsplit(value) for value in given.values() if "//sandbox" in value]
    assert {url.hostname for url in inside} == {"sandbox"} == {option["--name"]}
    for url in inside:
        expected_port = {"http": "--port", "https": "--tls-port", "smtp": "--smtp-port"}[url.scheme]
        assert str(url.port) == option[expected_port]


def test_who_asks_the_stand_ins_has_the_ca_that_they_keep() -> None:
    home = SERVICES["sandbox"]["command"][-1]
    assert SERVICES["sandbox"]["command"][-2] == "--home"
    for name in ("MICROSOFT_CA_FILE", "EXCHANGE_CA_FILE"):
        assert demo_env()[name] == f"{home}/{CA_FILE}"
    for name, service in OURS.items():
        assert service["volumes"] == [f"sandbox:{home}"], name
    assert "sandbox" in COMPOSE["volumes"]
    dockerfile = (BASE_DIR / "Dockerfile").read_text()
    assert dockerfile.index(f"mkdir -p {home}") < dockerfile.index("chown -R hubclone /app/.hub")


def test_without_the_demo_an_unset_variable_means_its_default(tmp_path: Path) -> None:
    needed = {name: demo_env()[name] for name in ("POSTGRES_PASSWORD", "SECRET_KEY", "ENCRYPTION_KEYS", "HMAC_KEY")}
    read = environment_read({**interpolated(needed), "HUB_HOME": str(tmp_path)})
    assert not read.demo
    assert read.google_token_uri == "https://oauth2.googleapis.com/token"
    assert read.outbound_allowed == ()


def test_the_image_is_built_from_files_that_exist_and_does_not_run_as_root() -> None:
    lines = (BASE_DIR / "Dockerfile").read_text().splitlines()
    copied = next(line.split()[1:-1] for line in lines if line.startswith("COPY requirements"))
    assert all((BASE_DIR / name).exists() for name in copied)
    assert lines.index("USER hubclone") < next(i for i, line in enumerate(lines) if line.startswith("CMD"))


def test_the_image_is_built_with_settings_that_are_accepted(tmp_path: Path) -> None:
    text = (BASE_DIR / "Dockerfile").read_text()
    given = dict(re.findall(r"([A-Z_]+)=(\S+)", text[text.index("RUN SECRET_KEY") : text.index("sh -c")]))
    assert environment_read({**given, "HUB_HOME": str(tmp_path)}).hub_home == tmp_path
