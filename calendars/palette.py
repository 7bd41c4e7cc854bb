"""Scheduling pages as the command palette offers them."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.palette import matches
from accounts.registries import PaletteItem
from calendars.selectors.pages import pages_of

LOOKED_AT_MOST = 200


def pages_find(membership: Membership, query: str) -> Iterator[PaletteItem]:
    """The member's own pages, by what they are called inside and outside and by their path."""
    pages = pages_of(account_id=membership.account_id, user_id=membership.user_id)
    for pk, name, title, slug in pages.values_list("pk", "name", "title", "slug")[:LOOKED_AT_MOST]:
        if matches(query, name, title, slug):
            url = reverse("calendars:page_edit", args=[membership.account_id, pk])
            yield PaletteItem(name or title, url, f"{_('Scheduling page')} · {slug}", "calendar")
