"""Tabs over the index of a kind of record, where an app above has pages beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hubclone.lib.registry import Registry

INDEX_TABS: Registry[str, Callable[[int, int], list[dict[str, Any]]]] = Registry("tabs over an index")
"""Object type → function of account and user, which answers what components/tabs.html takes."""


def index_tabs(*, object_type: str, account_id: int, user_id: int) -> list[dict[str, Any]]:
    """The tabs over this kind's index; mostly none."""
    found = INDEX_TABS.get(object_type)
    return found(account_id, user_id) if found else []
