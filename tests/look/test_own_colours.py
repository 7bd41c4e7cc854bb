"""The looks that a page does not choose itself: a person's own few colours (forced-colors), and paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser import PageFactory, overflow, settled

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def colour(part: Locator, name: str) -> str:
    """A computed colour of an element."""
    return str(part.evaluate("(element, name) => getComputedStyle(element)[name]", name))


def test_what_is_on_chosen_or_current_shows_in_forced_colours(guide: str, open_page: PageFactory) -> None:
    page = open_page(forced_colors="active")
    page.goto(guide)
    settled(page)
    track = page.locator(".toggle__track").first
    on = colour(track, "backgroundColor")
    page.get_by_label("Calendar sync").first.uncheck()
    assert colour(track, "backgroundColor") != on
    assert colour(track, "borderTopColor") != colour(page.locator("body"), "backgroundColor")
    week, month = (page.locator(".segmented").get_by_role("button", name=name) for name in ("Week", "Month"))
    assert colour(week, "backgroundColor") != colour(month, "backgroundColor")
    upcoming, past = (page.locator(".tabs__tab", has_text=name) for name in ("Upcoming", "Past"))
    assert colour(upcoming, "borderBottomColor") != colour(past, "borderBottomColor")


def test_a_dialog_has_an_edge_in_forced_colours(guide: str, open_page: PageFactory) -> None:
    page = open_page(forced_colors="active")
    page.goto(guide)
    page.get_by_role("button", name="Open a dialog").click()
    assert page.get_by_role("dialog").evaluate("dialog => getComputedStyle(dialog).borderTopStyle") == "solid"


def test_on_paper_a_list_is_whole_dark_on_light_and_without_the_shell(guide: str, open_page: PageFactory) -> None:
    page = open_page(theme="dark")
    page.goto(f"{guide}contacts/?theme=dark")
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size({"width": 720, "height": 1000})
    settled(page)
    for part in (".rail", ".topbar", ".filters", ".pager", ".page-header__actions", ".toasts"):
        expect(page.locator(part).first).to_be_hidden()
    assert overflow(page) == 0
    assert page.locator(".table-scroll").evaluate("box => box.scrollWidth - box.clientWidth") == 0
    red = int(colour(page.locator(".table td").last, "color").removeprefix("rgb(").split(",")[0])
    assert red < 128, "dark text"
