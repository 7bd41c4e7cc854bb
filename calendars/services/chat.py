"""A message that a visitor leaves in a member's chat (C17): a note on the visitor's contact, and word to the member.

What is answered never depends on the address. Where A24 refuses a contact the message is passed on, and nothing of it
is kept in the CRM.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actor import Actor
from accounts.registries import NOTIFICATION_KINDS, NotificationKind
from accounts.services.audit import audit_write
from accounts.services.notifications import NotificationWords, notifications_send
from calendars.models import MeetingSettings
from crm.builtin_associations import unlabelled
from crm.choices import IdentityKind, ObjectType
from crm.models import RecordIdentity, TimelineEntry
from crm.objects import OWNER
from crm.rich_text import html_of
from crm.services.changes import AssociationChange, RecordChange, TimelineChange
from crm.services.records import records_write
from hubclone.lib.locks import LockSpace, transaction_lock

KIND = "chat.message"
NOTE = "note"
_CONTACT = 1

NOTIFICATION_KINDS.register(
    KIND,
    NotificationKind(
        KIND,
        gettext_lazy("Messages in your chat"),
        gettext_lazy("A visitor of a site wrote to you in the chat."),
        icon="chat",
    ),
)


class _ContactRefused(Exception):
    """A24 says that this address becomes no contact."""


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """What came in, cleaned. ``email`` is in lower case, ``site`` the page with the chat (empty: unknown), ``key`` is
    drawn once for each form shown: the same one is the same message."""

    name: str
    email: str
    text: str
    site: str
    key: str


@transaction.atomic
def chat_message_receive(*, actor: Actor, chat: MeetingSettings, message: ChatMessage) -> None:
    """Log the message on the contact, matched or made, and tell the member; once, however often it comes."""
    digest = hashlib.sha256(f"{chat.pk}:{message.key}".encode()).digest()
    transaction_lock(LockSpace.CHAT_MESSAGE, [int.from_bytes(digest[:6])])
    if _is_known(chat, message):
        return
    try:
        with transaction.atomic():
            contact_id: int | None = _log(actor, chat, message)
    except _ContactRefused:
        contact_id = None
    url = _contact_url(chat, contact_id)
    notifications_send(
        account_id=chat.account_id,
        kind=KIND,
        key=f"chat:{message.key}",
        people=[chat.membership.user],
        words=_words(message),
        url=url,
    )
    audit_write(
        actor=actor,
        action="chat.message_received",
        target_kind="meeting_settings",
        target_id=chat.pk,
        detail={"contact_id": contact_id} if contact_id else {},
    )


def _is_known(chat: MeetingSettings, message: ChatMessage) -> bool:
    contacts = RecordIdentity.objects.filter(
        account_id=chat.account_id,
        object_type=ObjectType.CONTACT,
        kind=IdentityKind.EMAIL,
        value=message.email,
    )
    entries = TimelineEntry.objects.filter(account_id=chat.account_id, kind=NOTE, key=_entry_key(message))
    return entries.filter(record_id__in=contacts.values("record_id")).exists()


def _entry_key(message: ChatMessage) -> str:
    return f"chat:{message.key}"


def _log(actor: Actor, chat: MeetingSettings, message: ChatMessage) -> int:
    """The note and its contact, which whoever knows the address cannot rewrite. Raises _ContactRefused."""
    now, owner = timezone.now(), str(chat.membership.user_id)
    type_id = unlabelled(ObjectType.NOTE, ObjectType.CONTACT)
    assert type_id is not None
    note = RecordChange(
        ObjectType.NOTE,
        {"hs_timestamp": now, "hs_note_body": _body(chat, message), OWNER: owner},
        associations=[AssociationChange(type_id, to_index=_CONTACT)],
    )
    results = records_write(actor=actor, changes=[note, _contact(message, owner, now)])
    contact_id = results[_CONTACT].record_id
    if contact_id is None:
        raise _ContactRefused
    return contact_id


def _contact(message: ChatMessage, owner: str, now: dt.datetime) -> RecordChange:
    first, _space, last = message.name.rpartition(" ")
    return RecordChange(
        ObjectType.CONTACT,
        match_email=message.email,
        fills=[{"firstname": first or last, "lastname": last if first else ""}],
        if_new={OWNER: owner},
        timeline=[TimelineChange(NOTE, _entry_key(message), now, about_index=0)],
    )


def _body(chat: MeetingSettings, message: ChatMessage) -> str:
    """The words and where they came from, in the member's language."""
    with translation.override(chat.membership.user.language or chat.account.language):
        return html_of(f"{message.text}\n\n{_source(message)}")


def _source(message: ChatMessage) -> str:
    if message.site:
        return _("— Sent by %(name)s in the chat on %(site)s") % {"name": message.name, "site": message.site}
    return _("— Sent by %(name)s in the chat") % {"name": message.name}


def _contact_url(chat: MeetingSettings, contact_id: int | None) -> str:
    """Where the message can be answered; without a contact the reply address of the email is all there is."""
    if contact_id is None:
        return reverse("calendars:settings", args=[chat.account_id])
    return reverse("crm:record", args=[chat.account_id, "contacts", contact_id])


def _words(message: ChatMessage) -> Callable[[], NotificationWords]:
    def words() -> NotificationWords:
        title = _("%(name)s wrote to you in the chat") % {"name": message.name}
        text = f"{message.text}\n\n{message.name} <{message.email}>\n{_source(message)}"
        return NotificationWords(title, text, reply_to=message.email)

    return words
