"""Paths of the API in both slash forms: clients differ, and a redirect would lose a POST's body."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponseBase
from django.urls import URLPattern, path


def api_path(
    route: str, view: Callable[..., HttpResponseBase], *, name: str, kwargs: dict[str, Any] | None = None
) -> list[URLPattern]:
    """Like ``path``, but for ``route`` (written without its last slash) with and without it; spread it in.

    The name reverses to the form without. A ``path`` converter at the end swallows the slash: its view strips it.
    """
    return [path(route, view, kwargs, name=name), path(f"{route}/", view, kwargs)]
