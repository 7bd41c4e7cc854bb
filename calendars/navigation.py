"""The place of meetings in the rail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.registries import NAVIGATION, NavItem

NAVIGATION.register("meetings", NavItem("meetings", _("Meetings"), "calendar", "calendars:pages", 20))
