"""Telling people, in the app and by e-mail, as each of them chooses (A7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Account, Notification, NotificationChoice, User
from accounts.registries import NOTIFICATION_KINDS
from accounts.services.mail import email_enqueue
from hubclone.lib.text import clean, clean_line

TITLE_MOST = 400


@dataclass(frozen=True, slots=True)
class NotificationWords:
    """What is said: a title, a few sentences, and the email's own body and parts where need be."""

    title: str
    text: str = ""
    email_text: str = ""
    email_html: str = ""
    reply_to: str = ""
    calendar: str = ""
    calendar_method: str = ""


@transaction.atomic
def notifications_send(
    *,
    account_id: int,
    kind: str,
    key: str,
    people: Iterable[User],
    words: Callable[[], NotificationWords],
    url: str,
    email_key: str = "",
) -> None:
    """Tell each person once for each ``key``, in the caller's transaction; ``words`` is called in their language.

    ``url`` is the path of the page that mends it. The email's key is ``key:<person>``, or ``email_key`` for one person
    alone. Raises LookupError for an unknown kind.
    """
    known = NOTIFICATION_KINDS[kind]
    told = {person.pk: person for person in people}
    fallback = _language_of(account_id, told.values())
    chosen = {
        choice.user_id: choice
        for choice in NotificationChoice.objects.filter(account_id=account_id, kind=kind, user__in=told)
    }
    rows = []
    for person in told.values():
        choice = chosen.get(person.pk)
        with translation.override(person.language or fallback), timezone.override(person.time_zone):
            said = words()
            if choice.by_email if choice else known.by_email:
                _mail(account_id, email_key or f"{key}:{person.pk}", person, said, url)
        if choice.in_app if choice else known.in_app:
            rows.append(_row(account_id, kind, key, person, said, url))
    Notification.objects.bulk_create(rows, ignore_conflicts=True)


def _language_of(account_id: int, people: Iterable[User]) -> str:
    """The account's language, for those who chose none."""
    if all(person.language for person in people):
        return settings.LANGUAGE_CODE
    return Account.objects.values_list("language", flat=True).get(pk=account_id)


def _row(account_id: int, kind: str, key: str, person: User, said: NotificationWords, url: str) -> Notification:
    title = clean_line(said.title)[:TITLE_MOST]
    return Notification(
        account_id=account_id, user=person, kind=kind, key=key, title=title, text=clean(said.text), url=url
    )


def _mail(account_id: int, key: str, person: User, said: NotificationWords, url: str) -> None:
    link = " ".join((_("Open it here:"), f"{settings.BASE_URL}{url}"))
    text = said.email_text or "\n\n".join(part for part in (said.text, link) if part)
    email_enqueue(
        account_id=account_id,
        key=key,
        to=person.email,
        subject=said.title,
        text=text,
        html=said.email_html,
        reply_to=said.reply_to,
        calendar=said.calendar,
        calendar_method=said.calendar_method,
    )
