"""Every route of the project, found by walking the resolver, so that none can be forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True, slots=True)
class Route:
    """One pattern: ``name`` with its namespace, the names of its parameters, and its view."""

    name: str
    parameters: tuple[str, ...]
    view: Any

    @property
    def is_account_page(self) -> bool:
        """Whether it lies behind ``account_view``."""
        return hasattr(self.view, "account_right")

    @property
    def is_api(self) -> bool:
        """Whether it is a REST framework view."""
        return hasattr(getattr(self.view, "cls", None), "required_scopes")


def routes() -> list[Route]:
    """Every named route once, in order; the unnamed slash form of an API route is its twin."""
    return [route for route in _walk(get_resolver().url_patterns, "", ()) if route.name.rpartition(":")[2]]


def _walk(patterns: list[Any], namespace: str, parameters: tuple[str, ...]) -> Iterator[Route]:
    for item in patterns:
        own = (*parameters, *item.pattern.converters)
        if isinstance(item, URLResolver):
            inner = f"{namespace}{item.namespace}:" if item.namespace else namespace
            yield from _walk(item.url_patterns, inner, own)
        elif isinstance(item, URLPattern):
            yield Route(f"{namespace}{item.name or ''}", own, item.callback)
