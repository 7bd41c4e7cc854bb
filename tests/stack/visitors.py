"""Visitors of the running stack without a browser, and what must be there once a booking was accepted."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from sandbox.testing import Control
from tests.stack.fixture import Stack, wait_until

ACCEPTED = 302
ACCEPTED_BY_API = 200
TAKEN = 409
REPEAT_SECONDS = 150
_START = re.compile(r"[?&]start=([^&\"]+)")
_MAKE_PAGE = """
from accounts.actor import system_actor
from accounts.models import Account, User
from calendars.services.pages import page_create
account, owner = Account.objects.get(pk={account}), User.objects.get(email={email!r})
hours = {{str(day): [["00:00", "24:00"]] for day in range(7)}}
page_create(actor=system_actor(account.pk, "Tests"), account=account, owner=owner, fields=dict(
    name="Night and day", title="Night and day", slug={slug!r}, time_zone="UTC", weekly_hours=hours, minimum_notice=0))
"""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        """A redirect is an answer here."""


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a visitor was told; status 0 when nothing answered."""

    status: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """One form of one visitor: sent again, it is the same booking."""

    start: str
    email: str
    key: str

    @classmethod
    def of(cls, start: str) -> Wish:
        """A visitor of their own."""
        name = uuid.uuid4().hex[:12]
        return cls(start, f"{name}@visitors.example", name)


class VisitedPage:
    """A scheduling page of the stack as visitors reach it; ``start`` is RFC 3339 in UTC, as in its addresses."""

    def __init__(self, stack: Stack, slug: str) -> None:
        self.stack, self.slug = stack, slug
        self._keys: dict[str, str] = {}

    def free(self, day: dt.date) -> list[str]:
        """The starts that the page offers on a day in UTC."""
        status, text = self.stack.get(f"/meetings/{self.slug}?tz=UTC&day={day}")
        assert status == 200, text[:300]
        return [urllib.parse.unquote(found) for found in _START.findall(html.unescape(text))]

    def book(self, wish: Wish) -> Answer:
        """Send the form once."""
        form = {
            "start": wish.start,
            "tz": "UTC",
            "key": self.form_key(wish),
            "first_name": "Vera",
            "last_name": wish.key,
            "email": wish.email,
        }
        url = f"{self.stack.base_url}/meetings/{self.slug}"
        return _sent(urllib.request.Request(url, urllib.parse.urlencode(form).encode()))

    def book_by_api(self, wish: Wish) -> Answer:
        """Book once as a program does: half an hour, over the API with the demo's token."""
        body = {
            "slug": self.slug,
            "startTime": wish.start,
            "duration": 1_800_000,
            "email": wish.email,
            "firstName": "Vera",
            "lastName": wish.key,
            "formFields": [],
            "legalConsentResponses": [],
            "likelyAvailableUserIds": [],
            "timezone": "UTC",
            "locale": "en-us",
        }
        headers = {"Authorization": f"Bearer {self.stack.demo['access_token']}", "Content-Type": "application/json"}
        url = f"{self.stack.base_url}/scheduler/v3/meetings/meeting-links/book"
        return _sent(urllib.request.Request(url, json.dumps(body).encode(), headers))

    def form_key(self, wish: Wish) -> str:
        """The token of the form that this visitor was shown, the same however often the form is sent."""
        if wish.key not in self._keys:
            query = urllib.parse.urlencode({"tz": "UTC", "start": wish.start})
            try:
                _, text = self.stack.get(f"/meetings/{self.slug}?{query}")
            except OSError:
                return ""
            found = re.search(r'name="key" value="([^"]+)"', text)
            if found is None:
                return ""
            self._keys[wish.key] = found[1]
        return self._keys[wish.key]

    def book_until_answered(self, wish: Wish) -> Answer:
        """As a person does whose browser showed an error: send the same form again until there is an answer."""
        answers: list[Answer] = []

        def said() -> bool:
            answers.append(self.book(wish))
            return answers[-1].status in {ACCEPTED, TAKEN}

        wait_until(said, seconds=REPEAT_SECONDS, every=0.5, what=f"an answer for {wish}: {answers[-1:]}")
        return answers[-1]

    def book_all(self, wishes: Iterable[Wish], *, threads: int = 4) -> list[Answer]:
        """Several visitors at once; the answers in the order of the wishes."""
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(self.book, wishes))


def _sent(request: urllib.request.Request) -> Answer:
    try:
        with _OPENER.open(request, timeout=30) as answer:
            return Answer(answer.status, answer.read().decode())
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.read().decode(errors="replace"))
    except OSError as error:
        return Answer(0, type(error).__name__)


def page_make(stack: Stack, slug: str) -> VisitedPage:
    """A page of the demo's administrator that is open day and night."""
    email = stack.demo["admin"]["email"]
    stack.manage("shell", "-c", _MAKE_PAGE.format(account=stack.demo["account_id"], email=email, slug=slug))
    return VisitedPage(stack, slug)


def control(stack: Stack) -> Control:
    """The other side: Google and the mail host."""
    return Control(stack.sandbox_url)


def events_by_guest(stack: Stack) -> Counter[str]:
    """How many living events of the administrator's primary calendar each guest has."""
    events = control(stack).google.events(stack.demo["google"]["account"])
    living = [event for event in events if event["status"] != "cancelled"]
    return Counter(guest["email"] for event in living for guest in event.get("attendees", []))


def letters(stack: Stack, wishes: Iterable[Wish]) -> dict[str, tuple[int, int]]:
    """For each guest: how many confirmations came to them, and how many notifications to the owner.

    A mailbox shows a message that came twice under one Message-ID once, so that is what counts.
    """
    owner = stack.demo["admin"]["email"]
    mail = {one["message_id"]: one for one in control(stack).mail()}.values()
    return {
        wish.email: (
            sum(wish.email in one["to"] for one in mail),
            sum(owner in one["to"] and wish.key in f"{one['text']}{one['subject']}" for one in mail),
        )
        for wish in wishes
    }


RECORDS = """
select b.guest_email, count(distinct b.id), count(distinct i.record_id), count(distinct m.id)
from calendars_booking b
left join crm_recordidentity i on i.account_id = b.account_id and i.object_type = 'contact' and i.value = b.guest_email
left join crm_association a on a.from_record_id = i.record_id and a.to_type = 'meeting'
left join crm_record m on m.id = a.to_record_id and m.archived_at is null
where b.guest_email = any(%s) group by b.guest_email
"""


def records(stack: Stack, wishes: Iterable[Wish]) -> dict[str, tuple[int, int, int]]:
    """For each guest: how many bookings, contacts and meetings there are."""
    return {email: tuple(counts) for email, *counts in stack.sql(RECORDS, [[wish.email for wish in wishes]])}


def wait_for_all(stack: Stack, wishes: list[Wish], *, seconds: float = 60) -> None:
    """Wait until every accepted booking has its event and e-mails; then there is exactly one of each."""
    guests = {wish.email for wish in wishes}
    once = dict.fromkeys(guests, (1, 1))
    wait_until(lambda: guests <= set(events_by_guest(stack)), seconds=seconds, every=0.5, what="every event")
    wait_until(
        lambda: all(min(told) for told in letters(stack, wishes).values()), seconds=seconds, every=0.5, what="e-mails"
    )
    events = events_by_guest(stack)
    assert {guest: events[guest] for guest in guests} == dict.fromkeys(guests, 1)
    assert letters(stack, wishes) == once
