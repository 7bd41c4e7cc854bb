"""Accounts, people, rights, tokens, audit."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Registers the token authenticator, the e-mail job and the platform's own settings pages."""

    name = "accounts"

    def ready(self) -> None:
        """Fill the registries."""
        from accounts import (  # noqa: F401 - importing registers
            audit_links,
            audit_words,
            demo,
            notification_kinds,
            palette,
            settings_tabs,
            sign_in_events,
        )
        from accounts.api import authentication  # noqa: F401 - importing registers
        from accounts.services import mail_send  # noqa: F401 - importing registers
