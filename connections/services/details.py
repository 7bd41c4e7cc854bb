"""What people call a connection, and the brand that it belongs to (A4, A13)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import Brand
from accounts.services.audit import audit_write
from connections.models import Connection
from hubclone.lib.text import clean_line

LABEL_MOST = 100


@transaction.atomic
def connection_update(*, actor: Actor, connection: Connection, label: str, brand: Brand | None) -> None:
    """Set label and brand. Raises ValidationError for a brand of another account."""
    if brand is not None and brand.account_id != actor.account_id:
        raise ValidationError(_("This brand is not there any more."))
    mine = Connection.objects.select_for_update(no_key=True).get(account_id=actor.account_id, pk=connection.pk)
    new = {"label": clean_line(label)[:LABEL_MOST], "brand_id": brand.pk if brand else None}
    changed = [field for field, value in new.items() if getattr(mine, field) != value]
    if not changed:
        return
    Connection.objects.filter(pk=mine.pk).update(**new)
    audit_write(
        actor=actor,
        action="connection.updated",
        target_kind="connection",
        target_id=mine.pk,
        target_label=mine.identity,
        detail={"changed": changed, "label": new["label"]},
    )
