"""Kept values in the templates of timelines."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.builtin_properties import BUILT_IN
from crm.rich_text import html_shown

register = template.Library()
_OPTIONS = {
    spec.name: dict(spec.options)
    for groups in BUILT_IN.values()
    for group in groups
    for spec in group.properties
    if spec.options
}


@register.filter
def rich(value: Any) -> SafeString:
    """Kept HTML without anything that could act."""
    return html_shown(str(value or ""))


@register.filter
def instant(value: Any) -> dt.datetime | None:
    """A kept ISO time; None for none."""
    return dt.datetime.fromisoformat(value) if value else None


@register.filter
def option(value: Any, name: str) -> str:
    """The label of a kept option of a built-in property, in the reader's language."""
    label = _OPTIONS[name].get(value)
    return _(label) if label else str(value or "")


@register.filter
def minutes(milliseconds: Any) -> int:
    """Whole minutes of a kept duration."""
    return round(float(milliseconds or 0) / 60_000)
