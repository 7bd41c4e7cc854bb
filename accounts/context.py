"""What the shell of every page knows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """The current membership and the navigation; empty for visitors."""
    return {"membership": getattr(request, "membership", None)}
