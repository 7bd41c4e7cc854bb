"""Scopes: each view says what it needs, by method or for all of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Protocol, cast

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from hubclone.lib.api.errors import MissingScopes

if TYPE_CHECKING:  # the views import their settings, which name this module
    from rest_framework.views import APIView


class Caller(Protocol):
    """What every authenticator puts into ``request.auth``."""

    account_id: int
    scopes: Collection[str]


class HasScopes(BasePermission):
    """The view's ``required_scopes`` is a list, or a dict from HTTP method to list; a view must have it."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """False (401) without a caller. Raises MissingScopes."""
        if request.auth is None:
            return False
        needed = scopes_needed(view, request.method or "GET")
        missing = set(needed) - set(cast("Caller", request.auth).scopes)
        if missing:
            raise MissingScopes(sorted(missing))
        return True


def scopes_needed(view: APIView, method: str) -> list[str]:
    """The scopes of a view's method. Raises RuntimeError where a view forgot to say."""
    declared = getattr(view, "required_scopes", None)
    if isinstance(declared, dict):
        declared = declared.get("GET" if method in {"HEAD", "OPTIONS"} else method)
    if declared is None:
        raise RuntimeError(f"{type(view).__name__} must declare required_scopes for {method}")
    return list(declared)
