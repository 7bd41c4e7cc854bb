"""The API's paging: ``paging.next.{after, link}``, left out on the last page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from rest_framework.request import Request

from hubclone.lib.api.errors import ApiError

LIMIT_DEFAULT = 10
LIMIT_MOST = 100


def limit_of(request: Request, *, default: int = LIMIT_DEFAULT, most: int = LIMIT_MOST) -> int:
    """The ``limit`` parameter. Raises ApiError."""
    text = request.query_params.get("limit", str(default))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= most:
        raise ApiError(f"limit must be a number from 1 to {most}.")
    return int(text)


def paging_next(request: Request, after: str | None) -> dict[str, Any]:
    """{"paging": …} for a page that has one after it, else nothing. The link is absolute, on our own host."""
    if after is None:
        return {}
    query = {**request.query_params.dict(), "after": after}
    link = f"{request.build_absolute_uri(request.path)}?{urlencode(query)}"
    return {"paging": {"next": {"after": after, "link": link}}}
