"""Addresses of calendars, scheduling pages and bookings."""

from __future__ import annotations

from django.urls import path

from calendars.views import bookings, connect, hooks, settings

app_name = "calendars"
SETTINGS = "app/<int:account_id>/settings/general/calendar/"

BOOKINGS = "app/<int:account_id>/meetings/bookings/"

urlpatterns = [
    path(SETTINGS, settings.calendar_settings, name="settings"),
    path(f"{SETTINGS}connect/", connect.choose, name="connect_choose"),
    path(f"{SETTINGS}connect/<slug:provider>", connect.connect, name="connect"),
    path("hooks/calendars/<slug:provider>", hooks.hook, name="hook"),
    path(BOOKINGS, bookings.bookings, name="bookings"),
    path(f"{BOOKINGS}<int:booking_id>/", bookings.booking, name="booking"),
    path(f"{BOOKINGS}<int:booking_id>/confirm/", bookings.confirm, name="booking_confirm"),
    path(f"{BOOKINGS}<int:booking_id>/decline/", bookings.decline, name="booking_decline"),
]
