"""What the platform offers to the apps above it. Each is filled in ``AppConfig.ready()``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.choices import Right
from hubclone.lib.registry import Registry

if TYPE_CHECKING:
    from rest_framework.request import Request

    from accounts.actor import Actor
    from accounts.api.caller import ApiCaller
    from accounts.demo import DemoContext
    from accounts.models import Account, Membership

Words = str | Promise


@dataclass(frozen=True, slots=True)
class NavItem:
    """An item of the rail. ``url_name`` takes ``account_id`` only; the page and all below its path light the item.

    ``heading`` is a smaller heading within the section, for items that follow each other.
    """

    key: str
    label: Words
    icon: str
    url_name: str
    order: int = 100
    section: str = ""
    heading: Words = ""


@dataclass(frozen=True, slots=True)
class NavSection:
    """Items of the rail under one heading, which folds. An item names it in ``section``."""

    key: str
    label: Words
    icon: str


@dataclass(frozen=True, slots=True)
class SettingsSection:
    """An item of the settings' left menu; it shows when one of its tabs does."""

    key: str
    label: Words
    order: int = 100


@dataclass(frozen=True, slots=True)
class SettingsTab:
    """A tab of a settings section, hidden from those without ``right``. ``url_name`` takes ``account_id`` only."""

    key: str
    section: str
    label: Words
    url_name: str
    order: int = 100
    right: Right | None = None


@dataclass(frozen=True, slots=True)
class NotificationKind:
    """A kind of thing that people are told (A7), and where, unless they choose otherwise.

    Only who holds ``right`` is told and may choose; None is for everybody.
    """

    key: str
    label: Words
    description: Words = ""
    icon: str = "bell"
    in_app: bool = True
    by_email: bool = True
    right: Right | None = None


@dataclass(frozen=True, slots=True)
class EmailPanel:
    """A card of Settings → General → Email that an app adds: what it does with the person's e-mail.

    ``template`` is drawn with ``membership`` and what ``context`` answers for it.
    """

    key: str
    template: str
    context: Callable[[Membership], dict[str, object]]
    order: int = 100


@dataclass(frozen=True, slots=True)
class PaletteItem:
    """Something to go to. ``hint`` says what it is, or where it stands."""

    label: Words
    url: str
    hint: Words = ""
    icon: str = "arrow-right"


@dataclass(frozen=True, slots=True)
class PaletteSource:
    """A group of what the command palette finds, from a member and two or more characters. ``find`` asks the database
    twice at most, offers only what the member may open, and the best first; PALETTE_MOST of them are shown."""

    key: str
    label: Words
    find: Callable[[Membership, str], Iterable[PaletteItem]]
    order: int = 100


PALETTE_MOST = 8
"""How many items of one source the palette shows."""

NAVIGATION: Registry[str, NavItem] = Registry("navigation")
NAVIGATION_SECTIONS: Registry[str, NavSection] = Registry("navigation sections")
SETTINGS_SECTIONS: Registry[str, SettingsSection] = Registry("settings sections")
SETTINGS_TABS: Registry[str, SettingsTab] = Registry("settings tabs")

EMAIL_PANELS: Registry[str, EmailPanel] = Registry("e-mail panels")

PALETTE_SOURCES: Registry[str, PaletteSource] = Registry("palette sources")

NOTIFICATION_KINDS: Registry[str, NotificationKind] = Registry("notification kinds")

AUDIT_ACTIONS: Registry[str, Words] = Registry("audit actions")
"""What the audit log says of each action; ``audit_write`` refuses one that has no words here."""

AUDIT_TARGETS: Registry[str, Words] = Registry("audit targets")
"""What the audit log calls each kind of thing that an action is done to."""

AUDIT_NAMES: Registry[str, Callable[[str, str], str]] = Registry("audit names")
"""Target kind → function of the label and the id as they are kept: the name in the active language. For kinds whose
labels hold keys; others are shown as they are."""

AUDIT_LINKS: Registry[str, Callable[[Membership, list[int]], dict[int, str]]] = Registry("audit links")
"""Target kind → function of who looks and of ids: the paths of those that have a page which they may open."""

JOB_WORDS: Registry[str, Words] = Registry("job words")
"""Job kind → what such a job was to do, for people who see that it failed."""

API_AUTHENTICATORS: Registry[str, Callable[[str, Request], ApiCaller | None]] = Registry("API authenticators")
"""Token prefix → function of the whole token and the request; None when the token is not good."""

ACCOUNT_INITIALISERS: Registry[str, Callable[[Account, Actor], None]] = Registry("account initialisers")
"""What a new account needs; they run in the transaction that makes it."""

DEPARTURES: Registry[str, Callable[[Membership, Actor], None]] = Registry("departures")
"""What ends when a person leaves an account; they run in the transaction that takes their membership away, before."""

DEMO_LOADERS: Registry[str, Callable[[DemoContext], None]] = Registry("demo loaders")
"""What each app adds to the demo account, in the order of registration. Idempotent: they run at every start."""

for _section in (
    SettingsSection("general", _("General"), 10),
    SettingsSection("security", _("Security"), 12),
    SettingsSection("account", _("Account"), 15),
    SettingsSection("users", _("Users"), 20),
    SettingsSection("domains", _("Domains"), 25),
    SettingsSection("integrations", _("Integrations"), 30),
    SettingsSection("notifications", _("Notifications"), 35),
    SettingsSection("activity", _("Activity"), 40),
):
    SETTINGS_SECTIONS.register(_section.key, _section)
