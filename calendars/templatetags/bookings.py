"""Filters of the booking templates."""

from __future__ import annotations

import datetime as dt

from django import template

from calendars.models import Booking
from calendars.selectors.calls import is_left_behind

register = template.Library()


@register.filter
def moment(text: str) -> dt.datetime | None:
    """An ISO time of a timeline entry's data as a moment; None for what is not one."""
    try:
        return dt.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None


@register.filter
def left_behind(booking: Booking) -> bool:
    """Whether the booking's event is in a calendar that is not connected any more."""
    return is_left_behind(booking)
