"""The right side of a record's page: what it is linked with, by kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from crm.choices import ObjectType
from crm.models import Record
from crm.objects import ACTIVITIES, OBJECTS
from crm.presentation import plural_label, record_icon, record_title, record_url
from crm.selectors import LinkedGroup, associations_get, linkable_types


def link_groups(found: Record) -> list[dict[str, Any]]:
    """A card for each kind that can be linked, also where nothing is yet; then one for all activities."""
    known = {group.object_type: group for group in associations_get(account_id=found.account_id, record=found)}
    kinds = linkable_types(found.object_type)
    kinds += sorted(kind for kind in known if kind not in kinds and kind not in ACTIVITIES)
    base = f"{record_url(found)}links/"
    cards = [_card(kind, known.get(kind), base) for kind in kinds]
    activities = [known[kind] for kind in sorted(ACTIVITIES) if kind in known]
    return [*cards, *([_activities(activities, base)] if activities else [])]


def _card(kind: str, group: LinkedGroup | None, base: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "label": plural_label(kind),
        "total": group.total if group else 0,
        "more": group.total - len(group.items) if group else 0,
        "is_contact": kind == ObjectType.CONTACT,
        "add_url": f"{base}{OBJECTS[kind].plural}/add/",
        "more_url": f"{base}{OBJECTS[kind].plural}/",
        "open": group is not None,
        "items": _items(group, base) if group else [],
    }


def _activities(groups: list[LinkedGroup], base: str) -> dict[str, Any]:
    """What is on timelines, too: folded."""
    total = sum(group.total for group in groups)
    items = [item for group in groups for item in _items(group, base)]
    return {
        "kind": "activities",
        "label": _("Activities"),
        "total": total,
        "more": total - len(items),
        "is_contact": False,
        "add_url": "",
        "more_url": "",
        "open": False,
        "items": items,
    }


def _items(group: LinkedGroup, base: str) -> list[dict[str, Any]]:
    return [link_row(item.record, item.labels, base) for item in group.items]


def link_row(other: Record, labels: Sequence[str], base: str) -> dict[str, Any]:
    """One linked record; ``base`` is the address of the links that it is shown with."""
    return {
        "title": record_title(other),
        "url": record_url(other),
        "icon": record_icon(other.object_type),
        "note": ", ".join(_(label) for label in labels),
        "edit_url": f"{base}{other.pk}/" if other.object_type not in ACTIVITIES else "",
        "remove_url": f"{base}{other.pk}/remove/",
    }
