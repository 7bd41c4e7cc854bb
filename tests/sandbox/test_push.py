"""Push channels, received by a small server of the test's own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.testing import SandboxServer
from tests.sandbox.conftest import ANNA, refusal, timed
from tests.stack.fixture import wait_until
from tests.web_server import Handler, address, served


class Receiver:
    """Keeps the headers of every message."""

    def __init__(self) -> None:
        self.url = ""
        self.messages: list[dict[str, str]] = []

    def wait(self, count: int) -> list[dict[str, str]]:
        """The messages by their number, as soon as there are so many."""
        wait_until(lambda: len(self.messages) >= count, every=0.01, what=f"{count} messages")
        return sorted(self.messages, key=lambda message: int(message["x-goog-message-number"]))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()

    class Hook(Handler):
        def do_POST(self) -> None:
            made.messages.append({name.lower(): value for name, value in self.headers.items()})
            self.answer()

    with served(Hook) as server:
        made.url = f"{address(server)}/hook"
        yield made


@pytest.fixture
def watch(anna: Any, receiver: Receiver) -> Callable[..., dict[str, Any]]:
    def make(**more: Any) -> dict[str, Any]:
        body = {"id": "channel-1", "type": "web_hook", "address": receiver.url, "token": "t=1", **more}
        channel: dict[str, Any] = anna.events().watch(calendarId="primary", body=body).execute()
        return channel

    return make


def test_a_channel_says_sync_and_then_tells_of_changes(
    sandbox: SandboxServer, anna: Any, receiver: Receiver, watch: Callable[..., dict[str, Any]]
) -> None:
    channel = watch(params={"ttl": "3600"})
    assert 3500 < int(channel["expiration"]) / 1000 - time.time() < 3700
    anna.events().insert(calendarId="primary", body=timed(10)).execute()
    first, second = receiver.wait(2)
    assert [m["x-goog-resource-state"] for m in (first, second)] == ["sync", "exists"]
    assert [m["x-goog-message-number"] for m in (first, second)] == ["1", "2"]
    assert second["x-goog-channel-id"] == "channel-1"
    assert second["x-goog-channel-token"] == "t=1"
    assert second["x-goog-resource-id"] == channel["resourceId"]
    assert second["x-goog-resource-uri"] == channel["resourceUri"]
    assert second["x-goog-channel-expiration"].endswith(" GMT")
    assert second["content-length"] == "0"


def test_a_stopped_or_expired_channel_is_silent(
    sandbox: SandboxServer, anna: Any, watch: Callable[..., dict[str, Any]]
) -> None:
    channel = watch()
    key = {"id": channel["id"], "resourceId": channel["resourceId"]}
    anna.channels().stop(body=key).execute()
    assert refusal(anna.channels().stop(body=key)) == (404, "notFound")
    watch(id="short", params={"ttl": "1"})
    time.sleep(1.1)
    anna.events().insert(calendarId="primary", body=timed(10)).execute()
    assert [push["state"] for push in sandbox.control.google.state()["pushes"]] == ["sync", "sync"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": ""}, "required"),
        ({"id": "with space"}, "invalid"),
        ({"type": "carrier_pigeon"}, "unknownType"),
        ({"address": "ftp://example.test"}, "push.webhookUrlNotHttps"),
        ({"params": {"ttl": "long"}}, "badRequest"),
    ],
)
def test_impossible_channels_are_refused(anna: Any, receiver: Receiver, change: dict[str, Any], reason: str) -> None:
    body = {"id": "c", "type": "web_hook", "address": receiver.url, **change}
    assert refusal(anna.events().watch(calendarId="primary", body=body)) == (400, reason)


def test_a_channel_id_is_used_once(anna: Any, watch: Callable[..., dict[str, Any]], receiver: Receiver) -> None:
    watch()
    body = {"id": "channel-1", "type": "web_hook", "address": receiver.url}
    assert refusal(anna.events().watch(calendarId="primary", body=body)) == (400, "channelIdNotUnique")


def test_messages_can_be_lost_and_repeated(
    sandbox: SandboxServer, receiver: Receiver, watch: Callable[..., dict[str, Any]]
) -> None:
    watch()
    receiver.wait(1)
    google = sandbox.control.google
    google.push_pause()
    google.event_create(calendar=ANNA, start="2026-03-02T09:00:00Z", end="2026-03-02T10:00:00Z")
    assert google.state()["pushes"][-1]["result"] == "lost"
    google.push_pause(paused=False)
    google.push_replay(times=2)
    assert [m["x-goog-message-number"] for m in receiver.wait(3)] == ["1", "2", "2"]


def _settled(pushes: list[dict[str, Any]]) -> list[str]:
    """Their results, once each has one."""
    results = [str(push["result"]) for push in pushes]
    return [] if "queued" in results else results


def test_a_dead_receiver_harms_nothing_and_is_recorded(sandbox: SandboxServer, anna: Any, receiver: Receiver) -> None:
    body = {"id": "dead", "type": "web_hook", "address": "http://127.0.0.1:9/hook"}
    anna.events().watch(calendarId="primary", body=body).execute()
    anna.events().insert(calendarId="primary", body=timed(10)).execute()
    google = sandbox.control.google
    results = wait_until(lambda: _settled(google.state()["pushes"]), every=0.02, what="an end of the sending")
    assert [result.partition(":")[0] for result in results] == ["failed", "failed"]


def test_the_calendar_list_can_be_watched(sandbox: SandboxServer, anna: Any, receiver: Receiver) -> None:
    body = {"id": "list", "type": "web_hook", "address": receiver.url}
    anna.calendarList().watch(body=body).execute()
    sandbox.control.google.calendar_create(account=ANNA, summary="New")
    assert [m["x-goog-resource-state"] for m in receiver.wait(2)] == ["sync", "exists"]
