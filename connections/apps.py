"""Connections to outside accounts: OAuth, credentials, refresh, state, alerts."""

from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    """Registers the providers that this floor knows, and its settings tab."""

    name = "connections"

    def ready(self) -> None:
        """Fill the registries."""
        from connections import audit_links, audit_words, notification_kinds, settings_tabs  # noqa: F401 - importing registers
        from connections.providers.exchange import provider as exchange  # noqa: F401 - importing registers
        from connections.providers.google import provider  # noqa: F401 - importing registers
        from connections.providers.microsoft import provider as microsoft  # noqa: F401 - importing registers
