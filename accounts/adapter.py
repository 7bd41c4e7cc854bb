"""How django-allauth meets our accounts."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up is by invitation until the platform part opens it."""

    def is_open_for_signup(self, request: Any) -> bool:
        """Closed."""
        return False
