"""Accounts, people, rights, tokens, audit."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Registers the token authenticator, the e-mail job and the platform's own settings pages."""

    name = "accounts"

    def ready(self) -> None:
        """Fill the registries."""
        from accounts import audit_words, demo, settings_tabs  # noqa: F401 - importing registers
        from accounts.api import authentication  # noqa: F401 - importing registers
        from accounts.services import mail_send  # noqa: F401 - importing registers
