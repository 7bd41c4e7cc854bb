"""Words for the pace of long work, the choice of columns, and messages with a way back."""

from __future__ import annotations

import math

import pytest
from django.http import QueryDict
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from hubclone.lib.columns import chooser, columns_chosen
from hubclone.lib.pace import pace_words
from hubclone.lib.templatetags.charts import figure, short
from hubclone.lib.undo import undo_url

OFFERED = ["email", "phone", "owner"]


@pytest.mark.parametrize(
    ("done", "total", "seconds", "said"),
    [
        (62_000, 100_000, 200, "310 a second · 3 minutes left"),
        (30, 100, 60, "30 a minute · 3 minutes left"),
        (2, 100, 3600, "2 an hour · 3 days left"),
        (1, 1000, 86400 * 2, "1998 days left"),
        (99, 100, 100, "59 a minute · less than a minute left"),
        (500, 1000, 5000, "6 a minute · 2 hours left"),
        (1234, 1234, 1, "1,200 a second"),
        (12, None, 6, "2 a second"),
        (0, 100, 10, ""),
        (5, 100, 0, ""),
    ],
)
def test_the_pace_of_work_in_words(done: float, total: float | None, seconds: float, said: str) -> None:
    with translation.override("en"):
        assert pace_words(done=done, total=total, seconds=seconds) == said


@given(st.floats(1e-9, 1e15), st.floats(1e-9, 1e15), st.floats(1e-9, 1e15))
def test_the_pace_is_always_a_sentence_of_finite_numbers(done: float, total: float, seconds: float) -> None:
    said = pace_words(done=done, total=total, seconds=seconds)
    assert "inf" not in said
    assert "nan" not in said


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["email", "owner"]),
        ("columns=owner&columns=phone", ["phone", "owner"]),
        ("columns=secret", ["email", "owner"]),
        ("columns=phone&columns=secret", ["phone"]),
    ],
)
def test_columns_are_those_of_the_address_that_are_known(query: str, shown: list[str]) -> None:
    assert columns_chosen(QueryDict(query), offered=OFFERED, usual=["email", "owner"]) == shown


def test_another_set_of_columns_keeps_the_search_and_starts_at_the_first_page() -> None:
    labels = [(name, name.title()) for name in OFFERED]
    made = chooser(QueryDict("q=ada&sort=-name&after=xyz&columns=email"), labels=labels, shown=["email"])
    assert made["rest"] == [("q", "ada"), ("sort", "-name")]
    assert made["usual_url"] == "?q=ada&sort=-name"


@pytest.mark.parametrize(
    ("tags", "url"),
    [("undo:/app/1/x/", "/app/1/x/"), ("", ""), ("other", ""), ("undo:https://bad.test/", ""), ("undo:", "")],
)
def test_only_a_path_of_ours_is_a_way_back(tags: str, url: str) -> None:
    assert undo_url(tags) == url


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "—"), (math.nan, "—"), (1234.0, "1,234"), (0.5, "0.5"), (-3, "-3"), (10**18, "1,000,000,000,000,000,000")],
)
def test_a_figure_as_people_read_it(value: float | None, said: str) -> None:
    with translation.override("en"):
        assert figure(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"),
        (9999, "9,999"),
        (10_000, "10k"),
        (-250_000, "-250k"),
        (1_500_000, "1.5M"),
        (2e9, "2B"),
        (5e17, "5e+17"),
    ],
)
def test_a_tick_is_short(value: float, said: str) -> None:
    with translation.override("en"):
        assert short(value) == said


def test_a_chart_says_all_its_values_in_a_table_and_escapes_labels() -> None:
    template = Template('{% chart "bars" label rows unit=" %" %}{% sparkline label values %}')
    rows = [("<June>", 12), ("July", None), ("August", -8.5)]
    with translation.override("en"):
        html = template.render(Context({"label": "A & B", "rows": rows, "values": [1, None, 3]}))
    assert '<th scope="row">&lt;June&gt;</th><td>12 %</td>' in html
    assert '<th scope="row">July</th><td>—</td>' in html
    assert '<th scope="row">August</th><td>-8.5 %</td>' in html
    assert 'aria-label="A &amp; B: 1, —, 3"' in html
    assert html.count('class="chart__bar"') == 2


def test_a_chart_of_nothing_says_so() -> None:
    html = Template('{% chart "line" "Meetings" rows %}').render(Context({"rows": []}))
    assert "Nothing to show yet." in html
    assert "<svg" not in html
