"""The marketplace icon of the rail with what it opens (M1, M7), and apps in the command palette."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Membership
from accounts.palette import matches
from accounts.registries import (
    NAVIGATION,
    NAVIGATION_SECTIONS,
    PALETTE_SOURCES,
    NavItem,
    NavSection,
    PaletteItem,
    PaletteSource,
)
from marketplace.selectors import listings_offered

SECTION = "marketplace"

NAVIGATION_SECTIONS.register(SECTION, NavSection(SECTION, _("Marketplace"), "marketplace"))
NAVIGATION.register(
    "app_marketplace",
    NavItem("app_marketplace", _("App Marketplace"), "apps", "marketplace:index", 60, SECTION),
)
NAVIGATION.register(
    "connected_apps",
    NavItem(
        "connected_apps",
        _("Connected apps"),
        "plug",
        "connections:index",
        61,
        SECTION,
        pgettext_lazy("heading", "Manage"),
    ),
)


def apps_find(membership: Membership, query: str) -> Iterator[PaletteItem]:
    """What can be connected, by name and category. No query."""
    for listing in listings_offered():
        if matches(query, listing.name, listing.category):
            url = reverse("marketplace:listing", args=[membership.account_id, listing.key])
            yield PaletteItem(listing.name, url, listing.category, listing.icon)


PALETTE_SOURCES.register("apps", PaletteSource("apps", _("Apps"), apps_find, 35))
