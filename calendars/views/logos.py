"""The pictures on visitors' pages."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from calendars.selectors.logos import logo_data
from hubclone.lib.pictures import TYPES

_YEAR_SECONDS = 365 * 24 * 3600


@require_safe
def public_logo(request: HttpRequest, digest: str, ending: str) -> HttpResponse:
    """A picture by the digest of its content, so that it may be kept for ever."""
    data = logo_data(digest=digest, ending=ending)
    if data is None:
        raise Http404
    response = HttpResponse(data, content_type=TYPES[ending])
    response.headers["Cache-Control"] = f"public, max-age={_YEAR_SECONDS}, immutable"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
