"""Pages of errors that no view of an app answers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.defaults import page_not_found
from django.views.defaults import server_error as page_server_error
from django_htmx.http import HttpResponseClientRefresh

from accounts.web import not_found as in_shell
from hubclone.lib.api.errors import error_body
from hubclone.lib.htmx import is_partial

API_PREFIXES = ("/scheduler/v", "/crm/v", "/oauth/v", "/api/")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: on a customer's domain the visitors' page; in the API's error shape for whoever calls an API, known or not;
    else the page, in the shell for members."""
    if getattr(request, "domain", None):
        return render(request, "404_visitor.html", status=404)
    if _is_call(request):
        return JsonResponse(error_body("resource not found", "OBJECT_NOT_FOUND"), status=404)
    return in_shell(request) or page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: what we did not mean, or a database that is away; asks nothing of the database itself."""
    if _is_call(request):
        return JsonResponse(error_body("internal error", "INTERNAL_ERROR"), status=500)
    return page_server_error(request)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form's token is not the session's any more, as after signing in anew in another tab. The way back is the
    page that the form stood on; htmx loads it anew at once, and js/drafts.js brings back what was typed."""
    if is_partial(request):
        return HttpResponseClientRefresh()
    came_from = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    return render(request, "403_csrf.html", {"back_url": came_from if is_ours else ""}, status=403)


def _is_call(request: HttpRequest) -> bool:
    """Whether a program asks, which reads JSON."""
    return request.path.startswith(API_PREFIXES) or "Authorization" in request.headers
