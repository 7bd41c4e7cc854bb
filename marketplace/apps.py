"""The App Marketplace."""

from django.apps import AppConfig


class MarketplaceConfig(AppConfig):
    """Registers its place in the rail and its apps in the command palette."""

    name = "marketplace"

    def ready(self) -> None:
        """Fill the registries."""
        from marketplace import navigation  # noqa: F401 - importing registers
