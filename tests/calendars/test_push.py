"""Push, at each provider that has it: opened, lost, renewed, closed; and the sync that it asks for (C7)."""

from __future__ import annotations

import datetime as dt
import time
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership
from calendars.models import BusyInterval, Calendar, PushChannel
from calendars.services.calendars import calendars_select
from calendars.services.poll import calendars_poll
from calendars.services.push import channel_renew_enqueue
from calendars.services.sync import calendar_sync
from connections.services.state import connection_disconnect
from hubclone.lib.jobs.services import run_jobs
from tests.accounts.factories import actor_of
from tests.calendars.provider_contract import soon
from tests.calendars.sides import PUSHING, Side

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.spec("C7"),
    pytest.mark.parametrize("side", PUSHING, indirect=True),
]


@pytest.fixture
def calendar(side: Side, member: Membership, live_server: LiveServer, settings: Settings) -> Calendar:
    """Synced and watched; further pushes are lost."""
    settings.BASE_URL = live_server.url
    side.stand_in.push_pause()
    side.connect_only(member)
    run_jobs()
    return Calendar.objects.get(is_primary=True)


def test_connecting_opens_a_channel_whose_secret_only_the_provider_knows(calendar: Calendar, side: Side) -> None:
    channel, (known,) = PushChannel.objects.get(), side.live_channels()
    own, secret = side.channel_named(known)
    assert str(channel.channel_id) == own
    assert len(secret) > 30
    assert secret not in channel.token_digest
    assert channel.expires_at is not None
    assert channel.expires_at > timezone.now() + dt.timedelta(days={"google": 6, "microsoft": 2}[side.key])
    address = known["address" if side.key == "google" else "url"]
    assert urlsplit(address).path == f"/hooks/calendars/{side.key}"


def test_a_change_there_reaches_us_over_real_sockets(calendar: Calendar, side: Side) -> None:
    calendar_sync(calendar_id=calendar.pk)
    side.stand_in.push_pause(False)
    start = soon(4)
    side.make(start)
    until = time.monotonic() + 15
    while not BusyInterval.objects.exists() and time.monotonic() < until:
        run_jobs()
        time.sleep(0.05)
    assert BusyInterval.objects.get().starts_at == start


def test_a_lost_push_is_made_good_by_the_poll(calendar: Calendar, side: Side) -> None:
    start = soon(4)
    side.make(start)
    run_jobs()
    assert not BusyInterval.objects.exists()
    Calendar.objects.update(tried_at=timezone.now() - dt.timedelta(minutes=6))
    calendars_poll()
    run_jobs()
    assert BusyInterval.objects.get().starts_at == start


def test_a_channel_is_renewed_before_it_ends_and_the_old_one_closed(calendar: Calendar, side: Side) -> None:
    old = PushChannel.objects.get()
    PushChannel.objects.update(expires_at=timezone.now() + dt.timedelta(hours=23))
    Calendar.objects.update(push_tried_at=timezone.now() - dt.timedelta(days=6))
    calendars_poll()
    run_jobs()
    new, (known,) = PushChannel.objects.get(), side.live_channels()
    assert new.pk != old.pk
    assert side.channel_named(known)[0] == str(new.channel_id)


def test_a_channel_that_is_good_is_left_alone(calendar: Calendar, side: Side) -> None:
    before = PushChannel.objects.get()
    channel_renew_enqueue(calendar)
    run_jobs()
    assert PushChannel.objects.get().pk == before.pk


def test_removing_a_calendar_closes_its_channel_and_disconnecting_closes_all(
    side: Side, member: Membership, calendar: Calendar
) -> None:
    second = Calendar.objects.get(remote_id=side.second_id)
    actor, owner = actor_of(member), calendar.calendar_account
    calendars_select(actor=actor, calendar_account=owner, calendar_ids=[calendar.pk, second.pk])
    run_jobs()
    assert len(side.live_channels()) == 2
    calendars_select(actor=actor, calendar_account=owner, calendar_ids=[calendar.pk])
    run_jobs()
    assert len(side.live_channels()) == 1
    second.refresh_from_db()
    assert (second.sync_token, second.synced_at) == ("", None)
    connection_disconnect(actor=actor, connection=owner.connection)
    assert side.live_channels() == []
    assert not Calendar.objects.exists()
