"""The place of meetings in the rail, and scheduling pages in the command palette."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.registries import NAVIGATION, PALETTE_SOURCES, NavItem, PaletteSource
from calendars.palette import pages_find

NAVIGATION.register("meetings", NavItem("meetings", _("Meetings"), "calendar", "calendars:pages", 20))
PALETTE_SOURCES.register("scheduling_pages", PaletteSource("scheduling_pages", _("Scheduling pages"), pages_find, 30))
