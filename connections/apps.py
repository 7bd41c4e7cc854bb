"""Connections to outside accounts: OAuth, credentials, refresh, state, alerts."""

from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    """Registers the providers that this floor knows."""

    name = "connections"
