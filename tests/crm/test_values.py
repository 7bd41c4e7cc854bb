"""Values of properties: what is kept, and that keeping it again changes nothing."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.choices import PropertyType as P
from crm.values import BadValue, Definition, datetime_text, email_value, value_normalise

pytestmark = pytest.mark.spec("A15")
COLOURS = frozenset({"red", "green", "blue"})


def definition(type_: P, field_type: str = "text", name: str = "x") -> Definition:
    options = COLOURS if type_ in {P.ENUMERATION, P.MULTI_ENUMERATION} else frozenset()
    return Definition(name, "X", type_.value, field_type, options)


def kept_twice(type_: P, raw: Any, field_type: str = "text") -> Any:
    """The kept value, after a round through JSON and through normalising once more."""
    fits = definition(type_, field_type)
    kept = value_normalise(fits, raw)
    assert value_normalise(fits, json.loads(json.dumps(kept))) == kept
    return kept


@given(st.text())
def test_text_is_stable_and_fits_jsonb(text: str) -> None:
    for field_type in ("text", "textarea"):
        kept = kept_twice(P.STRING, text, field_type)
        assert kept is None or (kept and "\x00" not in kept and kept.encode())
        assert field_type == "textarea" or kept is None or "\n" not in kept


@given(st.text() | st.from_regex(r"(https?://)?(www\.)*[a-z./:?# ]*", fullmatch=True))
def test_domains_are_stable(text: str) -> None:
    fits = definition(P.STRING, name="domain")
    kept = value_normalise(fits, text)
    assert value_normalise(fits, kept) == kept


@pytest.mark.spec("A16")
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Example.COM", "example.com"),
        (" https://www.example.com/shop?x=1#top ", "example.com"),
        ("http://example.com:8080", "example.com"),
        ("www.example.com", "example.com"),
        ("kawa.przykład.pl", "kawa.przykład.pl"),
        ("not a domain", "not a domain"),
    ],
)
def test_an_address_pasted_as_a_domain_is_kept_as_its_host(typed: str, kept: str) -> None:
    assert value_normalise(definition(P.STRING, name="domain"), typed) == kept


@given(
    st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.decimals(allow_nan=False, allow_infinity=False)
)
def test_numbers_are_stable_or_refused(number: int | float | Decimal) -> None:
    try:
        kept = kept_twice(P.NUMBER, number)
    except BadValue:
        assert abs(float(number)) >= 1e300 or Decimal(str(float(number))) != Decimal(str(number))
        return
    assert Decimal(str(kept)) == Decimal(str(number))
    assert value_normalise(definition(P.NUMBER), str(number)) == kept


@given(st.dates())
def test_dates_come_back_as_they_went_in(day: dt.date) -> None:
    assert kept_twice(P.DATE, day) == day.isoformat()


@given(st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
def test_times_are_kept_in_utc_to_the_millisecond(moment: dt.datetime) -> None:
    kept = kept_twice(P.DATETIME, moment)
    assert kept.endswith("Z")
    difference = moment.astimezone(dt.UTC) - dt.datetime.fromisoformat(kept)
    assert dt.timedelta(0) <= difference < dt.timedelta(milliseconds=1)
    assert value_normalise(definition(P.DATETIME), moment.isoformat()) == kept


@given(st.integers(-2_000_000_000_000, 7_000_000_000_000))
def test_milliseconds_since_1970_are_times(milliseconds: int) -> None:
    kept = kept_twice(P.DATETIME, str(milliseconds))
    assert kept == datetime_text(dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=milliseconds))


@given(st.lists(st.sampled_from(sorted(COLOURS))))
def test_several_options_are_a_sorted_set_in_every_form(chosen: list[str]) -> None:
    kept = kept_twice(P.MULTI_ENUMERATION, chosen)
    assert kept == (sorted(set(chosen)) or None)
    assert value_normalise(definition(P.MULTI_ENUMERATION), ";".join(chosen)) == kept


@pytest.mark.parametrize("type_", list(P))
@pytest.mark.parametrize("nothing", [None, "", [], ()])
def test_nothing_clears_a_value_of_any_type(type_: P, nothing: Any) -> None:
    assert value_normalise(definition(type_), nothing) is None


@pytest.mark.parametrize(
    ("type_", "raw"),
    [
        (P.STRING, {"a": 1}),
        (P.STRING, True),
        (P.NUMBER, "twelve"),
        (P.NUMBER, True),
        (P.NUMBER, "NaN"),
        (P.NUMBER, "Infinity"),
        (P.NUMBER, "1e400"),
        (P.NUMBER, "1e99999999999"),
        (P.NUMBER, "1e-99999999999"),
        (P.NUMBER, "1234567890123456789"),
        (P.NUMBER, "1234567890.12345678"),
        (P.BOOL, "perhaps"),
        (P.DATE, "30.11.2026"),
        (P.DATE, "2026-02-30"),
        (P.DATE, "1"),
        (P.DATE, dt.datetime(2026, 1, 1, tzinfo=dt.UTC)),
        (P.DATETIME, "2026-11-30T09:00:00"),
        (P.DATETIME, "soon"),
        (P.DATETIME, "0001-01-01T00:00:00+14:00"),
        (P.DATETIME, "999999999999999"),
        (P.ENUMERATION, "purple"),
        (P.ENUMERATION, "Red"),
        (P.MULTI_ENUMERATION, "red;purple"),
        (P.MULTI_ENUMERATION, 7),
    ],
)
def test_what_does_not_fit_is_refused_in_words(type_: P, raw: Any) -> None:
    with pytest.raises(BadValue) as caught:
        value_normalise(definition(type_), raw)
    assert str(caught.value).startswith("This")


@pytest.mark.parametrize("raw", [True, "true", "Yes", "1", " ON "])
def test_yes_has_many_spellings(raw: Any) -> None:
    assert value_normalise(definition(P.BOOL), raw) is True


@given(st.emails())
def test_addresses_are_kept_in_lower_case(address: str) -> None:
    try:
        kept = email_value(address)
    except BadValue:
        return
    assert kept == kept.lower()
    assert email_value(kept) == email_value(address.upper()) == kept
