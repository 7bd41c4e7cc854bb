"""Adding somebody's shared calendar by their address, where the provider keeps no list of such (C9)."""

from __future__ import annotations

from django.db import transaction

from accounts.actor import Actor
from accounts.services.audit import audit_write
from calendars.exceptions import CalendarNotListed
from calendars.models import Calendar, CalendarAccount
from calendars.providers.protocol import RemoteCalendar, SharedByAddress
from calendars.services.calendars import calendar_row, calendars_select
from calendars.services.clients import calendar_client

ADDRESSES_MOST = 50
SECONDS_MOST = 15.0


def shared_calendar_add(*, actor: Actor, calendar_account: CalendarAccount, address: str) -> Calendar:
    """List the main calendar of ``address`` and make it count; one that is listed already counts from now on.

    Raises CalendarNotListed when the provider does not open it for this account or takes no addresses, and what its
    client raises.
    """
    client = calendar_client(calendar_account, timeout_seconds=SECONDS_MOST)
    remote = client.calendar_of(address) if isinstance(client, SharedByAddress) else None
    if remote is None:
        raise CalendarNotListed
    return _take(actor, calendar_account, address.lower(), remote)


@transaction.atomic
def _take(actor: Actor, calendar_account: CalendarAccount, address: str, remote: RemoteCalendar) -> Calendar:
    locked = CalendarAccount.objects.select_for_update(no_key=True).get(pk=calendar_account.pk)
    if address not in locked.shared_by:
        if len(locked.shared_by) >= ADDRESSES_MOST:
            raise CalendarNotListed
        locked.shared_by = [*locked.shared_by, address]
        locked.save(update_fields=["shared_by"])
        audit_write(
            actor=actor,
            action="calendar_account.shared_calendar_added",
            target_kind="calendar_account",
            target_id=locked.pk,
            target_label=address,
        )
    calendar, _made = Calendar.objects.get_or_create(
        account_id=locked.account_id,
        calendar_account=locked,
        remote_id=remote.remote_id,
        defaults=calendar_row(remote),
    )
    selected = set(locked.calendars.filter(is_selected=True).values_list("pk", flat=True))
    calendars_select(actor=actor, calendar_account=locked, calendar_ids=selected | {calendar.pk})
    return calendar
