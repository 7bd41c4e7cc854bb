"""What a view does for htmx: answer with a part of the page, show a toast."""

from __future__ import annotations

from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.http import trigger_client_event

ResponseT = TypeVar("ResponseT", bound=HttpResponseBase)


def is_partial(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page: not for a boosted link or a page restored from history."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def render_partial(
    request: HttpRequest, page: str, partial: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """The template ``partial`` for htmx, ``page`` (which includes it) for everyone else; caches keep them apart.

    A refused form is shown by htmx too when ``status`` is 422.
    """
    response = render(request, partial if is_partial(request) else page, context, status=status)
    patch_vary_headers(response, ("HX-Request",))
    return response


def toast(response: ResponseT, message: str, *, level: str = "success") -> ResponseT:
    """Make htmx show a toast after this answer; ``level``: success, info, warning, danger."""
    trigger_client_event(response, "toast", {"message": str(message), "level": level})
    return response
