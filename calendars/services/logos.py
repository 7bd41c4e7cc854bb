"""Keeping the logos of scheduling pages; which page shows which is changed with the page itself, and audited there."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.db import transaction
from django.db.models.functions import Now

from accounts.actor import Actor
from calendars.models import PageLogo, SchedulingPage
from hubclone.lib.pictures import Picture

UNUSED_KEPT = dt.timedelta(days=1)


@transaction.atomic
def logo_keep(*, actor: Actor, picture: Picture) -> PageLogo:
    """The account's row of this picture, made when there is none; takes away what nobody has used for a day."""
    account_id = actor.account_id
    used = SchedulingPage.objects.filter(account_id=account_id, logo__isnull=False).values("logo")
    unused = PageLogo.objects.filter(account_id=account_id, kept_at__lt=Now() - UNUSED_KEPT).exclude(pk__in=used)
    unused.delete()
    values = {"ending": picture.ending, "width": picture.width, "height": picture.height, "data": picture.data}
    digest = hashlib.sha256(picture.data).hexdigest()
    found, _created = PageLogo.objects.update_or_create(
        account_id=account_id, digest=digest, defaults={"kept_at": Now()}, create_defaults=values
    )
    return found
