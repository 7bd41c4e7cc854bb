"""exchangelib against the sandbox, every message held to the schemas."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from exchangelib import BASIC, DELEGATE, Account, CalendarItem, Configuration, Credentials, EWSDateTime, EWSTimeZone
from exchangelib.protocol import BaseProtocol, CachingProtocol

from sandbox.exchange.testing import ANNA, EWS_PATH, PASSWORD, ExchangeControl
from sandbox.testing import SandboxServer
from tests.sandbox.exchange.schemas import CheckedAdapter

UTC = EWSTimeZone("UTC")
Open = Callable[..., Account]


@pytest.fixture(autouse=True)
def _checked(sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing that a test says or hears is against the schemas."""
    monkeypatch.setattr(BaseProtocol, "HTTP_ADAPTER_CLS", CheckedAdapter)
    CachingProtocol.clear_cache()
    CheckedAdapter.found.clear()
    yield
    CachingProtocol.clear_cache()
    assert CheckedAdapter.found == []


@pytest.fixture
def exchange(sandbox: SandboxServer) -> ExchangeControl:
    return sandbox.control.exchange


@pytest.fixture
def mailbox(sandbox: SandboxServer) -> Open:
    """``mailbox(email, user=…, password=…, auth=…)`` → an account of exchangelib."""

    def make(email: str = ANNA, *, user: str = "CORP\\anna", password: str = PASSWORD, auth: str = BASIC) -> Account:
        CachingProtocol.clear_cache()
        url = sandbox.url + EWS_PATH
        config = Configuration(service_endpoint=url, credentials=Credentials(user, password), auth_type=auth)
        return Account(email, config=config, autodiscover=False, access_type=DELEGATE, default_timezone=UTC)

    return make


@pytest.fixture
def anna(mailbox: Open) -> Account:
    return mailbox()


@pytest.fixture
def ben(mailbox: Open) -> Account:
    return mailbox("ben@corp.example", user="CORP\\ben")


def at(day: int, hour: int = 0, minute: int = 0, month: int = 3) -> EWSDateTime:
    """A time in 2026, UTC."""
    return EWSDateTime(2026, month, day, hour, minute, tzinfo=UTC)


def item(account: Account, day: int = 2, hour: int = 9, **more: Any) -> CalendarItem:
    """An appointment of an hour, not yet sent."""
    times = {"start": at(day, hour), "end": at(day, hour + 1)}
    return CalendarItem(account=account, folder=account.calendar, **{"subject": "Meeting", **times, **more})


def seen(account: Account, first: int = 1, last: int = 31) -> list[tuple[str, str, str]]:
    """``(subject, start, type)`` of what is on the calendar between days of March."""
    found = account.calendar.view(start=at(first), end=at(last)).only("subject", "start", "type")
    return [(one.subject, one.start.isoformat()[:16], one.type) for one in found]
