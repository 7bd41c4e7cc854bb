"""What other apps add to Automation → Workflows. Filled in ``AppConfig.ready()``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from accounts.models import Membership
from hubclone.lib.registry import Registry

Words = str | Promise
COUNTED_DAYS = 30
"""Over how many days what ran is counted."""


@dataclass(frozen=True, slots=True)
class BuiltInAutomation:
    """One thing that runs by itself: ``action`` happens at each ``trigger`` while ``is_on``.

    ``done`` is how often it ran in the last COUNTED_DAYS days, ``waiting`` how many runs are planned; None where
    nothing is ever planned.
    """

    name: Words
    trigger: Words
    action: Words
    is_on: bool
    done: int
    waiting: int | None = None


@dataclass(frozen=True, slots=True)
class Automated:
    """What automations belong to, such as a scheduling page. ``url`` is where they are changed, "" for who may not;
    ``note`` says what is particular about it, such as that it is paused."""

    key: str
    name: str
    owner: str
    url: str
    automations: tuple[BuiltInAutomation, ...]
    note: Words = ""


@dataclass(frozen=True, slots=True)
class AutomationSearch:
    """What is looked for: words of a name, and whether one's own alone. ``after`` and ``limit`` are of the paging."""

    query: str = ""
    is_mine: bool = False
    after: str | None = None
    limit: int = 10


@dataclass(frozen=True, slots=True)
class AutomatedPage:
    """A page of what was found; ``next_after`` is None on the last."""

    items: list[Automated]
    next_after: str | None = None


@dataclass(frozen=True, slots=True)
class AutomationSource:
    """A kind of thing with automations of its own.

    ``find`` answers a page of those in the member's account, and asks the database as often however many there are; it
    raises BadCursor. ``add`` leads to making the first one, for an account's id, under ``add_label``.
    """

    key: str
    label: Words
    lead: Words
    icon: str
    find: Callable[[Membership, AutomationSearch], AutomatedPage]
    empty: Words
    add_label: Words
    add: Callable[[int], str]
    order: int = 100


BUILT_IN_AUTOMATIONS: Registry[str, AutomationSource] = Registry("built-in automations")
