"""Changing what a member has chosen for all of their meetings. What the plan does not have stays as it is (A3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.gates import PAID_SEAT
from accounts.models import Membership
from accounts.services.audit import audit_write
from calendars.choices import DefaultHost
from calendars.models import MeetingSettings
from calendars.models.settings import chat_key_make
from calendars.selectors.links import DOMAIN_GATE
from calendars.selectors.meeting_settings import (
    URL_PART_LENGTH_MOST,
    URL_PART_PATTERN,
    domains_offered,
    meeting_settings_of,
    url_part_taken,
)
from calendars.selectors.pages import pages_of
from hubclone.lib.errors import PermanentError

_URL_PART_CONSTRAINT = "meeting_url_part_once"
EDITABLE = frozenset({"url_part", "default_page_id", "domain_id", "default_host", "is_chat_link_on", "chat_page_id"})


class MeetingSettingsInvalid(PermanentError):
    """Nothing was changed. ``errors`` maps the names of fields to a sentence each."""

    code = "MEETING_SETTINGS_INVALID"

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = dict(errors)


@transaction.atomic
def meeting_settings_update(*, actor: Actor, membership: Membership, fields: Mapping[str, Any]) -> MeetingSettings:
    """Change what differs; the first save makes the settings. Raises MeetingSettingsInvalid.

    ``fields`` are of EDITABLE. Only what is changed needs its gate: what was chosen on a better plan may stay.
    """
    if unknown := set(fields) - EDITABLE:
        raise TypeError(f"meeting settings have no field {sorted(unknown)}")
    Membership.objects.select_for_update(no_key=True).get(pk=membership.pk)
    kept = meeting_settings_of(membership)
    changed = {name: value for name, value in fields.items() if getattr(kept, name) != value}
    if errors := dict(_Check(membership).errors(changed)):
        raise MeetingSettingsInvalid(errors)
    if changed or kept.pk is None:
        _save(kept, changed)
        _audit(actor, kept, "meeting_settings.updated", {"fields": sorted(changed)})
    return kept


@transaction.atomic
def chat_key_renew(*, actor: Actor, membership: Membership) -> None:
    """Give the member's chat another address: sites that have the old one show none any more."""
    chats = MeetingSettings.objects.filter(account_id=membership.account_id, membership=membership)
    if chats.update(chat_key=chat_key_make(), updated_at=Now()):
        _audit(actor, chats.get(), "meeting_settings.chat_key_renewed", {})


@dataclass(frozen=True, slots=True)
class _Check:
    """A sentence for each change that cannot be."""

    membership: Membership

    def errors(self, changed: Mapping[str, Any]) -> Any:
        for name, value in changed.items():
            if sentence := self._gate(name, value) or self._wrong(name, value):
                yield name, sentence

    def _gate(self, name: str, value: Any) -> str:
        if name in {"url_part", "default_page_id"} and not PAID_SEAT.gate_open(self.membership):
            return PAID_SEAT.gate_words
        if name == "domain_id" and value is not None and not DOMAIN_GATE.gate_open(self.membership):
            return DOMAIN_GATE.gate_words
        return ""

    def _wrong(self, name: str, value: Any) -> str:
        if name == "url_part":
            return self._url_part(value)
        if name in {"default_page_id", "chat_page_id"} and value is not None:
            member = self.membership
            own = pages_of(account_id=member.account_id, user_id=member.user_id)
            return "" if own.filter(pk=value).exists() else _("Choose one of your own pages.")
        if name == "domain_id" and value is not None:
            known = domains_offered(self.membership).filter(pk=value).exists()
            return "" if known else _("Choose a domain that is connected.")
        return "" if name != "default_host" or value in DefaultHost.values else _("Choose a host from the list.")

    def _url_part(self, part: str) -> str:
        if not part:
            return ""
        if len(part) > URL_PART_LENGTH_MOST or not URL_PART_PATTERN.fullmatch(part):
            return _("Use lower-case letters, digits and single hyphens between them, as in anna-nowak.")
        return _taken_words() if url_part_taken(part, membership=self.membership) else ""


def _taken_words() -> str:
    return _("Somebody else’s links begin like this already. Choose something else.")


def _save(kept: MeetingSettings, changed: Mapping[str, Any]) -> None:
    """Save under the constraint that holds the part unique, also when two are saved at once."""
    for name, value in changed.items():
        setattr(kept, name, value)
    kept.updated_at = Now()
    try:
        with transaction.atomic():
            kept.save()
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") != _URL_PART_CONSTRAINT:
            raise
        raise MeetingSettingsInvalid({"url_part": _taken_words()}) from error


def _audit(actor: Actor, kept: MeetingSettings, action: str, detail: Mapping[str, Any]) -> None:
    audit_write(actor=actor, action=action, target_kind="meeting_settings", target_id=kept.pk, detail=detail)
