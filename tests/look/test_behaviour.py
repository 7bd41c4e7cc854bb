"""What the scripts add: themes, the rail, menus, dialogs, comboboxes, copying, the guard of unsaved changes, zones."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import PageFactory, axe_violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_theme_changes_at_once_and_stays(guide: str, open_page: PageFactory) -> None:
    page = open_page()
    page.goto(guide)
    page.locator("summary", has_text="Menu of Ada Lovelace").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_rail_folds_and_stays_folded(guide: str, open_page: PageFactory) -> None:
    page = open_page()
    page.goto(guide)
    page.get_by_role("button", name="Collapse menu").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-rail", "collapsed")
    assert page.locator("#rail").bounding_box()["width"] < 80  # type: ignore[index]
    expect(page.get_by_role("link", name="Meetings").first).to_be_visible()
    assert axe_violations(page) == []


def test_on_a_narrow_screen_the_rail_slides_in_and_escape_closes_it(guide: str, open_page: PageFactory) -> None:
    page = open_page(narrow=True)
    page.goto(guide)
    link = page.locator("#rail").get_by_role("link", name="Meetings")
    expect(link).not_to_be_visible()
    opener = page.get_by_role("button", name="Menu", exact=True)
    opener.click()
    expect(link).to_be_visible()
    page.keyboard.press("Escape")
    expect(link).not_to_be_visible()
    expect(opener).to_be_focused()


def test_a_menu_closes_by_escape_and_gives_the_focus_back(guide: str, open_page: PageFactory) -> None:
    page = open_page()
    page.goto(guide)
    page.locator("details.menu > summary", has_text="More").click()
    item = page.get_by_role("button", name="Pause")
    expect(item).to_be_visible()
    page.keyboard.press("Escape")
    expect(item).not_to_be_visible()
    expect(page.locator("details.menu > summary", has_text="More")).to_be_focused()


@pytest.mark.parametrize("leave", ["Escape", "Cancel"])
def test_a_dialog_that_a_menu_opened_gives_the_keyboard_back_to_the_menu(
    guide: str, open_page: PageFactory, leave: str
) -> None:
    page = open_page()
    page.goto(guide)
    menu = page.locator("details.menu > summary", has_text="More")
    menu.click()
    page.get_by_role("button", name="Delete", exact=True).last.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape") if leave == "Escape" else page.get_by_role("button", name=leave).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(menu).to_be_focused()


@pytest.mark.parametrize("opener", ["Open a dialog", "Ask first", "Open a drawer"])
def test_a_dialog_opens_is_accessible_and_closes_by_escape(guide: str, open_page: PageFactory, opener: str) -> None:
    page = open_page()
    page.goto(guide)
    page.get_by_role("button", name=opener).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert axe_violations(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_gravest_action_waits_for_its_word(guide: str, open_page: PageFactory) -> None:
    page = open_page()
    page.goto(guide)
    page.get_by_role("button", name="Ask first").click()
    word = page.get_by_label("Type DELETE to confirm")
    word.fill("delete")
    page.get_by_role("button", name="Delete the page").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert word.evaluate("input => input.validity.valid") is False


def test_a_select_is_searched_by_keyboard(guide: str, open_page: PageFactory) -> None:
    page = open_page()
    page.goto(guide)
    box = page.locator("main input[role=combobox]")
    box.click()
    box.press_sequentially("new yo")
    expect(page.locator(".combobox [role=option]")).to_have_text(["America/New York"])
    assert axe_violations(page) == []
    box.press("Enter")
    expect(box).to_have_value("America/New York")
    expect(page.locator("select[name=zone]")).to_have_value("America/New_York")


def test_a_search_that_is_left_keeps_the_choice(guide: str, open_page: PageFactory) -> None:
    page = open_page()
    page.goto(guide)
    box = page.locator("main input[role=combobox]")
    box.fill("nowhere")
    expect(page.locator(".combobox [role=option]")).to_have_count(0)
    box.press("Tab")
    expect(box).to_have_value("Europe/Warsaw")


def test_copying_says_that_it_is_done(guide: str, open_page: PageFactory) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{guide}editor/")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "https://meetings.example.com/meetings/ada/intro"


def test_unsaved_changes_are_named_and_guarded(guide: str, open_page: PageFactory) -> None:
    page = open_page()
    page.goto(f"{guide}editor/")
    expect(page.get_by_text("You have unsaved changes.")).to_be_hidden()
    page.get_by_label("Internal name").fill("Longer call")
    expect(page.get_by_text("You have unsaved changes.")).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())
    with page.expect_event("dialog") as asked:
        page.reload()
    assert asked.value.type == "beforeunload"


def test_a_toast_from_a_header_is_shown_and_can_be_dismissed(guide: str, open_page: PageFactory) -> None:
    page = open_page()
    page.goto(f"{guide}contacts/")
    page.evaluate(
        "document.body.dispatchEvent(new CustomEvent('toast',"
        " {bubbles: true, detail: {message: '<b>Saved</b>', level: 'warning'}}))"
    )
    expect(page.get_by_role("status")).to_contain_text("<b>Saved</b>")
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_text("<b>Saved</b>")).to_have_count(0)


def test_the_first_tab_leads_past_the_menu(guide: str, open_page: PageFactory) -> None:
    page = open_page()
    page.goto(guide)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_a_visitors_zone_is_found_and_sent(guide: str, open_page: PageFactory) -> None:
    page = open_page(zone="America/New_York")
    page.route(
        "**/booking/", lambda route: route.fulfill(body=_undetected(route.fetch().text()), content_type="text/html")
    )
    page.goto(f"{guide}booking/")
    page.wait_for_url("**/booking/?tz=America%2FNew_York")
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    assert cookies["hub_tz"] == "America%2FNew_York"


def _undetected(html: str) -> str:
    """The page as the server sends it when it does not know the visitor's zone."""
    return html.replace('data-detect-zone="found"', "data-detect-zone")


def test_without_scripts_everything_is_there(guide: str, open_page: PageFactory) -> None:
    page = open_page(java_script_enabled=False, narrow=True)
    page.goto(f"{guide}settings/")
    expect(page.locator("#rail").get_by_role("link", name="Meetings")).to_be_visible()
    page.locator("summary", has_text="Menu of Ada Lovelace").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
