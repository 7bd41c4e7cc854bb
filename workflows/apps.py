"""Automation → Workflows."""

from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    """Registers its place in the rail."""

    name = "workflows"

    def ready(self) -> None:
        """Fill the registries."""
        from workflows import navigation  # noqa: F401 - importing registers
