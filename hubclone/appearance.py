"""How pages look for one browser: the theme, and a brand's colour as a style sheet (the CSP allows no inline style)."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from hubclone.lib.brand import brand_css, color_parse
from hubclone.lib.preferences import preference_keep

_YEAR_SECONDS = 365 * 24 * 3600


@require_POST
def theme_set(request: HttpRequest) -> HttpResponse:
    """Keep the posted ``theme`` (light, dark, or nothing for the system's) and go back to ``next``."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    response = redirect(target if safe else "/")
    preference_keep(response, "theme", request.POST.get("theme", ""))
    return response


@require_safe
def brand(request: HttpRequest, color: str) -> HttpResponse:
    """The style sheet of one brand colour, given as six hexadecimal digits; the same for ever."""
    parsed = color_parse(color)
    if parsed is None:
        raise Http404
    response = HttpResponse(brand_css(parsed), content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = f"public, max-age={_YEAR_SECONDS}, immutable"
    return response
