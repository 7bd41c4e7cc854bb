"""The kinds of record in the rail (A6), and records in the command palette."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.registries import (
    NAVIGATION,
    NAVIGATION_SECTIONS,
    PALETTE_SOURCES,
    NavItem,
    NavSection,
    PaletteSource,
)
from crm.layouts import IN_THE_RAIL
from crm.objects import OBJECTS
from crm.palette import records_find
from crm.presentation import plural_words, record_icon

NAVIGATION_SECTIONS.register("crm", NavSection("crm", _("CRM"), "crm"))

for _order, _type in enumerate(IN_THE_RAIL, start=10):
    _plural = OBJECTS[_type].plural
    NAVIGATION.register(
        _plural, NavItem(_plural, plural_words(_type), record_icon(_type), f"crm:{_plural}", _order, "crm")
    )

PALETTE_SOURCES.register("records", PaletteSource("records", _("Records"), records_find, 20))
