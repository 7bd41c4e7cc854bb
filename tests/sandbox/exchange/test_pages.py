"""Pages of the stand-in that people look at."""

from __future__ import annotations

from urllib.parse import quote

from sandbox.exchange.testing import ANNA, BEN, TEAM
from sandbox.testing import SandboxServer
from tests.sandbox import web


def test_the_front_page_leads_to_every_mailbox(sandbox: SandboxServer) -> None:
    front = web.get(sandbox.url).text
    for email in (ANNA, BEN, TEAM):
        assert f'href="/exchange/view/{email}"' in front
        assert web.get(f"{sandbox.url}/exchange/view/{email}").status_code == 200
    assert web.get(f"{sandbox.url}/exchange/view/nobody@corp.example").status_code == 404


def test_a_week_shows_ones_own_and_shared_calendars(sandbox: SandboxServer) -> None:
    exchange = sandbox.control.exchange
    times = {"start": "2026-03-02T09:00:00Z", "end": "2026-03-02T10:00:00Z"}
    exchange.event_create(calendar=ANNA, subject="<b>Weekly</b>", rrule="FREQ=WEEKLY;BYDAY=MO", **times)
    exchange.event_create(calendar=TEAM, subject="Planning", **times)
    exchange.event_create(calendar=BEN, subject="Secret", **times)
    page = web.get(f"{sandbox.url}/exchange/view/{ANNA}?date=2026-03-02").text
    assert "&lt;b&gt;Weekly&lt;/b&gt;" in page
    assert "10:00–11:00" in page
    assert "Planning" in page
    assert "Secret" not in page
    assert "Weekly" in web.get(f"{sandbox.url}/exchange/view/{ANNA}?mode=month&date=2026-04-20").text


def test_an_item_has_a_page(sandbox: SandboxServer) -> None:
    made = sandbox.control.exchange.event_create(
        calendar=ANNA,
        subject="Trip",
        start="2026-03-02",
        end="2026-03-04",
        required=["visitor@example.test"],
        body="By train",
        location="Gdańsk",
    )
    page = web.get(f"{sandbox.url}/exchange/event?id={quote(made['id'], safe='')}").text
    for text in ("Monday, 2 March 2026 – Tuesday, 3 March 2026, all day", "visitor@example.test", "By train", "Gdańsk"):
        assert text in page
    assert web.get(f"{sandbox.url}/exchange/event?id=nothing").status_code == 404
