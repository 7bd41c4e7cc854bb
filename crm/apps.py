"""Records, properties, associations, timeline, the event log."""

from django.apps import AppConfig


class CrmConfig(AppConfig):
    """Registers the account initialiser, the timeline kinds, and the navigation of records."""

    name = "crm"
