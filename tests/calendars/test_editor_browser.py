"""The editor in a browser: steps, live preview, unsaved changes; and a page in a frame on another site (C19)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership
from calendars.models import Booking, SchedulingPage
from tests.browser import PageFactory, axe_violations, focused, overflow, picture, settled
from tests.calendars.booking import ALL_HOURS, account_make, page_make
from tests.look.test_application import enter
from tests.web_server import Handler, address, served

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.spec("C19")]


@pytest.fixture
def page() -> SchedulingPage:
    return page_make(
        account_make(),
        slug="anna/intro",
        durations=[30, 60],
        weekly_hours={**ALL_HOURS, "6": []},
        date_overrides={f"{timezone.now():%Y}-12-24": []},
        description="Hello {{ contact.firstname }}, half an hour to see whether we fit.",
        form_fields=[{"name": "phone", "label": "Phone number", "required": True, "hidden": False}],
        consent_text="I agree that you keep my answers.",
        confirmation_text="Please bring your questions, {{ contact.firstname }}.",
        reminders=[1440, 60],
        follow_up_minutes=60,
        follow_up_subject="Thank you, {{ contact.firstname }}",
        follow_up_text="It was good to talk.",
    )


@pytest.fixture
def host(page: SchedulingPage) -> Membership:
    return Membership.objects.select_related("user").get(account=page.account)


@pytest.fixture
def elsewhere() -> Iterator[Callable[[str], str]]:
    """``elsewhere(html)`` → the address of a page of another site that holds it."""
    said: list[bytes] = []

    class Site(Handler):
        def do_GET(self) -> None:
            """Answer every address with the page."""
            self.answer(said[-1], Content_Type="text/html; charset=utf-8")

    with served(Site) as server:

        def serve(html: str) -> str:
            said.append(html.encode())
            return f"{address(server)}/"

        yield serve


def shown(page: Page) -> list[str]:
    """The steps that can be seen."""
    return [part.get_attribute("id") or "" for part in page.locator("[data-step]").all() if part.is_visible()]


@pytest.mark.spec("C11")
def test_a_new_pages_link_follows_its_title_until_it_is_typed(
    host: Membership, live_server: LiveServer, open_page: PageFactory
) -> None:
    view = open_page()
    enter(view, host, live_server.url)
    view.goto(f"{live_server.url}/app/{host.account_id}/meetings/new/")
    title, link = view.locator("[name=title]"), view.locator("[name=slug]")
    title.fill("Kawa i Łąka: próba!")
    expect(link).to_have_value(re.compile(r"^[a-z-]+/kawa-i-laka-proba$"))
    expect(view.locator("[data-link-preview]")).to_have_text(re.compile(r"/kawa-i-laka-proba$"))
    view.get_by_role("link", name="Continue").first.click()
    link.fill("anna/own")
    title.evaluate("input => { input.value = 'Tea'; input.dispatchEvent(new Event('input', { bubbles: true })); }")
    expect(link).to_have_value("anna/own")


def test_what_is_wrong_in_another_step_is_shown_and_has_the_keyboard(
    page: SchedulingPage, host: Membership, live_server: LiveServer, open_page: PageFactory
) -> None:
    view = open_page()
    enter(view, host, live_server.url)
    view.goto(f"{live_server.url}/app/{host.account_id}/meetings/pages/{page.pk}/#scheduling")
    view.locator("[name=date_overrides-start]").press("1")
    view.locator(".stepper__step[href='#overview']").click()
    expect(view.locator("[name=date_overrides-start]")).to_be_hidden()
    view.get_by_role("button", name="Save").last.click()
    focused(view, "[name=date_overrides-start]")
    expect(view.get_by_text("Please finish this, or leave it empty.")).to_be_visible()
    view.locator("[name=date_overrides-start]").fill("09:00")
    view.locator("[name=date_overrides-end]").fill("10:00")
    view.locator("[name=slug]").fill("no good")
    view.locator(".stepper__step[href='#automation']").click()
    view.get_by_role("button", name="Save").last.click()
    expect(view.locator("#id_slug_error")).to_be_visible()
    focused(view, "[name=slug]")


@pytest.mark.parametrize(("theme", "narrow"), [("light", False), ("dark", True), ("dark", False), ("light", True)])
def test_each_step_of_the_editor_reads_well(
    page: SchedulingPage, host: Membership, live_server: LiveServer, open_page: PageFactory, theme: str, narrow: bool
) -> None:
    view = open_page(theme=theme, narrow=narrow)
    enter(view, host, live_server.url)
    view.goto(f"{live_server.url}/app/{host.account_id}/meetings/pages/{page.pk}/")
    for step in ("overview", "scheduling", "form", "automation"):
        view.locator(f'.stepper__step[href="#{step}"]').click()
        expect(view.locator(f"#{step}")).to_be_visible()
        assert shown(view) == [step]
        view.evaluate("scrollTo(0, 0)")
        settled(view)
        picture(view, f"editor-{step}-{theme}-{'narrow' if narrow else 'wide'}")
        assert axe_violations(view) == []
        assert not overflow(view)
    for path in ("", f"pages/{page.pk}/share/", "folders/new/"):
        view.goto(f"{live_server.url}/app/{host.account_id}/meetings/{path}")
        settled(view)
        picture(view, f"editor-at-{path.replace('/', '-')}-{theme}-{'narrow' if narrow else 'wide'}")


def test_steps_are_followed_by_address_and_saved_where_one_is(
    page: SchedulingPage, host: Membership, live_server: LiveServer, open_page: PageFactory
) -> None:
    view = open_page()
    enter(view, host, live_server.url)
    view.goto(f"{live_server.url}/app/{host.account_id}/meetings/pages/{page.pk}/#form")
    assert shown(view) == ["form"]
    view.get_by_role("link", name="Continue").locator("visible=true").click()
    expect(view.locator("#automation")).to_be_visible()
    view.go_back()
    expect(view.locator("#form")).to_be_visible()
    view.locator("#id_consent_text").fill("Other words")
    expect(view.locator("[data-unsaved]")).to_be_visible()
    view.get_by_role("button", name="Save").last.click()
    expect(view.locator("[data-unsaved]")).to_be_hidden()
    expect(view.locator("#form")).to_be_visible()
    page.refresh_from_db()
    assert page.consent_text == "Other words"
    view.locator('.stepper__step[href="#automation"]').click()
    view.locator("#id_redirect_url").fill("http://example.com")
    view.locator('.stepper__step[href="#overview"]').click()
    view.get_by_role("button", name="Save").last.click()
    expect(view.locator("#id_redirect_url_error")).to_be_visible()
    assert shown(view) == ["automation"]


def test_the_preview_follows_what_is_typed(
    page: SchedulingPage, host: Membership, live_server: LiveServer, open_page: PageFactory
) -> None:
    view = open_page()
    enter(view, host, live_server.url)
    view.goto(f"{live_server.url}/app/{host.account_id}/meetings/pages/{page.pk}/")
    preview = view.locator("#preview")
    expect(preview.locator(".booking__title")).to_have_text("Intro call")
    view.locator("#id_title").fill("A better title")
    expect(preview.locator(".booking__title")).to_have_text("A better title")
    expect(preview.locator(".booking__host .booking__about")).to_contain_text("Hello, half an hour")
    view.locator('.stepper__step[href="#scheduling"]').click()
    view.locator("#dates-add").click()
    expect(view.locator("[name=date_overrides-date]")).to_have_count(2)
    view.locator('.stepper__step[href="#form"]').click()
    expect(preview.locator("[data-preview=form]")).to_be_visible()
    expect(preview.locator("[data-preview=automation]").first).to_be_hidden()
    page.refresh_from_db()
    assert page.title == "Intro call"


def test_a_page_in_a_frame_is_booked_without_leaving_it(
    page: SchedulingPage, live_server: LiveServer, open_page: PageFactory, elsewhere: Callable[[str], str]
) -> None:
    SchedulingPage.objects.update(consent_text="", form_fields=[], redirect_url="https://example.com/thanks")
    tag = (
        f'<iframe src="{live_server.url}/meetings/-/embed/anna/intro" title="Book" width="1000" height="760"></iframe>'
    )
    view = open_page(zone="UTC")
    outside = elsewhere(f"<!doctype html>{tag}")
    view.goto(outside)
    frame = view.frame_locator("iframe")
    frame.locator("a.day").nth(1).click()
    frame.locator("a.slot").first.click()
    frame.get_by_label("First name").fill("Olga")
    frame.get_by_label("Email").fill("olga@example.com")
    frame.get_by_role("button", name="Book the meeting").click()
    expect(frame.locator("h1")).to_have_text("You are booked")
    expect(frame.get_by_role("link", name="Continue")).to_have_attribute("target", "_top")
    assert view.url == outside
    assert Booking.objects.get().guest_first_name == "Olga"


def test_who_has_booked_is_sent_on_without_being_named(
    page: SchedulingPage, live_server: LiveServer, open_page: PageFactory
) -> None:
    SchedulingPage.objects.update(consent_text="", form_fields=[], redirect_url="https://thanks.example/done?a=1")
    view = open_page(zone="UTC")
    view.route(
        "https://thanks.example/**", lambda route: route.fulfill(content_type="text/html", body="<h1>Thanks</h1>")
    )
    view.goto(f"{live_server.url}/meetings/anna/intro")
    view.locator("a.slot").first.click()
    view.get_by_label("First name").fill("Olga")
    view.get_by_label("Email").fill("olga@example.com")
    view.get_by_role("button", name="Book the meeting").click()
    expect(view.locator("h1")).to_have_text("Thanks")
    assert re.fullmatch(r"https://thanks\.example/done\?a=1", view.url)


def test_the_menu_of_a_page_stays_on_a_narrow_screen(
    page: SchedulingPage, host: Membership, live_server: LiveServer, open_page: PageFactory
) -> None:
    view = open_page(narrow=True)
    enter(view, host, live_server.url)
    view.goto(f"{live_server.url}/app/{page.account_id}/meetings/")
    view.locator("main .menu > summary").click()
    panel = view.locator("main .menu__panel")
    expect(panel).to_be_visible()
    box = panel.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= view.evaluate("document.documentElement.clientWidth")
    picture(view, "scheduling-pages-menu-narrow")


def test_place_and_colour_follow_what_is_chosen_and_typed(live_server: LiveServer, open_page: PageFactory) -> None:
    page = page_make(account_make(), connected=False)
    host = Membership.objects.select_related("user").get(account=page.account)
    view = open_page()
    enter(view, host, live_server.url)
    view.goto(f"{live_server.url}/app/{host.account_id}/meetings/pages/{page.pk}/")
    warning, detail = view.get_by_text("Nothing makes the link to the call"), view.locator("#id_location_detail")
    expect(warning).to_be_visible()
    expect(detail).to_be_hidden()
    view.locator("#id_location_kind").select_option("address")
    expect(warning).to_be_hidden()
    expect(detail).to_be_visible()
    expect(view.locator(".location__detail")).not_to_contain_text("optional")
    colour = view.locator("[data-color-picker]")
    expect(colour).to_have_value("#1f5fbf")
    view.locator("#id_brand_color").fill("AA3300")
    expect(colour).to_have_value("#aa3300")
    view.locator("#id_brand_color").fill("")
    expect(colour).to_have_value("#1f5fbf")


@pytest.mark.parametrize(("theme", "narrow"), [("light", True), ("dark", False)])
def test_the_warning_that_nothing_makes_the_link_reads_well(
    live_server: LiveServer, open_page: PageFactory, theme: str, narrow: bool
) -> None:
    page = page_make(account_make(), connected=False)
    host = Membership.objects.select_related("user").get(account=page.account)
    view = open_page(theme=theme, narrow=narrow)
    enter(view, host, live_server.url)
    view.goto(f"{live_server.url}/app/{host.account_id}/meetings/pages/{page.pk}/")
    settled(view)
    picture(view, f"editor-no-calls-{theme}-{'narrow' if narrow else 'wide'}")
    assert axe_violations(view) == []
    assert not overflow(view)
