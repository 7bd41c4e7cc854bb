"""The tokens that may stand in the words of a scheduling page, and their values for a booking.

A guest's values are what that guest typed and never what the CRM knows: whoever books with somebody's address learns
nothing about them. Nor does anything typed become a link in the host's own words, which go to that address.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from calendars.engine.tokens import tokens_render, tokens_used
from calendars.mail.names import first_name_of, host_of
from calendars.mail.when import when_words
from calendars.models import Booking, SchedulingPage
from calendars.selectors.answers import answers_words
from calendars.selectors.hosts import page_host_words
from calendars.selectors.links import page_url
from calendars.selectors.meeting_settings import default_page_of
from hubclone.lib.names import link_defuse
from hubclone.lib.registry import Registry
from hubclone.lib.text import clean_line

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

CONTACT = "contact."
WHEN = "meeting.when"


@dataclass(frozen=True, slots=True)
class PageToken:
    """``value`` gives the words for a booking in the active language; ``key`` stands between the braces."""

    key: str
    label: StrOrPromise
    value: Callable[[Booking], str]


PAGE_TOKENS: Registry[str, PageToken] = Registry("tokens of scheduling pages")


def _when(booking: Booking) -> str:
    return when_words(booking.starts_at, booking.ends_at, booking.guest_time_zone)


def _meeting_link(booking: Booking) -> str:
    """The host's default meeting (C12); nothing when they have left the account, or have no page."""
    membership = Membership.objects.filter(account_id=booking.account_id, user=booking.host).first()
    page = default_page_of(membership) if membership else None
    return page_url(page) if page else ""


for _token in (
    PageToken(f"{CONTACT}firstname", _("First name of the guest"), first_name_of),
    PageToken(f"{CONTACT}lastname", _("Last name of the guest"), lambda booking: link_defuse(booking.guest_last_name)),
    PageToken(f"{CONTACT}email", _("Email of the guest"), lambda booking: booking.guest_email),
    PageToken("host.name", _("Your name"), host_of),
    PageToken(WHEN, _("Day and time"), _when),
    PageToken("meeting_link", _("Link to your default meeting page"), _meeting_link),
):
    PAGE_TOKENS.register(_token.key, _token)


def tokens_known(form_fields: Iterable[Mapping[str, Any]], *, lasting: bool = False) -> set[str]:
    """The keys that a page's words may hold: those of the registry, and the guest's answers.

    ``lasting``: for words that are kept as they were when the meeting was booked, so without its time.
    """
    answers = {f"{CONTACT}{item['name']}" for item in form_fields}
    return ({*PAGE_TOKENS} | answers) - ({WHEN} if lasting else set())


def words_for_booking(text: str, booking: Booking) -> str:
    """A page's words for one guest, in the guest's language and zone."""
    used = tokens_used(text)
    if not used:
        return text
    with translation.override(booking.guest_language):
        return tokens_render(text, _values(booking, used))


def words_for_page(text: str, page: SchedulingPage) -> str:
    """A page's words before anybody has said who they are."""
    if "{{" not in text:
        return text
    return tokens_render(text, {"host.name": page_host_words(page)})


def _values(booking: Booking, used: Collection[str]) -> dict[str, str]:
    asked = any(key.startswith(CONTACT) and key not in PAGE_TOKENS for key in used)
    words = answers_words(booking, booking.guest_time_zone) if asked else {}
    answers = {f"{CONTACT}{name}": link_defuse(clean_line(text)) for name, text in words.items()}
    own = {key: PAGE_TOKENS[key].value(booking) for key in used if key in PAGE_TOKENS}
    return answers | own
