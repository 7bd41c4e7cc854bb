"""What the shell of every page knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from accounts.models import Membership
from accounts.notification_selectors import notifications_unread
from accounts.registries import (
    NAVIGATION,
    NAVIGATION_SECTIONS,
    SETTINGS_SECTIONS,
    SETTINGS_TABS,
    NavItem,
    NavSection,
    SettingsTab,
    Words,
)
from accounts.selectors import memberships_of


@dataclass(frozen=True, slots=True)
class Link:
    """A place to go; ``active`` when the page shown is it or lies below it."""

    key: str
    label: Words
    url: str
    active: bool
    icon: str = ""
    section: str = ""
    heading: Words = ""

    @property
    def group(self) -> NavSection | None:
        """The heading that it stands under in the rail; None for an item by itself."""
        return NAVIGATION_SECTIONS.get(self.section)


class Shell:
    """The rail, the account switcher and the settings' menu of one request."""

    def __init__(self, request: HttpRequest, membership: Membership) -> None:
        self.path = request.path
        self.membership = membership

    @cached_property
    def memberships(self) -> list[Membership]:
        """The person's accounts, for the switcher."""
        return list(memberships_of(user=self.membership.user))

    @cached_property
    def bell_unread(self) -> int:
        """What stands at the bell."""
        return notifications_unread(account_id=self.membership.account_id, user_id=self.membership.user_id)

    @cached_property
    def navigation(self) -> list[Link]:
        """The rail."""
        return self._links(sorted(NAVIGATION.values(), key=lambda item: item.order))

    @cached_property
    def settings_sections(self) -> list[tuple[Words, list[Link]]]:
        """The settings' left menu: each section with the tabs that this member may see; none without a tab."""
        allowed = [tab for tab in SETTINGS_TABS.values() if tab.right is None or self.membership.has_right(tab.right)]
        links = self._links(sorted(allowed, key=lambda tab: tab.order))
        sections = sorted(SETTINGS_SECTIONS.values(), key=lambda section: section.order)
        filled = ((section.label, [link for link in links if link.section == section.key]) for section in sections)
        return [(label, tabs) for label, tabs in filled if tabs]

    @cached_property
    def account_links(self) -> list[Link]:
        """The switcher: each of the person's accounts, at the page that is open here or the nearest one."""
        return [
            Link(str(one.account_id), one.account.name, self._same_page(one), one.pk == self.membership.pk)
            for one in self.memberships
        ]

    def _same_page(self, other: Membership) -> str:
        """The tab or the item of the rail that is open, in another account; its start where that has none."""
        tab = self._here(SETTINGS_TABS.values())
        if isinstance(tab, SettingsTab):
            allowed = tab.right is None or other.has_right(tab.right)
            return account_url(tab.url_name if allowed else "accounts:settings", other.account_id)
        item = self._here(NAVIGATION.values())
        return account_url(item.url_name if item else "accounts:start", other.account_id)

    def _here(self, items: Iterable[NavItem | SettingsTab]) -> NavItem | SettingsTab | None:
        """The item with the longest path that the open page lies below."""
        found = [(account_url(item.url_name, self.membership.account_id), item) for item in items]
        below = [(url, item) for url, item in found if url and self.path.startswith(url)]
        return max(below, key=lambda pair: len(pair[0]))[1] if below else None

    def _links(self, items: list[NavItem] | list[SettingsTab]) -> list[Link]:
        """Items whose page is there, the one with the longest matching path marked as active."""
        urls = {item.key: url for item in items if (url := account_url(item.url_name, self.membership.account_id))}
        here = max((url for url in urls.values() if self.path.startswith(url)), key=len, default="")
        return [
            Link(
                item.key,
                item.label,
                urls[item.key],
                urls[item.key] == here,
                getattr(item, "icon", ""),
                item.section,
                getattr(item, "heading", ""),
            )
            for item in items
            if item.key in urls
        ]


def account_url(url_name: str, account_id: int) -> str:
    """The address of an account's page, or "" where its app has none."""
    try:
        return reverse(url_name, args=[account_id])
    except NoReverseMatch:
        return ""


def shell(request: HttpRequest) -> dict[str, Any]:
    """What layouts/app.html and layouts/settings.html show; empty for visitors. Lists are made when asked for."""
    membership: Membership | None = getattr(request, "membership", None)
    if membership is None:
        return {"membership": None, "signup_open": settings.SIGNUP_OPEN}
    known = Shell(request, membership)
    return {
        "membership": membership,
        "memberships": SimpleLazyObject(lambda: known.memberships),
        "account_links": SimpleLazyObject(lambda: known.account_links),
        "navigation": SimpleLazyObject(lambda: known.navigation),
        "settings_sections": SimpleLazyObject(lambda: known.settings_sections),
        "settings_url": account_url("accounts:settings", membership.account_id),
        "settings_active": request.path.startswith(account_url("accounts:settings", membership.account_id)),
        "bell_url": account_url("accounts:bell", membership.account_id),
        "bell_unread": lambda: known.bell_unread,
        "profile_url": account_url("accounts:profile", membership.account_id),
    }
