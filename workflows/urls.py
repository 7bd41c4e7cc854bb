"""Addresses of Automation → Workflows."""

from __future__ import annotations

from django.urls import path

from workflows import views

app_name = "workflows"

urlpatterns = [path("app/<int:account_id>/workflows/", views.index, name="index")]
