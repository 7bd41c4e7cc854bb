"""Filters of the booking templates."""

from __future__ import annotations

import datetime as dt

from django import template

register = template.Library()


@register.filter
def moment(text: str) -> dt.datetime | None:
    """An ISO time of a timeline entry's data as a moment; None for what is not one."""
    try:
        return dt.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
