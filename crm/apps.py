"""Records, properties, associations, timeline, the event log."""

from django.apps import AppConfig


class CrmConfig(AppConfig):
    """Registers the account initialiser, the timeline kinds, and the navigation of records."""

    name = "crm"

    def ready(self) -> None:
        """Fill the registries."""
        from accounts.registries import ACCOUNT_INITIALISERS
        from crm import (  # noqa: F401 - importing registers
            audit_links,
            audit_words,
            composers,
            demo,
            erasers,
            navigation,
            registries,
            settings_tabs,
            timeline_kinds,
        )
        from crm.services.definitions import definitions_initialise

        ACCOUNT_INITIALISERS.register("crm", definitions_initialise)
