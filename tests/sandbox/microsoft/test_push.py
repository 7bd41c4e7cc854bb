"""Subscriptions and change notifications, received by a small server of the test's own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from hubclone.embedded.ports import free_port
from sandbox.microsoft.accounts import ANNA, JAN, NORTHWIND, PROJECTS
from sandbox.microsoft.testing import MicrosoftControl
from sandbox.testing import MICROSOFT_CLIENT_ID
from tests.sandbox.microsoft.conftest import Graph, Json, guests, timed
from tests.stack.fixture import wait_until
from tests.web_server import Handler, address, served


class Receiver:
    """Echoes validation tokens (unless told otherwise) and keeps every notification, one post a list."""

    def __init__(self) -> None:
        self.url = ""
        self.posts: list[list[Json]] = []
        self.validated: list[str] = []
        self.answer: Callable[[str], tuple[int, str, str]] = lambda token: (200, "text/plain", token)

    def take(self, path: str, body: bytes) -> tuple[int, str, str]:
        """Keep one post; answers status, type and text."""
        parts = urlsplit(path)
        if token := parse_qs(parts.query).get("validationToken", [""])[0]:
            self.validated.append(parts.path)
            return self.answer(token)
        self.posts.append(json.loads(body)["value"])
        return 202, "text/plain", ""

    @property
    def notifications(self) -> list[Json]:
        """Every notification of every post."""
        return [one for post in self.posts for one in post]

    def wait(self, count: int) -> list[Json]:
        """The notifications, as soon as there are so many."""
        wait_until(lambda: len(self.notifications) >= count, every=0.01, what=f"{count} notifications")
        return self.notifications


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()

    class Hook(Handler):
        def do_POST(self) -> None:
            status, kind, said = made.take(self.path, self.body())
            self.answer(said.encode(), status, Content_Type=kind)

    with served(Hook) as server:
        made.url = f"{address(server)}/hook"
        yield made


def later(minutes: float) -> str:
    """A moment from now, as Graph writes it."""
    return f"{datetime.now(UTC) + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%S.%f}0Z"


def body(receiver: Receiver, **more: Any) -> Json:
    """A subscription to ask for."""
    return {
        "changeType": "created,updated,deleted",
        "notificationUrl": receiver.url,
        "lifecycleNotificationUrl": f"{receiver.url}/life",
        "resource": "/me/events",
        "expirationDateTime": later(60),
        "clientState": "channel.secret",
        **more,
    }


@pytest.fixture
def subscribe(anna: Graph, receiver: Receiver) -> Callable[..., Json]:
    def make(**more: Any) -> Json:
        return anna.call("POST", "/subscriptions", body(receiver, **more))

    return make


def test_the_receiver_proves_itself_before_the_answer(receiver: Receiver, subscribe: Callable[..., Json]) -> None:
    made = subscribe()
    assert receiver.validated == ["/hook", "/hook/life"]
    assert (made["applicationId"], made["clientState"]) == (MICROSOFT_CLIENT_ID, "channel.secret")
    assert made["changeType"] == "created,deleted,updated"


@pytest.mark.parametrize(
    "answer",
    [
        lambda token: (200, "text/html", token),
        lambda token: (202, "text/plain", token),
        lambda _: (200, "text/plain", "something else"),
        lambda _: (500, "text/plain", ""),
    ],
)
def test_a_receiver_that_does_not_prove_itself_gets_none(
    anna: Graph, receiver: Receiver, answer: Callable[[str], tuple[int, str, str]]
) -> None:
    receiver.answer = answer
    assert anna.refused("POST", "/subscriptions", body(receiver)) == (400, "ValidationError")
    assert anna.call("GET", "/subscriptions")["value"] == []


def test_an_address_where_nobody_listens_is_refused(anna: Graph, receiver: Receiver) -> None:
    receiver.url = f"http://127.0.0.1:{free_port()}/hook"
    assert anna.refused("POST", "/subscriptions", body(receiver)) == (400, "ValidationError")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"changeType": "moved"}, "InvalidRequest"),
        ({"changeType": ""}, "InvalidRequest"),
        ({"resource": "/me/messages"}, "InvalidRequest"),
        ({"notificationUrl": "http://example.test/hook"}, "InvalidRequest"),
        ({"notificationUrl": "hook"}, "InvalidRequest"),
        ({"clientState": "x" * 129}, "InvalidRequest"),
        ({"expirationDateTime": "2020-01-01T00:00:00Z"}, "InvalidRequest"),
        ({"expirationDateTime": "soon"}, "InvalidRequest"),
        ({"expirationDateTime": later(20_000)}, "ExtensionError"),
    ],
)
def test_what_cannot_be_subscribed_to_is_refused(anna: Graph, receiver: Receiver, change: Json, code: str) -> None:
    assert anna.refused("POST", "/subscriptions", body(receiver, **change)) == (400, code)
    assert receiver.validated == []


def test_a_change_is_told_with_the_client_state(
    anna: Graph, receiver: Receiver, subscribe: Callable[..., Json]
) -> None:
    made = subscribe()
    event = anna.call("POST", "/me/events", timed(10))
    (one,) = receiver.wait(1)
    assert (one["subscriptionId"], one["clientState"], one["changeType"]) == (made["id"], "channel.secret", "created")
    assert (one["tenantId"], one["resourceData"]["id"]) == (NORTHWIND, event["id"])
    assert one["resource"].endswith(f"/Events/{event['id']}")
    assert one["subscriptionExpirationDateTime"] == made["expirationDateTime"]


def test_changes_that_come_together_are_told_in_one_post(
    anna: Graph, jan: Graph, receiver: Receiver, subscribe: Callable[..., Json]
) -> None:
    subscribe()
    jan.call("POST", "/subscriptions", body(receiver))
    anna.call("POST", "/me/events", timed(10, attendees=guests(JAN)))
    receiver.wait(2)
    assert [len(post) for post in receiver.posts] == [2]
    assert len({one["subscriptionId"] for one in receiver.notifications}) == 2


def test_only_the_changes_that_were_asked_for_are_told(
    anna: Graph, receiver: Receiver, subscribe: Callable[..., Json]
) -> None:
    subscribe(changeType="deleted")
    event = anna.call("POST", "/me/events", timed(10))
    anna.send("DELETE", f"/me/events/{event['id']}")
    assert [one["changeType"] for one in receiver.wait(1)] == ["deleted"]


def test_one_calendar_can_be_watched_by_itself(
    anna: Graph, receiver: Receiver, microsoft: MicrosoftControl, subscribe: Callable[..., Json]
) -> None:
    projects = microsoft.calendar_id(PROJECTS)
    subscribe(resource=f"me/calendars/{projects}/events")
    anna.call("POST", "/me/events", timed(10))
    event = anna.call("POST", f"/me/calendars/{projects}/events", timed(10))
    assert [one["resourceData"]["id"] for one in receiver.wait(1)] == [event["id"]]


def test_a_subscription_is_renewed_read_and_deleted(
    anna: Graph, receiver: Receiver, subscribe: Callable[..., Json]
) -> None:
    made = subscribe()
    path = f"/subscriptions/{made['id']}"
    renewed = anna.call("PATCH", path, {"expirationDateTime": later(5000)})
    assert renewed["expirationDateTime"] > made["expirationDateTime"]
    assert anna.call("GET", path)["expirationDateTime"] == renewed["expirationDateTime"]
    assert [one["id"] for one in anna.call("GET", "/subscriptions")["value"]] == [made["id"]]
    assert anna.send("DELETE", path).status_code == 204
    for method in ("GET", "PATCH", "DELETE"):
        assert anna.refused(method, path, {}) == (404, "ResourceNotFound")
    anna.call("POST", "/me/events", timed(10))
    assert anna.call("GET", "/subscriptions")["value"] == []
    assert receiver.notifications == []


def test_subscriptions_are_the_accounts_own(anna: Graph, jan: Graph, subscribe: Callable[..., Json]) -> None:
    made = subscribe()
    assert jan.call("GET", "/subscriptions")["value"] == []
    assert jan.refused("DELETE", f"/subscriptions/{made['id']}") == (404, "ResourceNotFound")


def test_reauthorization_is_asked_for_and_silences_until_it_is_given(
    anna: Graph, receiver: Receiver, microsoft: MicrosoftControl, subscribe: Callable[..., Json]
) -> None:
    made = subscribe()
    microsoft.push_lifecycle("reauthorizationRequired")
    (asked,) = receiver.wait(1)
    assert (asked["lifecycleEvent"], asked["clientState"]) == ("reauthorizationRequired", "channel.secret")
    anna.call("POST", "/me/events", timed(10))
    anna.call("PATCH", f"/subscriptions/{made['id']}", {"expirationDateTime": later(100)})
    event = anna.call("POST", "/me/events", timed(11))
    assert receiver.wait(2)[1]["resourceData"]["id"] == event["id"]
    microsoft.push_lifecycle("reauthorizationRequired", subscription=made["id"])
    assert anna.send("POST", f"/subscriptions/{made['id']}/reauthorize").status_code == 204


def test_missed_notifications_and_a_removed_subscription_are_told(
    anna: Graph, receiver: Receiver, microsoft: MicrosoftControl, subscribe: Callable[..., Json]
) -> None:
    made = subscribe()
    microsoft.push_lifecycle("missed")
    receiver.wait(1)
    microsoft.push_lifecycle("subscriptionRemoved")
    assert [one["lifecycleEvent"] for one in receiver.wait(2)] == ["missed", "subscriptionRemoved"]
    assert anna.refused("PATCH", f"/subscriptions/{made['id']}", {}) == (404, "ResourceNotFound")


def test_notifications_are_lost_and_come_again_on_order(
    anna: Graph, receiver: Receiver, microsoft: MicrosoftControl, subscribe: Callable[..., Json]
) -> None:
    subscribe()
    microsoft.push_pause()
    anna.call("POST", "/me/events", timed(10))
    wait_until(lambda: microsoft.state()["pushes"], every=0.01, what="a notification on its way")
    assert [push["result"] for push in microsoft.state()["pushes"]] == ["lost"]
    microsoft.push_pause(False)
    microsoft.push_replay(times=2)
    first, second = receiver.wait(2)
    assert first == second


def test_many_changes_of_people_are_told_once(receiver: Receiver, microsoft: MicrosoftControl, anna: Graph) -> None:
    anna.call("POST", "/subscriptions", body(receiver))
    microsoft.events_bulk(calendar=ANNA, count=500)
    assert len(receiver.wait(1)) == 1
