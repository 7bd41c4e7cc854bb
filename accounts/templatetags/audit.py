"""The audit log in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import template

from accounts.audit_log import target_name
from accounts.models import AuditEntry
from accounts.registries import AUDIT_ACTIONS, AUDIT_TARGETS, Words

register = template.Library()


@register.filter
def action_words(action: str) -> Words:
    """What was done; the bare code when no installed app knows it any more."""
    return AUDIT_ACTIONS.get(action) or action


@register.filter
def target_words(kind: str) -> Words:
    """What it was done to; the bare kind when no installed app knows it any more."""
    return AUDIT_TARGETS.get(kind) or kind


@register.filter
def name_words(entry: AuditEntry) -> str:
    """The name of what it was done to; its id when it has none."""
    return target_name(entry) or entry.target_id


@register.filter
def detail_rows(detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """An entry's detail as pairs of name and text: ``before.seat`` for a value in a value, lists with commas."""
    return list(_rows(detail, ""))


def _rows(detail: Mapping[str, Any], above: str) -> Iterator[tuple[str, str]]:
    for key, value in detail.items():
        if isinstance(value, Mapping):
            yield from _rows(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", _text(value)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "—"
    return "—" if value in ("", None) else str(value)
