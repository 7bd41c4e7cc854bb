"""Addresses of connections: pages of the settings, and where providers send the browser back to."""

from __future__ import annotations

from django.urls import path

from connections.views import callback, connect_form, pages

app_name = "connections"
SETTINGS = "app/<int:account_id>/settings/integrations/connected-apps/"

urlpatterns = [
    path(SETTINGS, pages.index, name="index"),
    path(f"{SETTINGS}<int:connection_id>/", pages.detail, name="detail"),
    path(f"{SETTINGS}<int:connection_id>/reconnect", pages.reconnect, name="reconnect"),
    path(f"{SETTINGS}<int:connection_id>/sign-in", connect_form.reconnect, name="form_again"),
    path(f"{SETTINGS}connect/<slug:purpose>/<slug:form>", connect_form.connect, name="form"),
    path(f"{SETTINGS}<int:connection_id>/remove", pages.remove, name="remove"),
    path("oauth/callback/<slug:provider>", callback.oauth_callback, name="oauth_callback"),
]
