"""Addresses of the App Marketplace."""

from __future__ import annotations

from django.urls import path

from marketplace import views

app_name = "marketplace"
ROOT = "app/<int:account_id>/marketplace/"

urlpatterns = [
    path(ROOT, views.index, name="index"),
    path(f"{ROOT}<slug:key>/", views.listing, name="listing"),
]
