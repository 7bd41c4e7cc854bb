"""The tags that every template has."""

from __future__ import annotations

import datetime as dt

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation

from hubclone.lib.icons import ICONS
from hubclone.lib.templatetags.hub import AVATAR_HUES, hue, initials, when

MOMENT = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)


def rendered(source: str, **values: object) -> str:
    """``source`` as a template, with ``request`` for "/contacts/?q=ada&after=x"."""
    request = RequestFactory().get("/contacts/", {"q": "ada", "after": "x"})
    return Template(source).render(Context({"request": request, **values}))


@pytest.mark.parametrize(
    ("zone", "words"),
    [("Europe/Warsaw", "CET"), ("America/New_York", "EST"), ("America/Sao_Paulo", "UTC-03:00"), ("UTC", "UTC")],
)
def test_a_time_says_its_zone(zone: str, words: str) -> None:
    assert f'<span class="zone">{words}</span></time>' in when(MOMENT, zone)


def test_a_time_keeps_the_moment_for_machines_and_shows_the_wall_clock_of_its_zone() -> None:
    html = when(MOMENT, "Europe/Warsaw")
    assert 'datetime="2026-11-24T09:30:00+00:00"' in html
    assert "10:30" in html


def test_a_time_follows_the_language() -> None:
    with translation.override("pl"):
        assert "24 listopada 2026, 10:30" in when(MOMENT, "Europe/Warsaw")


def test_no_time_is_a_dash() -> None:
    assert when(None) == "—"


def test_a_date_has_no_zone() -> None:
    assert "zone" not in when(MOMENT, "Europe/Warsaw", "date")


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ada Lovelace", "AL"),
        ("Ada", "A"),
        ("ada.king@example.com", "AK"),
        ("Jan van der Berg", "JB"),
        ("☕☕", "☕"),
        ("", ""),
    ],
)
def test_initials_are_of_the_first_and_the_last_word(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_a_name_has_the_same_hue_every_time() -> None:
    assert hue("Ada") == hue("Ada")
    assert {hue(str(number)) for number in range(60)} == set(range(1, AVATAR_HUES + 1))


def test_an_icon_is_silent_unless_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in rendered('{% icon "x" %}')
    assert 'role="img" aria-label="Close &lt;it&gt;"' in rendered('{% icon "x" label=words %}', words="Close <it>")


def test_an_unknown_icon_is_a_mark_instead_of_a_broken_page() -> None:
    assert ICONS["info"] in rendered('{% icon "no-such" %}')


def test_a_header_cell_sorts_and_keeps_the_filters_but_not_the_cursor() -> None:
    html = rendered('{% sort_header "name" "Name" default="name" %}')
    assert 'aria-sort="ascending"' in html
    assert 'href="?q=ada&amp;sort=-name"' in html


def test_a_component_sees_what_it_is_given_and_its_body_the_page() -> None:
    html = rendered(
        '{% component "card" title="About" %}{{ name }}{% slot "foot" %}Foot of {{ name }}{% endslot %}'
        "{% endcomponent %}",
        name="Ada & Co",
    )
    assert '<h2 class="card__title">About</h2>' in html
    assert html.count("Ada &amp; Co") == 2
    assert '<footer class="card__foot">Foot of Ada &amp; Co</footer>' in html


def test_a_component_does_not_leak_the_pages_names() -> None:
    assert "card__title" not in rendered('{% component "card" %}x{% endcomponent %}', title="Elsewhere")


def test_a_component_without_a_key_is_refused_when_the_template_is_read() -> None:
    with pytest.raises(TemplateSyntaxError):
        Template('{% component "card" "About" %}{% endcomponent %}')


def test_a_choice_that_nobody_offers_is_no_theme() -> None:
    request = RequestFactory().get("/")
    request.COOKIES["hub_theme"] = '"><script>'
    assert Template('{% preference "theme" %}').render(Context({"request": request})) == ""
