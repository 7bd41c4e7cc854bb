"""Accounts, people, rights, tokens, audit."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Registers the token authenticator, the e-mail job and the platform's own navigation."""

    name = "accounts"
