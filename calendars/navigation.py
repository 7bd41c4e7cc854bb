"""The place of meetings in the rail, over the index of meetings, and of scheduling pages in the command palette."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.registries import NAVIGATION, PALETTE_SOURCES, NavItem, PaletteSource
from calendars.palette import pages_find
from calendars.tabs import EVERY, meeting_tabs
from crm.choices import ObjectType
from crm.index_tabs import INDEX_TABS

NAVIGATION.register("meetings", NavItem("meetings", _("Meetings"), "calendar", "calendars:pages", 20))
PALETTE_SOURCES.register("scheduling_pages", PaletteSource("scheduling_pages", _("Scheduling pages"), pages_find, 30))
INDEX_TABS.register(
    ObjectType.MEETING,
    lambda account_id, user_id: meeting_tabs(account_id=account_id, user_id=user_id, shown=EVERY),
)
