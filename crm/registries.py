"""What the apps above offer to records. Filled in ``AppConfig.ready()``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.choices import ObjectType
from hubclone.lib.registry import Registry

if TYPE_CHECKING:
    from accounts.actor import Actor
    from crm.models import Record, TimelineEntry


@dataclass(frozen=True, slots=True)
class TimelineKind:
    """How entries of a kind are shown (A19). ``label`` names the kind in the filter, ``title`` one entry of it.

    ``template`` is a partial that gets ``entry`` (a TimelineEntry with its ``about`` loaded) and shows its ``data``;
    ``icon`` is a name that the tag ``icon`` knows; ``load`` gives a page's entries what the template needs beside
    that, by one query for all of them. An entry without ``data`` only shows its ``about``, as that is by
    now, and is not shown once that record is deleted. ``object_types``: the records that it happens to; all when empty.
    """

    key: str
    label: str | Promise
    icon: str
    template: str
    title: str | Promise = ""
    load: Callable[[Sequence[TimelineEntry]], None] | None = None
    object_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Composer:
    """A way to log something on a record (A21), by the timeline kind that it makes.

    ``form(data, record=record, owners=[(id, name)], user_id=text, properties=None)`` makes its form; ``properties`` are
    those of an activity that is edited. A form whose ``note`` is not empty says what happens when it is sent; else the
    composer's own ``note`` does. ``save(actor, record, form)`` writes what a valid form says; ``change(actor, activity,
    form, version)`` writes it over an activity as it was at ``version``; without it an activity is edited on its page.
    Both raise RecordError. ``button`` are the words that save, ``saved`` those of the toast. ``object_types`` are the
    kinds of record that it is offered on; empty: all that can have an activity of its key.
    """

    key: str
    label: str | Promise
    icon: str
    button: str | Promise
    form: Callable[..., forms.Form]
    save: Callable[[Actor, Record, forms.Form], None]
    change: Callable[[Actor, Record, forms.Form, int | None], None] | None = None
    note: str | Promise = ""
    order: int = 100
    saved: str | Promise = _("It is on the timeline.")
    object_types: frozenset[str] = frozenset()


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

COMPOSERS: Registry[str, Composer] = Registry("composers")
"""What can be logged on records; a floor above adds its own, or replaces one of these."""

ACTIVITY_NOTES: Registry[str, Callable[[Record], str]] = Registry("activity notes")
"""Object type → what changing or deleting an activity of it does beside that, in words; empty when nothing."""

TIMELINE_KINDS: Registry[str, TimelineKind] = Registry("timeline kinds")

PROPERTY_CHANGE = "property_change"
"""A kind without rows of its own: the history of properties, woven in when the timeline is filtered by it."""

TIMELINE_KINDS.register(
    PROPERTY_CHANGE,
    TimelineKind(PROPERTY_CHANGE, _("Property changes"), "edit", "crm/timeline/_property_change.html"),
)
TIMELINE_KINDS.register(
    "consent",
    TimelineKind(
        "consent",
        _("Consents"),
        "shield",
        "crm/timeline/_consent.html",
        _("Consent"),
        object_types=(ObjectType.CONTACT,),
    ),
)
