"""The visitor's page and the editor in a real browser: keyboard, narrow screens, other zones, and axe."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from accounts.registries import ACCOUNT_INITIALISERS
from calendars.choices import LocationKind
from calendars.models import Booking, SchedulingPage
from calendars.services.logos import logo_keep
from crm.choices import ObjectType, PropertyType
from crm.models import PropertyDefinition, PropertyGroup
from hubclone.lib.pictures import picture_read
from tests.accounts.factories import MembershipFactory, actor_of
from tests.browser import PageFactory, axe_violations, focused, overflow, picture, settled
from tests.calendars.scheduling import page_make
from tests.pictures import png

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.spec("C20")]


@pytest.fixture
def page() -> SchedulingPage:
    membership = MembershipFactory(super_admin=True, user__name="Anna Nowak")
    for initialise in ACCOUNT_INITIALISERS.values():
        initialise(membership.account, actor_of(membership))
    every_day = {str(day): [["09:00", "17:00"]] for day in range(7)}
    return page_make(
        membership=membership,
        slug="anna-nowak/intro",
        durations=[30, 60],
        weekly_hours=every_day,
        brand_color="#0b7a5c",
        form_fields=[{"name": "phone", "label": "Phone number", "required": True}],
    )


def fill_and_send(visitor: Page) -> None:
    visitor.fill("[name=first_name]", "Olga")
    visitor.fill("[name=email]", "olga@example.com")
    visitor.fill("[name=answer-phone]", "+48 600 700 800")
    visitor.keyboard.press("Enter")
    expect(visitor.locator("h1")).to_have_text("Your request is sent")


@pytest.mark.parametrize("narrow", [False, True])
def test_a_visitor_books_with_the_keyboard_in_a_zone_found_by_the_browser(
    live_server: LiveServer, open_page: PageFactory, page: SchedulingPage, narrow: bool
) -> None:
    visitor = open_page(narrow=narrow, zone="Asia/Tokyo", locale="en-US")
    visitor.goto(f"{live_server.url}/meetings/{page.slug}?month=2099-01")
    expect(visitor.locator("#slots-title")).to_have_text("No free times")
    visitor.goto(f"{live_server.url}/meetings/{page.slug}")
    expect(visitor.locator("[name=tz]")).to_have_value("Asia/Tokyo")
    picture(visitor, f"public-{'narrow' if narrow else 'wide'}")
    assert axe_violations(visitor) == []
    assert overflow(visitor) == 0
    visitor.locator("a.day").last.focus()
    visitor.keyboard.press("Enter")
    focused(visitor, "#slots-title")
    assert "day=" in visitor.url
    assert "Asia/Tokyo" in visitor.url
    visitor.locator("a.slot").first.press("Enter")
    expect(visitor.locator("[name=first_name]")).to_be_visible()
    assert axe_violations(visitor) == []
    assert overflow(visitor) == 0
    fill_and_send(visitor)
    picture(visitor, f"booked-{'narrow' if narrow else 'wide'}")
    assert axe_violations(visitor) == []
    assert Booking.objects.get().guest_time_zone == "Asia/Tokyo"


def test_nothing_is_chosen_in_the_old_zone_while_times_of_the_found_one_are_on_their_way(
    live_server: LiveServer, open_page: PageFactory, page: SchedulingPage
) -> None:
    visitor = open_page(zone="America/Chicago")
    asked: list[Route] = []
    visitor.route("**/meetings/-/slots/**", lambda route: asked.append(route))
    visitor.goto(f"{live_server.url}/meetings/{page.slug}")
    expect(visitor.locator("[name=tz]")).to_have_value("America/Chicago")
    expect(visitor.locator("#picker")).to_have_attribute("inert", "")
    asked[0].continue_()
    expect(visitor.locator("#picker")).not_to_have_attribute("inert", "")
    expect(visitor.locator("a.slot").first).to_have_attribute("href", re.compile("tz=America/Chicago"))


def test_a_visitor_books_without_javascript(
    live_server: LiveServer, open_page: PageFactory, page: SchedulingPage
) -> None:
    visitor = open_page(java_script_enabled=False)
    visitor.goto(f"{live_server.url}/meetings/{page.slug}")
    visitor.locator("a.day").last.click()
    visitor.select_option("[name=tz]", "America/New_York")
    visitor.get_by_role("button", name="Apply").click()
    assert "day=" in visitor.url
    visitor.get_by_role("link", name="1 hour").click()
    visitor.locator("a.slot").first.click()
    fill_and_send(visitor)
    booking = Booking.objects.get()
    assert booking.guest_time_zone == "America/New_York"
    assert (booking.ends_at - booking.starts_at).seconds == 3600


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize(
    ("locale", "words"), [("en-GB", "This field is required."), ("pl-PL", "To pole jest wymagane.")]
)
def test_what_is_wrong_is_said_beside_its_field_in_the_pages_language_and_the_keyboard_is_there(
    live_server: LiveServer, open_page: PageFactory, page: SchedulingPage, scripts: bool, locale: str, words: str
) -> None:
    visitor = open_page(java_script_enabled=scripts, locale=locale, narrow=True)
    visitor.goto(f"{live_server.url}/meetings/{page.slug}?tz=UTC")
    visitor.locator("a.day").last.click()
    visitor.locator("a.slot").first.click()
    visitor.fill("[name=last_name]", "Tokarz")
    visitor.locator(".booking__form .btn--primary").click()
    expect(visitor.locator("#id_first_name_error")).to_have_text(words)
    expect(visitor.locator("[name=first_name]")).to_be_focused()
    expect(visitor.locator("[name=last_name]")).to_have_value("Tokarz")
    visitor.fill("[name=first_name]", "Olga")
    visitor.fill("[name=email]", "olga@")
    visitor.fill("[name=answer-phone]", "+48 600 700 800")
    visitor.locator(".booking__form .btn--primary").click()
    expect(visitor.locator("#id_email_error")).to_be_visible()
    expect(visitor.locator("[name=email]")).to_be_focused()
    expect(visitor.locator("[name=email]")).to_have_value("olga@")
    picture(visitor, f"public-wrong-{locale}-{scripts}")
    assert not Booking.objects.exists()


@pytest.mark.spec("C22")
def test_choosing_another_time_loses_nothing_that_was_typed(
    live_server: LiveServer, open_page: PageFactory, page: SchedulingPage
) -> None:
    visitor = open_page()
    visitor.goto(f"{live_server.url}/meetings/{page.slug}?tz=UTC")
    visitor.locator("a.slot").first.click()
    visitor.fill("[name=first_name]", "Olga")
    visitor.fill("[name=email]", "olga@example.com")
    for link in ("Change", "Change"):
        visitor.get_by_role("link", name=link).click()
        visitor.locator("a.slot").last.click()
        expect(visitor.locator("[name=first_name]")).to_have_value("Olga")
        expect(visitor.locator("[name=email]")).to_have_value("olga@example.com")
        visitor.locator(".booking__form .btn--primary").click()
        expect(visitor.locator("#id_answer-phone_error")).to_be_visible()
    visitor.fill("[name=answer-phone]", "+48 600 700 800")
    visitor.keyboard.press("Enter")
    expect(visitor.locator("h1")).to_have_text("Your request is sent")
    visitor.goto(f"{live_server.url}/meetings/{page.slug}?tz=UTC")
    visitor.locator("a.slot").first.click()
    expect(visitor.locator("[name=first_name]")).to_have_value("")


def test_a_date_that_is_half_typed_is_not_lost_without_a_word(
    live_server: LiveServer, open_page: PageFactory, page: SchedulingPage
) -> None:
    group = PropertyGroup.objects.filter(account=page.account, object_type=ObjectType.CONTACT)[0]
    PropertyDefinition.objects.create(
        account=page.account,
        object_type=ObjectType.CONTACT,
        group=group,
        name="arrival",
        label="Arrival",
        type=PropertyType.DATE,
    )
    SchedulingPage.objects.update(form_fields=[{"name": "arrival", "label": "Arrival"}])
    visitor = open_page()
    visitor.goto(f"{live_server.url}/meetings/{page.slug}?tz=UTC")
    visitor.locator("a.slot").first.click()
    visitor.fill("[name=first_name]", "Olga")
    visitor.fill("[name=email]", "olga@example.com")
    arrival = visitor.locator("[name=answer-arrival]")
    arrival.press("1")
    visitor.locator(".booking__form .btn--primary").click()
    expect(visitor.get_by_text("Please finish this, or leave it empty.")).to_be_visible()
    focused(visitor, "[name=answer-arrival]")
    expect(arrival).to_have_attribute("aria-invalid", "true")
    assert axe_violations(visitor) == []
    assert not Booking.objects.exists()
    arrival.fill("2026-12-24")
    expect(visitor.get_by_text("Please finish this, or leave it empty.")).to_have_count(0)
    visitor.locator(".booking__form .btn--primary").click()
    expect(visitor.locator("h1")).to_have_text("Your request is sent")
    assert Booking.objects.get().form_answers == {"arrival": "2026-12-24"}


def test_going_back_shows_the_state_of_the_address(
    live_server: LiveServer, open_page: PageFactory, page: SchedulingPage
) -> None:
    visitor = open_page()
    visitor.goto(f"{live_server.url}/meetings/{page.slug}?tz=UTC")
    first = visitor.locator("#month-title").inner_text()
    visitor.locator("#month-next").click()
    expect(visitor.locator("#month-title")).not_to_have_text(first)
    visitor.go_back()
    expect(visitor.locator("#month-title")).to_have_text(first)


def test_the_card_is_as_wide_at_every_step_and_a_logo_has_its_room_before_it_is_there(
    live_server: LiveServer, open_page: PageFactory, page: SchedulingPage
) -> None:
    page.logo = logo_keep(actor=actor_of(page.owner.memberships.get()), picture=picture_read(png(400, 96)))
    page.save()
    visitor = open_page()
    visitor.route("**/logo/**", lambda route: route.abort())
    steps = []

    def measure() -> None:
        settled(visitor)
        steps.append(visitor.locator(".booking").bounding_box())

    visitor.goto(f"{live_server.url}/meetings/{page.slug}?tz=UTC")
    measure()
    room = visitor.get_by_role("img", name=page.account.name).bounding_box()
    assert room is not None
    assert room["width"] >= 200
    assert room["height"] >= 48
    visitor.locator("a.slot").first.click()
    expect(visitor.locator("[name=first_name]")).to_be_visible()
    measure()
    fill_and_send(visitor)
    measure()
    assert len({(step["x"], step["width"]) for step in steps if step}) == 1


@pytest.mark.parametrize("narrow", [False, True])
def test_long_words_stay_inside_the_card(
    live_server: LiveServer, open_page: PageFactory, page: SchedulingPage, narrow: bool
) -> None:
    word = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen"
    description = f"https://example.com/{'x' * 200}"
    SchedulingPage.objects.update(
        title=word, location_kind=LocationKind.ADDRESS, location_detail=word, description=description, form_fields=[]
    )
    User.objects.filter(pk=page.owner_id).update(name=f"{word}-{word}")
    visitor = open_page(narrow=narrow)
    visitor.goto(f"{live_server.url}/meetings/{page.slug}?tz=UTC")
    assert overflow(visitor) == 0
    if narrow:
        visitor.locator("a.day").first.click()
    visitor.locator("a.slot").first.click()
    visitor.fill("[name=first_name]", word)
    visitor.fill("[name=email]", f"{'o' * 60}@{'x' * 60}.example.com")
    picture(visitor, f"public-long-{narrow}")
    card, host = (visitor.locator(css).bounding_box() for css in (".booking__form", ".booking__host > :nth-child(2)"))
    assert card
    assert host
    assert narrow or host["x"] + host["width"] <= card["x"]
    assert overflow(visitor) == 0
    visitor.keyboard.press("Enter")
    expect(visitor.locator("h1")).to_have_text("Your request is sent")
    assert overflow(visitor) == 0


def test_on_a_phone_an_empty_month_says_so_and_leads_to_the_next_free_one(
    live_server: LiveServer, open_page: PageFactory, page: SchedulingPage
) -> None:
    SchedulingPage.objects.update(rolling_days=120, minimum_notice=45 * 24 * 60)
    visitor = open_page(narrow=True)
    month = timezone.now().strftime("%Y-%m")
    visitor.goto(f"{live_server.url}/meetings/{page.slug}?tz=UTC&month={month}")
    expect(visitor.get_by_text("Nothing is free in")).to_be_visible()
    assert axe_violations(visitor) == []
    visitor.get_by_role("link", name="Free times in").click()
    expect(visitor.locator("a.day").first).to_be_visible()
    expect(visitor.get_by_text("Nothing is free in", exact=False).locator("visible=true")).to_have_count(0)


@pytest.mark.spec("C19")
def test_the_editor_shows_a_chosen_logo_and_marks_hours_that_end_on_the_next_day(
    live_server: LiveServer, open_page: PageFactory, client: Client, page: SchedulingPage
) -> None:
    client.force_login(page.owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    owner = open_page()
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    owner.context.add_cookies([cookie])  # type: ignore[list-item]
    owner.goto(f"{live_server.url}/app/{page.account_id}/meetings/pages/{page.pk}/")
    owner.locator(".stepper__step[href='#scheduling']").click()
    mark = owner.locator("#hours-2").get_by_text("Ends on the next day")
    expect(mark).to_be_hidden()
    owner.fill("#hours-2 [name=weekly_hours-2-end]", "02:00")
    expect(mark).to_be_visible()
    owner.locator(".stepper__step[href='#overview']").click()
    owner.set_input_files("[name=logo]", {"name": "logo.png", "mimeType": "image/png", "buffer": png(400, 96)})
    expect(owner.locator("[data-logo] img.logo")).to_be_visible()
    owner.get_by_role("button", name="Save").last.click()
    expect(owner.locator("[data-toast]")).to_contain_text("Saved")
    expect(owner.locator("[data-logo] img.logo")).to_have_attribute("width", "200")
    expect(owner.locator("#preview img.logo")).to_be_visible()
    assert axe_violations(owner) == []


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.spec("C19")
def test_the_editor_and_the_list_work_and_are_accessible(
    live_server: LiveServer, open_page: PageFactory, client: Client, page: SchedulingPage, narrow: bool
) -> None:
    client.force_login(page.owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    owner = open_page(narrow=narrow)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    owner.context.add_cookies([cookie])  # type: ignore[list-item]
    owner.goto(f"{live_server.url}/app/{page.account_id}/meetings/")
    picture(owner, f"pages-{'narrow' if narrow else 'wide'}")
    assert axe_violations(owner) == []
    assert overflow(owner) == 0
    owner.get_by_role("link", name="Edit").click()
    owner.locator(".stepper__step[href='#scheduling']").click()
    expect(owner.locator("[name=slug]")).to_be_visible()
    owner.evaluate("scrollTo(0, 0)")
    assert axe_violations(owner) == []
    assert overflow(owner) == 0
    owner.click("#hours-2-add")
    expect(owner.locator("[name=weekly_hours-2-start]")).to_have_count(2)
    expect(owner.locator("[data-unsaved]")).to_be_visible()
    owner.fill("[name=slug]", "Anna/New")
    expect(owner.locator("[data-link-preview]")).to_contain_text("/meetings/anna/new")
    owner.get_by_role("button", name="Save").last.click()
    expect(owner.locator("[data-toast]")).to_contain_text("Saved")
    page.refresh_from_db()
    assert page.slug == "anna/new"
    assert page.weekly_hours["2"] == [["09:00", "17:00"], ["18:00", "19:00"]]
