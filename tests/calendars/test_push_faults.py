"""Pushes of each provider that come in a storm, for a channel that is not ours, not at all, or no longer (C7)."""

from __future__ import annotations

import datetime as dt
import time
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership
from calendars.models import BusyInterval, Calendar, CalendarJob, PushChannel
from calendars.services.calendars import calendars_list_enqueue
from calendars.services.poll import calendars_poll
from calendars.services.push import channel_renew_job
from hubclone.lib.jobs.choices import JobState
from hubclone.lib.jobs.services import run_jobs
from sandbox.testing import Control
from tests.calendars.booking import account_make, at_once
from tests.calendars.provider_contract import soon
from tests.calendars.sides import PUSHING, Side
from tests.connections import google

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.spec("C7")]
SENDERS, EACH = 16, 20
STORM_SECONDS = 60


@pytest.fixture
def calendar(side: Side, member: Membership, live_server: LiveServer, settings: Settings) -> Calendar:
    """Synced, and watched where the provider pushes; pushes are lost from now on."""
    settings.BASE_URL = live_server.url
    if side.key in PUSHING:
        side.stand_in.push_pause()
    calendars_list_enqueue(side.connect_only(member))
    run_jobs()
    return Calendar.objects.get(is_primary=True)


def post(side: Side, **forged: str) -> int:
    """A push reaches our hook; the status of the answer."""
    request = side.push_request(**forged)
    return Client().post(reverse("calendars:hook", args=[side.key]), **request).status_code


def syncs_queued() -> int:
    return CalendarJob.objects.filter(kind="calendar.sync", state=JobState.QUEUED).count()


@pytest.mark.parametrize("side", PUSHING, indirect=True)
def test_a_storm_of_pushes_is_answered_at_once_and_asks_for_one_sync(side: Side, calendar: Calendar) -> None:
    request, hook = side.push_request(), reverse("calendars:hook", args=[side.key])

    def send() -> set[int]:
        return {Client().post(hook, **request).status_code for _ in range(EACH)}

    side.make(soon())
    side.control.requests_clear()
    began = time.monotonic()
    answers = at_once([send] * SENDERS)
    assert time.monotonic() - began < STORM_SECONDS
    assert all(isinstance(answer, set) and max(answer) < 300 for answer in answers), answers
    assert syncs_queued() == 1
    assert side.requests() == 0, "nothing is asked of the provider while it pushes"
    run_jobs()
    assert side.requests() == 1
    assert BusyInterval.objects.count() == 1


@pytest.mark.parametrize("side", PUSHING, indirect=True)
@pytest.mark.parametrize("forged", [{"token": "guess"}, {"channel": str(uuid.UUID(int=7))}], ids=["secret", "channel"])
def test_a_push_that_is_forged_or_for_an_unknown_channel_asks_for_nothing(
    side: Side, calendar: Calendar, forged: dict[str, str]
) -> None:
    """Google ends a channel that answers 404; Graph must not be refused, for it would hold back the others."""
    assert post(side, **forged) == {"google": 404, "microsoft": 202}[side.key]
    assert syncs_queued() == 0
    assert post(side) < 300
    assert syncs_queued() == 1


@pytest.mark.parametrize("side", PUSHING, indirect=True)
def test_a_push_for_a_channel_that_has_just_been_replaced_asks_for_nothing_more(side: Side, calendar: Calendar) -> None:
    before = side.push_request()
    PushChannel.objects.update(expires_at=timezone.now() + dt.timedelta(hours=20))
    calendars_poll_now()
    assert len(side.live_channels()) == 1
    Client().post(reverse("calendars:hook", args=[side.key]), **before)
    assert syncs_queued() == 0
    assert post(side) < 300
    assert syncs_queued() == 1


@pytest.mark.parametrize("side", PUSHING, indirect=True)
def test_a_channel_that_has_run_out_is_opened_anew_and_what_it_missed_is_read(side: Side, calendar: Calendar) -> None:
    """As after a night without workers."""
    PushChannel.objects.update(expires_at=timezone.now() - dt.timedelta(hours=1))
    side.make(soon())
    calendars_poll_now()
    channel = PushChannel.objects.get()
    assert channel.expires_at is not None
    assert channel.expires_at > timezone.now() + dt.timedelta(days=1)
    assert BusyInterval.objects.count() == 1


def test_what_no_push_told_of_is_found_by_the_next_poll(side: Side, calendar: Calendar) -> None:
    made = side.make(soon())
    calendars_poll_now()
    assert BusyInterval.objects.get().starts_at == soon()
    side.move(made, soon(5))
    calendars_poll_now()
    assert BusyInterval.objects.get().starts_at == soon(5)
    side.delete(made)
    calendars_poll_now()
    assert not BusyInterval.objects.exists()


def calendars_poll_now() -> None:
    """What a few minutes later happens."""
    Calendar.objects.update(tried_at=timezone.now() - dt.timedelta(minutes=6), push_tried_at=None)
    calendars_poll()
    run_jobs()


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("C7")
def test_two_renewals_at_once_end_in_one_channel_that_is_known_on_both_sides(sandbox: Control) -> None:
    member = account_make().memberships.select_related("user", "account").get()
    google.connected(member, google.ANNA)
    run_jobs()
    calendar = Calendar.objects.get(is_primary=True)
    PushChannel.objects.all().delete()
    job = CalendarJob(account_id=calendar.account_id, kind="channel.renew", payload={"calendar_id": calendar.pk})
    at_once([lambda: channel_renew_job(job)] * 8)
    kept = PushChannel.objects.get(calendar=calendar)
    assert kept.resource_id, "whoever opened it has noted that"
    assert str(kept.channel_id) in {one["id"] for one in sandbox.google.state()["channels"] if not one["stopped"]}
    sandbox.clear()
