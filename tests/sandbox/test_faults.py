"""Faults on order, counters, reset."""

from __future__ import annotations

import time
from typing import Any

import pytest
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request as AuthRequest

from sandbox.testing import ControlError, SandboxServer
from tests.sandbox.conftest import credentials, listed, refusal, timed
from tests.sandbox.web import post


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        ({"status": 429}, (429, "rateLimitExceeded")),
        ({"status": 403}, (403, "rateLimitExceeded")),
        ({"status": 403, "reason": "forbidden"}, (403, "forbidden")),
        ({"status": 500}, (500, "backendError")),
        ({"status": 503}, (503, "backendError")),
        ({"status": 410}, (410, "fullSyncRequired")),
    ],
)
def test_the_next_call_fails_as_ordered_and_the_one_after_works(
    sandbox: SandboxServer, anna: Any, fault: dict[str, Any], answer: tuple[int, str]
) -> None:
    sandbox.control.fault(provider="google", path="/events$", **fault)
    request = anna.events().list(calendarId="primary")
    assert refusal(request) == answer
    assert request.execute()["items"] == []


def test_a_fault_meets_only_its_method_path_and_times(sandbox: SandboxServer, anna: Any) -> None:
    sandbox.control.fault(provider="google", path="/events$", method="POST", status=500, times=2)
    assert listed(anna)[0] == []
    for _ in range(2):
        assert refusal(anna.events().insert(calendarId="primary", body=timed(10)))[0] == 500
    anna.events().insert(calendarId="primary", body=timed(10)).execute()


def test_the_official_client_retries_through_faults(sandbox: SandboxServer, anna: Any) -> None:
    sandbox.control.fault(provider="google", path="calendarList", status=503, times=1)
    assert anna.calendarList().list().execute(num_retries=1)["items"]


def test_an_answer_lost_after_the_effect(sandbox: SandboxServer, anna: Any) -> None:
    sandbox.control.fault(provider="google", path="/events$", method="POST", disconnect=True, after=True)
    with pytest.raises((ConnectionError, OSError)):
        post(
            f"{sandbox.url}/google/calendar/v3/calendars/primary/events",
            json=timed(10, id="abcde"),
            headers={"Authorization": f"Bearer {credentials(sandbox).token}"},
        )
    assert refusal(anna.events().insert(calendarId="primary", body=timed(10, id="abcde"))) == (409, "duplicate")


def test_a_cut_connection_has_no_effect(sandbox: SandboxServer, anna: Any) -> None:
    sandbox.control.fault(provider="google", path="/events$", method="POST", disconnect=True, times=0)
    with pytest.raises((ConnectionError, OSError)):
        anna.events().insert(calendarId="primary", body=timed(10)).execute()
    sandbox.control.clear()
    assert listed(anna)[0] == []


def test_a_late_answer_is_late_and_then_right(sandbox: SandboxServer, anna: Any) -> None:
    sandbox.control.fault(provider="google", path="calendarList", delay=0.3)
    begun = time.monotonic()
    assert anna.calendarList().list().execute()["items"]
    assert time.monotonic() - begun > 0.3


def test_retry_after_and_a_body_of_ones_own(sandbox: SandboxServer) -> None:
    sandbox.control.fault(provider="google", path="/token", status=429, retry_after=7, body={"error": "slow_down"})
    answer = post(f"{sandbox.url}/google/token")
    assert (answer.status_code, answer.headers["Retry-After"], answer.json()) == (429, "7", {"error": "slow_down"})


def test_the_token_endpoint_fails_in_its_own_shape(sandbox: SandboxServer) -> None:
    sandbox.control.fault(provider="google", path="/token$", status=400, reason="invalid_grant")
    with pytest.raises(RefreshError) as caught:
        credentials(sandbox).refresh(AuthRequest())
    assert caught.value.args[1]["error"] == "invalid_grant"


def test_faults_are_listed_and_cleared_one_by_one(sandbox: SandboxServer) -> None:
    kept = sandbox.control.fault(provider="google", path="a", status=500, times=0)
    gone = sandbox.control.fault(provider="mail", disconnect=True)
    sandbox.control.clear(gone)
    assert [fault["id"] for fault in sandbox.control.state("faults")["faults"]] == [kept]


@pytest.mark.parametrize(
    "fault", [{"provider": "google"}, {"status": 500}, {"provider": "google", "status": 500, "colour": "red"}]
)
def test_a_senseless_order_is_refused(sandbox: SandboxServer, fault: dict[str, Any]) -> None:
    with pytest.raises(ControlError):
        sandbox.control.fault(**fault)
    assert sandbox.control.state("faults")["faults"] == []


def test_calls_are_counted(sandbox: SandboxServer, anna: Any) -> None:
    listed(anna)
    listed(anna)
    assert sandbox.control.requests()["GET /google/calendar/v3/calendars/primary/events"] == 2
    sandbox.control.requests_clear()
    assert sandbox.control.requests() == {}


def test_the_state_holds_what_is_asked_for(sandbox: SandboxServer, anna: Any) -> None:
    sandbox.control.google.events_bulk(calendar="anna@gmail.test", count=1200)
    state = sandbox.control.state()
    assert set(state) >= {"google", "microsoft", "mail", "faults"}
    assert (len(state["google"]["events"]), state["google"]["events_total"]) == (1000, 1200)
    assert len(sandbox.control.google.state(limit=5)["events"]) == 5
    assert len(sandbox.control.google.events("anna@gmail.test")) == 1200
    with pytest.raises(ControlError):
        sandbox.control.state("nobody")


def test_reset_goes_back_to_the_first_day(sandbox: SandboxServer, anna: Any) -> None:
    anna.events().insert(calendarId="primary", body=timed(10)).execute()
    sandbox.control.fault(provider="google", path="x", status=500)
    sandbox.control.reset()
    state = sandbox.control.state()
    assert (state["google"]["events"], state["google"]["grants"], state["faults"]) == ([], [], [])
    assert len(state["google"]["calendars"]) == 5


@pytest.mark.parametrize("path", ["event", "event/move", "calendar/share", "grant", "events/bulk"])
def test_a_control_call_without_what_it_needs_says_so(sandbox: SandboxServer, path: str) -> None:
    with pytest.raises(ControlError, match="required"):
        sandbox.control.call("POST", f"google/{path}", {})
