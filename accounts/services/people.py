"""What a person says about themselves."""

from __future__ import annotations

from django.db import transaction

from accounts.actor import Actor
from accounts.models import User
from accounts.services.audit import audit_write
from hubclone.lib.text import clean_line


@transaction.atomic
def user_update(*, actor: Actor, user: User, name: str, language: str, time_zone: str) -> None:
    """Set the profile. ``language`` is a code or "" (as the browser asks), ``time_zone`` an IANA name."""
    new = {"name": clean_line(name)[:200], "language": language, "time_zone": time_zone}
    changed = [field for field, value in new.items() if getattr(user, field) != value]
    if not changed:
        return
    for field, value in new.items():
        setattr(user, field, value)
    user.save(update_fields=changed)
    audit_write(
        actor=actor,
        action="user.updated",
        target_kind="user",
        target_id=user.pk,
        target_label=str(user),
        detail={"changed": changed},
    )


def user_language_set(*, user: User, language: str) -> None:
    """Keep a person's language; a switch in the menu is no account's business, so it is in no audit log."""
    User.objects.filter(pk=user.pk).update(language=language)
