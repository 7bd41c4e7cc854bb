"""The product's addresses and /bench/empty."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def empty(request: HttpRequest) -> HttpResponse:
    """What the same server and middleware take for nothing."""
    return HttpResponse("")


urlpatterns = [path("bench/empty", empty), path("", include("hubclone.urls"))]
