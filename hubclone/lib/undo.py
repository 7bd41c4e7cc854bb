"""A message with a way back: the next page's toast has an Undo button."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest

_MARK = "undo:"


def undo_offer(request: HttpRequest, message: str, *, url: str) -> None:
    """Say ``message`` on the next page; its Undo button posts to ``url``, a path of ours that needs nothing else."""
    messages.success(request, message, extra_tags=f"{_MARK}{url}")


def undo_url(extra_tags: str) -> str:
    """The path kept with a message; empty for one without a way back."""
    return (extra_tags or "").removeprefix(_MARK) if (extra_tags or "").startswith(f"{_MARK}/") else ""
