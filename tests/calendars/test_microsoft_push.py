"""Graph's subscriptions, where they are unlike other push channels: proven, doubled, forged, given up (C7)."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership
from calendars.models import BusyInterval, Calendar, CalendarJob, PushChannel
from calendars.registries import CALENDAR_PROVIDERS
from calendars.services.calendars import calendars_list
from calendars.services.sync import calendar_sync
from hubclone.lib.jobs.choices import JobQueue, JobState
from hubclone.lib.jobs.services import run_jobs
from sandbox.testing import Control
from tests.calendars.provider_contract import HOUR, soon
from tests.connections.microsoft import ANNA, connected

HOOK = "/hooks/calendars/microsoft"


@pytest.fixture
def calendar(member: Membership, sandbox: Control, live_server: LiveServer, settings: Settings) -> Calendar:
    """Synced and subscribed to; further notifications are lost."""
    settings.BASE_URL = live_server.url
    sandbox.microsoft.push_pause()
    connected(member)
    run_jobs()
    return Calendar.objects.get(is_primary=True)


def _live(sandbox: Control) -> list[dict[str, Any]]:
    return [one for one in sandbox.microsoft.state()["subscriptions"] if not one["removed"]]


def _notice(sandbox: Control, **more: Any) -> dict[str, Any]:
    """A notification as Graph sends it, with the state that Graph knows."""
    known = _live(sandbox)[0]
    given = {"subscriptionId": known["id"], "clientState": known["client_state"], "changeType": "updated"}
    return {**given, "resource": "Users/x/Events/y", **more}


def _post(*notices: dict[str, Any], query: str = "") -> Any:
    body = json.dumps({"value": list(notices)})
    return Client().post(f"{HOOK}{query}", body, content_type="application/json")


def _queued(kind: str = "calendar.sync") -> int:
    return CalendarJob.objects.filter(kind=kind, state=JobState.QUEUED).count()


def _wait(sandbox: Control, condition: Any) -> None:
    """Run jobs as they come until ``condition`` holds."""
    until = time.monotonic() + 15
    while not condition() and time.monotonic() < until:
        run_jobs()
        time.sleep(0.05)
    assert condition()


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("C7")
def test_a_subscription_fits_into_what_graph_takes_and_ends_when_it_says(calendar: Calendar, sandbox: Control) -> None:
    channel = PushChannel.objects.get()
    (known,) = _live(sandbox)
    assert channel.resource_id == known["id"]
    assert len(known["client_state"]) <= 128
    assert channel.expires_at is not None
    assert abs(channel.expires_at.timestamp() - known["expires"]) < 2, "as it was granted"
    assert urlsplit(known["url"]).path == urlsplit(known["lifecycle_url"]).path == HOOK


@pytest.mark.django_db(transaction=True)
def test_the_proof_is_echoed_as_plain_text_and_nothing_else_is_done(calendar: Calendar, sandbox: Control) -> None:
    sandbox.requests_clear()
    answer = _post(_notice(sandbox), query="?validationToken=Validation%3A+%3Cb%3Eone%20two%3C%2Fb%3E")
    assert (answer.status_code, answer.content.decode()) == (200, "Validation: <b>one two</b>")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert _queued() == 0
    assert sandbox.requests() == {}


@pytest.mark.django_db
@pytest.mark.parametrize("body", ["", "nonsense", "[]", '{"value": 1}'])
def test_what_is_no_post_of_graph_is_not_found(body: str) -> None:
    assert Client().post(HOOK, body, content_type="application/json").status_code == 404
    assert Client().post(f"{HOOK}?validationToken={'x' * 3000}").status_code == 404
    assert Client().get(f"{HOOK}?validationToken=x").status_code == 405


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("C7")
def test_many_and_doubled_notices_ask_for_one_sync_and_for_nothing_else(calendar: Calendar, sandbox: Control) -> None:
    notice = _notice(sandbox)
    sandbox.requests_clear()
    for _ in range(3):
        assert _post(*[notice] * 50).status_code == 204
    assert sandbox.requests() == {}, "answered within three seconds, whatever Microsoft does"
    assert _queued() == 1
    assert CalendarJob.objects.get(state=JobState.QUEUED).queue == JobQueue.REALTIME


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("forge", ["secret", "no secret", "channel", "nonsense", "nothing"])
def test_a_forged_notice_does_nothing_and_is_not_an_error_that_holds_back_others(
    calendar: Calendar, sandbox: Control, forge: str
) -> None:
    state = str(_notice(sandbox)["clientState"])
    channel, _, secret = state.partition(".")
    forged = {
        "secret": f"{channel}.guess",
        "no secret": channel,
        "channel": f"{uuid.uuid4()}.{secret}",
        "nonsense": "'; drop table",
        "nothing": None,
    }
    assert _post(_notice(sandbox, clientState=forged[forge])).status_code == 202
    assert _queued() == 0
    good = _notice(sandbox)
    assert _post(_notice(sandbox, clientState=forged[forge]), good).status_code == 204
    assert _queued() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("C7")
@pytest.mark.parametrize("event", ["reauthorizationRequired", "subscriptionRemoved"])
def test_a_subscription_that_microsoft_gives_up_is_made_anew(calendar: Calendar, sandbox: Control, event: str) -> None:
    old = PushChannel.objects.get()
    sandbox.microsoft.push_pause(False)
    sandbox.microsoft.push_lifecycle(event)
    _wait(sandbox, lambda: PushChannel.objects.exclude(pk=old.pk).exclude(resource_id="").exists())
    run_jobs()
    new = PushChannel.objects.get()
    assert [one["id"] for one in _live(sandbox)] == [new.resource_id]
    start = soon(4)
    sandbox.microsoft.event_create(calendar=ANNA, start=start.isoformat(), end=(start + HOUR).isoformat())
    _wait(sandbox, BusyInterval.objects.exists)


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("C7")
def test_missed_notices_ask_for_a_sync(calendar: Calendar, sandbox: Control) -> None:
    assert _post(_notice(sandbox, lifecycleEvent="missed")).status_code == 204
    assert (_queued(), _queued("channel.renew")) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_an_address_that_cannot_prove_itself_leaves_nothing_behind_and_the_poll_goes_on(
    member: Membership, sandbox: Control, settings: Settings
) -> None:
    settings.BASE_URL = "http://127.0.0.1:9"
    connected(member)
    run_jobs()
    assert not PushChannel.objects.exists()
    assert _live(sandbox) == []
    assert Calendar.objects.get(is_primary=True).synced_at is not None
    assert not CalendarJob.objects.filter(state=JobState.DEAD).exists(), "nobody is told of a failure"


@pytest.mark.django_db
def test_without_https_the_real_microsoft_is_not_asked_for_notices(
    member: Membership, sandbox: Control, settings: Settings
) -> None:
    settings.MICROSOFT = {**settings.MICROSOFT, "ca_file": ""}
    assert CALENDAR_PROVIDERS["microsoft"].push_address() == ""
    settings.BASE_URL = "https://hub.example"
    path = reverse("calendars:hook", args=["microsoft"])
    assert CALENDAR_PROVIDERS["microsoft"].push_address() == f"https://hub.example{path}"


@pytest.mark.django_db
@pytest.mark.spec("C3", "C7")
@pytest.mark.parametrize("silent", [True, False])
def test_a_series_is_followed_even_where_microsoft_does_not_tell_what_is_gone(
    member: Membership, sandbox: Control, silent: bool
) -> None:
    sandbox.microsoft.occurrences_silent(silent)
    calendars_list(calendar_account=connected(member))
    calendar = Calendar.objects.get(is_primary=True)
    rule = {
        "pattern": {"type": "daily", "interval": 1},
        "range": {"type": "numbered", "startDate": soon().date().isoformat(), "numberOfOccurrences": 4},
    }
    edges = [{"dateTime": t.isoformat()[:19], "timeZone": "UTC"} for t in (soon(), soon() + HOUR)]
    series = sandbox.microsoft.event_create(calendar=ANNA, start=edges[0], end=edges[1], recurrence=rule)
    calendar_sync(calendar_id=calendar.pk)
    first, second = BusyInterval.objects.order_by("starts_at").values_list("remote_id", flat=True)[:2]
    assert BusyInterval.objects.count() == 4
    sandbox.microsoft.event_delete(calendar=ANNA, id=second)
    calendar_sync(calendar_id=calendar.pk)
    assert BusyInterval.objects.count() == 3
    assert BusyInterval.objects.filter(remote_id=first).exists()
    sandbox.microsoft.event_delete(calendar=ANNA, id=series["id"])
    calendar_sync(calendar_id=calendar.pk)
    assert not BusyInterval.objects.exists()
