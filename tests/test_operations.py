"""docs/operations.md says what is there."""

from __future__ import annotations

import re

from django.core.management import get_commands

from hubclone.environment import VARIABLES
from hubclone.lib.health import HEALTH_CHECKS
from hubclone.supervisor.programs import BASE_DIR, COMMANDS

TEXT = (BASE_DIR / "docs" / "operations.md").read_text()


def test_every_variable_is_described() -> None:
    assert [name for name in VARIABLES if f"`{name}`" not in TEXT] == []


def test_every_process_and_health_check_is_described() -> None:
    assert [name for name in (*COMMANDS, *HEALTH_CHECKS) if f"`{name}`" not in TEXT] == []


def test_every_management_command_that_is_named_exists() -> None:
    named = set(re.findall(r"`manage\.py (\w+)", TEXT)) - {"up"}
    assert named <= set(get_commands())


def test_every_warning_and_error_that_the_program_logs_is_explained() -> None:
    logged = set()
    for app in ("hubclone", "accounts", "crm", "connections", "workflows", "calendars", "marketplace"):
        for path in (BASE_DIR / app).rglob("*.py"):
            logged |= set(re.findall(r"log\.(?:warning|error|exception)\(\s*\"([a-z_.]+)\"", path.read_text()))
    assert sorted(event for event in logged if f"`{event}`" not in TEXT) == []
