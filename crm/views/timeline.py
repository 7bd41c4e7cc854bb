"""The rows of a timeline, and its filter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from crm.builtin_associations import unlabelled
from crm.choices import ObjectType
from crm.models import PropertyDefinition, Record
from crm.presentation import changes_shown, record_url, source_words
from crm.registries import COMPOSERS, PROPERTY_CHANGE, TIMELINE_KINDS, TimelineKind
from crm.selectors import TimelineItem


def timeline_row(
    item: TimelineItem, definitions: Mapping[str, PropertyDefinition], owners: Mapping[str, str], record: Record
) -> dict[str, Any]:
    """One entry for its template. ``activity`` is the record that may be changed from here, or None."""
    source = item.source
    about = item.entry.about if item.entry else None
    live = about if about is not None and about.archived_at is None else None
    return {
        "item": item,
        "entry": item.entry,
        "kind": item.kind,
        "title": _title(item),
        "about_title": (about.display_name or "") if about else "",
        "about_url": record_url(live) if live else "",
        "changes": changes_shown(item.changes, definitions, owners) if item.changes else [],
        "source": source_words(source.source_kind, source.source_label),
        "activity": live if live and _is_logged(item) else None,
        "anchor": f"activity-{live.pk}" if live else "",
        "form": None,
        "tone": "" if item.entry is None else "accent",
    }


def filter_tabs(found: Record, kind: str) -> list[dict[str, Any]]:
    """All, and each kind that such a record can have, with the one that is asked for; what people log comes first,
    changes of properties last."""
    url = record_url(found)
    shown = [pair for pair in TIMELINE_KINDS.items() if pair[0] == kind or _happens(pair[1], found.object_type)]
    kinds = sorted(shown, key=lambda pair: (pair[0] == PROPERTY_CHANGE, pair[0] not in COMPOSERS))
    tabs = [("", _("All")), *((key, known.label) for key, known in kinds)]
    return [{"label": label, "url": f"{url}?kind={key}" if key else url, "active": key == kind} for key, label in tabs]


def _happens(kind: TimelineKind, object_type: str) -> bool:
    """Whether a record of this kind can have such entries: activities need a way to be linked with it."""
    if kind.object_types:
        return object_type in kind.object_types
    return kind.key not in ObjectType.values or unlabelled(kind.key, object_type) is not None


def _is_logged(item: TimelineItem) -> bool:
    """Whether the entry shows an activity that was logged here, which its composer can change."""
    entry = item.entry
    if entry is None or entry.about is None or entry.data:
        return False
    composer = COMPOSERS.get(entry.kind)
    return composer is not None and composer.change is not None and entry.about.object_type == entry.kind


def _title(item: TimelineItem) -> str:
    if item.entry is not None:
        return str(item.kind.title or item.kind.label or item.entry.kind)
    return _("Record created") if item.version == 1 else _("Properties changed")
