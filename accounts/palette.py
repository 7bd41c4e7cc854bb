"""The command palette: what a member finds by a few letters, from every source of PALETTE_SOURCES."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext_lazy as _

from accounts.context import account_url
from accounts.models import Membership
from accounts.registries import (
    NAVIGATION,
    NAVIGATION_SECTIONS,
    PALETTE_MOST,
    PALETTE_SOURCES,
    SETTINGS_SECTIONS,
    SETTINGS_TABS,
    PaletteItem,
    PaletteSource,
    Words,
)
from hubclone.lib.text import words

QUERY_LEAST = 2
QUERY_MOST = 100


@dataclass(frozen=True, slots=True)
class PaletteGroup:
    """What one source found, never empty."""

    key: str
    label: Words
    items: list[PaletteItem]


def palette_find(*, membership: Membership, query: str) -> list[PaletteGroup]:
    """Every source's first PALETTE_MOST; nothing for a query of fewer than QUERY_LEAST characters."""
    if not searchable(query):
        return []
    sources = sorted(PALETTE_SOURCES.values(), key=lambda source: source.order)
    found = (PaletteGroup(s.key, s.label, list(islice(s.find(membership, query), PALETTE_MOST))) for s in sources)
    return [group for group in found if group.items]


def searchable(query: str) -> bool:
    """Whether there are enough letters and digits to look for."""
    return sum(map(len, words(query))) >= QUERY_LEAST


def matches(query: str, *texts: Words) -> bool:
    """Whether every word of the query begins a word of the texts, accents and case apart."""
    there = [word for text in texts for word in words(str(text))]
    return all(any(word.startswith(part) for word in there) for part in words(query))


def pages_find(membership: Membership, query: str) -> Iterator[PaletteItem]:
    """The items of the rail, the settings that this member may see, and the pages of the top bar, each page once.

    No query.
    """
    seen: set[str] = set()
    for item in _pages_find(membership, query):
        if item.url not in seen:
            seen.add(item.url)
            yield item


def _pages_find(membership: Membership, query: str) -> Iterator[PaletteItem]:
    account_id = membership.account_id
    for item in sorted(NAVIGATION.values(), key=lambda item: item.order):
        section = NAVIGATION_SECTIONS.get(item.section)
        yield from _page(query, item.label, item.url_name, account_id, section.label if section else "", item.icon)
    for tab in sorted(SETTINGS_TABS.values(), key=lambda tab: tab.order):
        if tab.right is None or membership.has_right(tab.right):
            hint = f"{_('Settings')} → {SETTINGS_SECTIONS[tab.section].label}"
            yield from _page(query, tab.label, tab.url_name, account_id, hint, "settings")
    for label, url_name, icon in _TOP_BAR:
        yield from _page(query, label, url_name, account_id, "", icon)


def _page(query: str, label: Words, url_name: str, account_id: int, hint: Words, icon: str) -> Iterator[PaletteItem]:
    if matches(query, label, hint) and (url := account_url(url_name, account_id)):
        yield PaletteItem(label, url, hint, icon)


_TOP_BAR = (
    (_("Settings"), "accounts:settings", "settings"),
    (_("Notifications"), "accounts:notifications", "bell"),
    (_("Help"), "accounts:help", "help"),
)

PALETTE_SOURCES.register("pages", PaletteSource("pages", _("Pages"), pages_find, 10))
