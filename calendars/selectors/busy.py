"""When hosts are busy, without saying why: what the API tells of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from calendars.engine.intervals import Interval, merge
from calendars.models import BusyInterval, Reservation


def hosts_busy_times(
    *, account_id: int, user_ids: Sequence[int], within: tuple[dt.datetime, dt.datetime]
) -> dict[int, list[Interval]]:
    """Each user's busy time that touches ``within`` as a set in epoch seconds: selected calendars' events, bookings.

    What another account booked is not among it. Two queries however many users there are.
    """
    found: dict[int, list[Interval]] = {user_id: [] for user_id in user_ids}
    events = BusyInterval.objects.filter(
        account_id=account_id,
        calendar__is_selected=True,
        calendar__calendar_account__user_id__in=user_ids,
        ends_at__gt=within[0],
        starts_at__lt=within[1],
    )
    for user_id, starts, ends in events.values_list("calendar__calendar_account__user_id", "starts_at", "ends_at"):
        found[user_id].append((int(starts.timestamp()), int(ends.timestamp())))
    booked = Reservation.objects.filter(
        account_id=account_id, host_id__in=user_ids, active=True, during__overlap=within
    )
    for host_id, during in booked.values_list("host_id", "during"):
        assert during.lower is not None
        assert during.upper is not None
        found[host_id].append((int(during.lower.timestamp()), int(during.upper.timestamp())))
    return {user_id: merge(intervals) for user_id, intervals in found.items()}
