"""Words about hosts, and the days of the visitor's month: these are drawn here and not in the template, for every click
draws forty of them."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from accounts.models import User
from calendars.models import Booking, SchedulingPage
from calendars.selectors.hosts import booking_hosts, names_words, page_host_words, page_hosts
from calendars.tokens import words_for_page
from calendars.views.picker import Cell

register = template.Library()
_BOOKABLE = (
    '<td><a class="{css}" id="day-{number}" href="?{query}" hx-get="{url}?{query}"{current}>'
    '<span class="sr-only">{words}</span><span aria-hidden="true">{number}</span></a></td>'
)
_CHOSEN = mark_safe(' aria-current="true"')


@register.filter
def about(page: SchedulingPage) -> str:
    """The page's description for a visitor who has not said who they are."""
    return words_for_page(page.description, page)


@register.filter
def hosts(page: SchedulingPage) -> list[User]:
    """Whose time the page offers."""
    return page_hosts(page)


@register.filter
def host_words(page: SchedulingPage) -> str:
    """Whom visitors of the page meet."""
    return page_host_words(page)


@register.filter
def booked_words(booking: Booking) -> str:
    """Whom the guest of a booking meets."""
    return names_words(booking_hosts(booking))


@register.simple_tag
def day_cell(cell: Cell | None, url: str) -> SafeString:
    """A cell of the grid: a link for a day that can be booked, else its number; empty outside of the month."""
    if cell is None:
        return mark_safe("<td></td>")
    if not cell.query:
        return format_html('<td><span class="{}">{}</span></td>', cell.css, cell.number)
    current = _CHOSEN if cell.is_chosen else ""
    return format_html(
        _BOOKABLE, css=cell.css, number=cell.number, query=cell.query, url=url, words=cell.words, current=current
    )
