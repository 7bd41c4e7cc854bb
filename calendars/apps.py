"""Calendars, scheduling pages and bookings."""

from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    """Registers calendar providers, settings tabs, navigation, job handlers, timeline kinds and the demo."""

    name = "calendars"

    def ready(self) -> None:
        """Fill the registries."""
        from calendars import (  # noqa: F401 - importing registers
            audit_links,
            audit_words,
            automations,
            composers,
            demo_exchange,
            demo_google,
            demo_microsoft,
            demo_page,
            email_panel,
            job_words,
            listings,
            navigation,
            settings_tabs,
            timeline,
        )
        from calendars.providers.exchange import provider as exchange  # noqa: F401 - importing registers
        from calendars.providers.google import provider  # noqa: F401 - importing registers
        from calendars.providers.microsoft import provider as microsoft  # noqa: F401 - importing registers
        from calendars.services import (  # noqa: F401 - importing registers
            booking_events,
            booking_reminders,
            calendars,
            chat,
            connect,
            erasure,
            meeting_events,
            push,
            sync,
        )
