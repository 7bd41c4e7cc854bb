"""Google's push, where it is unlike others': greeted, doubled, out of order, forged, refused (C7)."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Membership
from calendars.models import Calendar, CalendarJob, PushChannel
from calendars.services.push import channel_renew_enqueue
from hubclone.lib.jobs.choices import JobQueue, JobState
from hubclone.lib.jobs.services import run_jobs
from sandbox.testing import Control
from tests.connections.google import connected


@pytest.fixture
def calendar(member: Membership, sandbox: Control) -> Calendar:
    sandbox.google.push_pause()
    connected(member)
    run_jobs()
    return Calendar.objects.get(is_primary=True)


def _live(sandbox: Control) -> list[dict[str, Any]]:
    return [channel for channel in sandbox.google.state()["channels"] if not channel["stopped"]]


def _push(sandbox: Control, *, token: str | None = None, channel: str = "", **headers: str) -> int:
    """A push as Google sends it, with the secret that Google knows."""
    (known,) = _live(sandbox)
    given = {
        "X-Goog-Channel-ID": channel or known["id"],
        "X-Goog-Channel-Token": known["token"] if token is None else token,
        "X-Goog-Resource-State": "exists",
        "X-Goog-Message-Number": "5",
        **headers,
    }
    return Client().post(reverse("calendars:hook", args=["google"]), headers=given).status_code


def _queued() -> int:
    return CalendarJob.objects.filter(kind="calendar.sync", state=JobState.QUEUED).count()


@pytest.mark.django_db
@pytest.mark.spec("C7")
def test_doubled_and_disordered_pushes_ask_for_one_sync(calendar: Calendar, sandbox: Control) -> None:
    for number in ("7", "7", "3", "nonsense", "9" * 40):
        assert _push(sandbox, **{"X-Goog-Message-Number": number}) == 204
    assert _queued() == 1
    job = CalendarJob.objects.get(state=JobState.QUEUED)
    assert job.queue == JobQueue.REALTIME
    assert PushChannel.objects.get().last_message == 7


@pytest.mark.django_db
def test_the_first_push_of_a_channel_is_only_a_greeting(calendar: Calendar, sandbox: Control) -> None:
    assert _push(sandbox, **{"X-Goog-Resource-State": "sync"}) == 204
    assert _queued() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "forged",
    [{"token": "guess"}, {"token": ""}, {"channel": str(uuid.uuid4())}, {"channel": "'; drop table"}],
    ids=["token", "no token", "channel", "nonsense"],
)
def test_a_forged_push_is_not_found_and_does_nothing(
    calendar: Calendar, sandbox: Control, forged: dict[str, str]
) -> None:
    assert _push(sandbox, **forged) == 404
    assert _queued() == 0


@pytest.mark.django_db
def test_a_push_of_an_unknown_provider_is_not_found(calendar: Calendar) -> None:
    assert Client().post("/hooks/calendars/nobody").status_code == 404
    assert Client().get("/hooks/calendars/google").status_code == 405


@pytest.mark.django_db
def test_a_watch_that_fails_is_tried_again_and_leaves_nothing_behind(member: Membership, sandbox: Control) -> None:
    sandbox.fault(provider="google", path="/watch$", status=500)
    connected(member)
    run_jobs()
    assert not PushChannel.objects.exists()
    CalendarJob.objects.filter(kind="channel.renew").update(not_before=timezone.now())
    run_jobs()
    assert PushChannel.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.spec("C7")
def test_a_calendar_that_cannot_be_watched_is_polled_and_nobody_is_told_of_a_failure(
    member: Membership, sandbox: Control
) -> None:
    sandbox.fault(provider="google", path="/watch$", status=400, reason="pushNotSupportedForRequestedResource", times=0)
    connected(member)
    run_jobs()
    assert not PushChannel.objects.exists()
    assert not CalendarJob.objects.filter(state=JobState.DEAD).exists()
    assert Calendar.objects.get(is_primary=True).synced_at is not None


@pytest.mark.django_db
def test_without_an_address_that_google_takes_there_is_no_channel(
    member: Membership, sandbox: Control, settings: Settings
) -> None:
    connected(member)
    settings.GOOGLE = {**settings.GOOGLE, "api_url": "https://www.googleapis.com"}
    calendar = Calendar.objects.create(
        account=member.account,
        calendar_account=member.user.calendar_accounts.get(),
        remote_id="c",
        name="c",
        is_selected=True,
    )
    CalendarJob.objects.all().delete()
    channel_renew_enqueue(calendar)
    run_jobs()
    assert not PushChannel.objects.exists()
