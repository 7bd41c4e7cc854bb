"""The right side of a record's page: what it is linked with, by kind."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from crm.choices import ObjectType
from crm.models import Record
from crm.objects import ACTIVITIES, OBJECTS
from crm.presentation import plural_label, record_icon, record_title, record_url
from crm.selectors import LinkedGroup, associations_get, linkable_types


def link_groups(found: Record) -> list[dict[str, Any]]:
    """A card for each kind that can be linked, also where nothing is yet; activities last, folded."""
    known = {group.object_type: group for group in associations_get(account_id=found.account_id, record=found)}
    kinds = linkable_types(found.object_type)
    kinds += sorted(kind for kind in known if kind not in kinds and kind not in ACTIVITIES)
    base = f"{record_url(found)}links/"
    cards = [_card(kind, known.get(kind), base) for kind in kinds]
    return [*cards, *(_card(kind, known[kind], base) for kind in sorted(ACTIVITIES) if kind in known)]


def _card(kind: str, group: LinkedGroup | None, base: str) -> dict[str, Any]:
    is_activity = kind in ACTIVITIES
    return {
        "kind": kind,
        "label": plural_label(kind),
        "total": group.total if group else 0,
        "more": group.total - len(group.items) if group else 0,
        "icon": record_icon(kind),
        "is_contact": kind == ObjectType.CONTACT,
        "is_activity": is_activity,
        "add_url": "" if is_activity else f"{base}{OBJECTS[kind].plural}/add/",
        "items": [
            {
                "title": record_title(item.record),
                "url": record_url(item.record),
                "note": ", ".join(_(label) for label in item.labels),
                "edit_url": "" if is_activity else f"{base}{item.record.pk}/",
                "remove_url": f"{base}{item.record.pk}/remove/",
            }
            for item in (group.items if group else [])
        ],
    }
