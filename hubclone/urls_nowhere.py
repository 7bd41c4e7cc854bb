"""The addresses of what a connected domain does not serve: none (see ``accounts.hosts``)."""

from __future__ import annotations

from django.urls import URLPattern

handler404 = "hubclone.error_views.not_found"
handler500 = "hubclone.error_views.server_error"

urlpatterns: list[URLPattern] = []
