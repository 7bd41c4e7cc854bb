"""Pages of errors that no view of an app answers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.defaults import page_not_found

from accounts.web import not_found as in_shell
from hubclone.lib.api.errors import error_body

API_PREFIXES = ("/scheduler/v", "/crm/v", "/oauth/v", "/api/")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: on a customer's domain the visitors' page; in the API's error shape for whoever calls an API, known or not;
    else the page, in the shell for members."""
    if getattr(request, "domain", None):
        return render(request, "404_visitor.html", status=404)
    if request.path.startswith(API_PREFIXES) or "Authorization" in request.headers:
        return JsonResponse(error_body("resource not found", "OBJECT_NOT_FOUND"), status=404)
    return in_shell(request) or page_not_found(request, exception)
