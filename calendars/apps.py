"""Calendars, scheduling pages and bookings."""

from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    """Registers calendar providers, settings tabs, navigation, job handlers, timeline kinds and the demo."""

    name = "calendars"
