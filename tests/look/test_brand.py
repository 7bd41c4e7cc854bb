"""A brand's colour is readable, whichever it is."""

from __future__ import annotations

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from hubclone.lib.brand import DARK_SURFACE, LIGHT_SURFACE, TEXT_CONTRAST, color_parse, contrast, readable, text_on

COLORS = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


@given(COLORS)
def test_every_colour_has_a_readable_text_on_it(color: str) -> None:
    assert contrast(color, text_on(color)) >= TEXT_CONTRAST


@given(COLORS, st.sampled_from([LIGHT_SURFACE, DARK_SURFACE]))
def test_every_colour_becomes_readable_as_text_on_both_surfaces(color: str, surface: str) -> None:
    assert contrast(readable(color, surface), surface) >= TEXT_CONTRAST


def test_a_readable_colour_stays_as_it_is() -> None:
    assert readable("#0b5c3b", LIGHT_SURFACE) == "#0b5c3b"


def test_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize(
    ("text", "color"), [("#A1B2C3", "#a1b2c3"), ("a1b2c3", "#a1b2c3"), ("#fff", None), ("red", None)]
)
def test_a_colour_is_six_hexadecimal_digits(text: str, color: str | None) -> None:
    assert color_parse(text) == color


def test_the_style_sheet_of_a_colour_may_be_kept_for_ever(client: Client) -> None:
    response = client.get("/appearance/brand/0b5c3b.css")
    assert response["Content-Type"].startswith("text/css")
    assert "immutable" in response["Cache-Control"]
    assert "--accent-fill:#0b5c3b" in response.content.decode()


@pytest.mark.parametrize("name", ["fff", "0b5c3", "zzzzzz", "0b5c3b0"])
def test_what_is_not_a_colour_has_no_style_sheet(client: Client, name: str) -> None:
    assert client.get(f"/appearance/brand/{name}.css").status_code == 404
