"""The automation icon of the rail (F4)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.registries import NAVIGATION, NAVIGATION_SECTIONS, NavItem, NavSection

SECTION = "automation"

NAVIGATION_SECTIONS.register(SECTION, NavSection(SECTION, _("Automation"), "automation"))
NAVIGATION.register("workflows", NavItem("workflows", _("Workflows"), "play", "workflows:index", 50, SECTION))
