"""Every address, by app."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from accounts.views.start import home, language_set
from hubclone import appearance, styleguide
from hubclone.health_views import healthz

handler404 = "hubclone.error_views.not_found"
handler500 = "hubclone.error_views.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("healthz", healthz, name="healthz"),
    path("language/", language_set, name="language_set"),
    path("accounts/", include("accounts.sign_in_urls")),
    path("", include("accounts.urls")),
    path("", include("marketplace.urls")),
    path("", include("workflows.urls")),
    path("", include("calendars.urls")),  # Before records: meetings/ and meetings/new/ are its own.
    path("", include("crm.urls")),
    path("", include("connections.urls")),
    path("scheduler/v3/meetings/", include("calendars.api.urls")),
    path("appearance/theme", appearance.theme_set, name="theme_set"),
    path("appearance/brand/<slug:color>.css", appearance.brand, name="brand_css"),
    *styleguide.urlpatterns(),
]
