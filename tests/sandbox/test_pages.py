"""What a person sees in a browser, without scripts."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.testing import SandboxServer
from tests.sandbox.conftest import timed
from tests.sandbox.web import get


@pytest.mark.parametrize(
    "path",
    [
        "",
        "mail/",
        "google/view/anna@gmail.test",
        "google/view/marta@gmail.test?mode=month",
        "microsoft/view/anna@northwind.example",
    ],
)
def test_pages_answer_and_load_nothing_from_elsewhere(sandbox: SandboxServer, path: str) -> None:
    page = get(f"{sandbox.url}/{path}")
    assert page.status_code == 200
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "<script" not in page.text
    assert get(f"{sandbox.url}/static/sandbox.css").headers["Content-Type"].startswith("text/css")


@pytest.mark.parametrize("mode", ["week", "month"])
def test_an_event_is_on_its_day_and_has_a_page(sandbox: SandboxServer, anna: Any, mode: str) -> None:
    request = {"createRequest": {"requestId": "r"}}
    body = timed(10, summary="<i>Call</i>", attendees=[{"email": "v@x.test"}], conferenceData=request)
    event = anna.events().insert(calendarId="primary", body=body, conferenceDataVersion=1).execute()
    page = get(f"{sandbox.url}/google/view/anna@gmail.test?mode={mode}&date=2026-03-04").text
    assert "&lt;i&gt;Call&lt;/i&gt;" in page
    assert "10:00–10:30" in page
    details = get(event["htmlLink"]).text
    assert "v@x.test" in details
    assert "Monday, 2 March 2026, 10:00 – 10:30 (Europe/Warsaw)" in details
    assert get(event["hangoutLink"]).status_code == 200


def test_an_all_day_event_is_on_its_date_in_every_zone(sandbox: SandboxServer) -> None:
    holidays = "team-holidays@group.calendar.google.test"
    sandbox.control.google.event_create(calendar=holidays, summary="Off", start="2026-03-04", end="2026-03-05")
    page = get(f"{sandbox.url}/google/view/anna@gmail.test?date=2026-03-04").text
    assert page.count("<b>Off</b>") == 1
    event = sandbox.control.google.events(holidays)[0]
    assert "Wednesday, 4 March 2026, all day" in get(event["htmlLink"]).text


@pytest.mark.parametrize(
    "path", ["google/view/nobody@gmail.test", "google/event/anna@gmail.test/none", "static/nothing.css", "nowhere"]
)
def test_what_does_not_exist_is_404(sandbox: SandboxServer, path: str) -> None:
    assert get(f"{sandbox.url}/{path}").status_code == 404
