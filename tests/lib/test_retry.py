"""How long another side asks us to wait (RFC 9110, Retry-After)."""

from __future__ import annotations

import datetime as dt
from email.utils import format_datetime

import pytest

from hubclone.lib.outbound.retry import MOST_SECONDS, retry_after

NOW = dt.datetime(2027, 3, 28, 0, 59, 30, tzinfo=dt.UTC)


def at(seconds: float) -> str:
    """An HTTP date."""
    return format_datetime(NOW + dt.timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": ""}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "²"}, None),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": " 17 "}, 17),
        ({"Retry-After": "9" * 400}, MOST_SECONDS),
        ({"Retry-After": at(90), "Date": at(0)}, 90),
        ({"Retry-After": at(90), "Date": at(100)}, 0),
        ({"Retry-After": at(10**7), "Date": at(0)}, MOST_SECONDS),
        ({"Retry-After": at(90).replace("GMT", "-0000"), "Date": at(0)}, 90),
    ],
)
def test_seconds_and_dates_are_read_by_the_other_sides_clock(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_without_a_date_of_the_answer_our_clock_has_to_do() -> None:
    until = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=90)
    found = retry_after({"Retry-After": format_datetime(until, usegmt=True), "Date": "yesterday"})
    assert found is not None
    assert 80 < found <= 90
