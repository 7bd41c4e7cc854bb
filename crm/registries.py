"""What the apps above offer to records. Filled in ``AppConfig.ready()``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hubclone.lib.registry import Registry


@dataclass(frozen=True, slots=True)
class TimelineKind:
    """How entries of a kind are shown (A19). ``label`` names the kind in the filter, ``title`` one entry of it.

    ``template`` is a partial that gets ``entry`` (a TimelineEntry with its ``about`` loaded) and shows its ``data``;
    ``icon`` is a name that the tag ``icon`` knows.
    """

    key: str
    label: str | Promise
    icon: str
    template: str
    title: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Erasure:
    """Who is erased for good: the records (a contact, what was merged into it, activities that were about nobody else),
    every address in lower case, and every full name."""

    account_id: int
    record_ids: tuple[int, ...]
    addresses: tuple[str, ...]
    names: tuple[str, ...]


PRIVACY_ERASERS: Registry[str, Callable[[Erasure], None]] = Registry("privacy erasers")
"""What each app does with what it keeps of a person, in the transaction of the erasure. It runs before the records are
locked and again after, so it must be idempotent; and what it locks, it locks before any record, as everybody does."""

TIMELINE_KINDS: Registry[str, TimelineKind] = Registry("timeline kinds")

PROPERTY_CHANGE = "property_change"
"""A kind without rows of its own: the history of properties, woven in when the timeline is filtered by it."""

TIMELINE_KINDS.register(
    PROPERTY_CHANGE,
    TimelineKind(PROPERTY_CHANGE, _("Property changes"), "edit", "crm/timeline/_property_change.html"),
)
TIMELINE_KINDS.register(
    "consent", TimelineKind("consent", _("Consents"), "shield", "crm/timeline/_consent.html", _("Consent"))
)
TIMELINE_KINDS.register("note", TimelineKind("note", _("Notes"), "note", "crm/timeline/_note.html", _("Note")))
