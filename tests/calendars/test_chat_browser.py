"""The chat in a browser: on another site under a strict policy, by keyboard, on a phone, in either theme (C17)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import FrameLocator, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership
from calendars.models import Booking, MeetingSettings, SchedulingPage
from calendars.selectors.links import chat_code
from crm.choices import ObjectType
from crm.models import Record
from tests.browser import PageFactory, axe_violations, overflow, picture, settled
from tests.calendars.booking import account_make, page_make
from tests.calendars.settings_of import domain_make, plan_make, seat_give, settings_make
from tests.look.test_application import enter
from tests.web_server import Handler, address, served

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.spec("C17")]
POLICY = "default-src 'none'; script-src {0}; style-src {0}; frame-src {0}; base-uri 'none'; form-action 'none'"
SITE = """<!doctype html><html lang="en"><head><title>Northwind</title></head>
<body><h1>Northwind</h1><p><a href="#more">More</a></p>{}</body></html>"""
CLOSED = {"width": 64, "height": 64}


@pytest.fixture
def page() -> SchedulingPage:
    return page_make(account_make(), slug="anna/intro", title="A first conversation")


@pytest.fixture
def chat(page: SchedulingPage) -> MeetingSettings:
    return settings_make(page, is_chat_link_on=True)


@pytest.fixture
def site(chat: MeetingSettings, live_server: LiveServer, settings: Settings) -> Iterator[Callable[..., str]]:
    """Another site's page that has the tag, ``times`` over, and a policy that allows our host no more than it needs."""
    settings.MEETINGS_URL = live_server.url
    tags: list[int] = [1]

    class Site(Handler):
        def do_GET(self) -> None:
            """Answer every address with the page."""
            said = SITE.format(chat_code(chat) * tags[-1]).encode()
            policy = POLICY.format(live_server.url)
            self.answer(said, Content_Type="text/html; charset=utf-8", Content_Security_Policy=policy)

    with served(Site) as server:

        def pricing(*, times: int = 1) -> str:
            tags.append(times)
            return f"{address(server)}/pricing?secret=1"

        yield pricing


def box(visitor: Page) -> dict[str, float]:
    found = visitor.locator("iframe.hubclone-chat").bounding_box()
    assert found is not None
    return {"width": found["width"], "height": found["height"]}


def grown(visitor: Page, *, open_: bool) -> None:
    """Wait until the frame has the room of its state."""
    state = "[data-open]" if open_ else ":not([data-open])"
    expect(visitor.locator(f"iframe.hubclone-chat{state}")).to_have_count(1)


def opened(visitor: Page, url: str) -> FrameLocator:
    visitor.goto(url)
    inside = visitor.frame_locator("iframe.hubclone-chat")
    inside.get_by_role("button", name="Chat with Anna Nowak").click()
    grown(visitor, open_=True)
    return inside


@pytest.mark.parametrize("narrow", [False, True])
def test_it_opens_and_closes_by_keyboard_and_takes_no_more_room_than_it_needs(
    site: Callable[..., str], open_page: PageFactory, narrow: bool
) -> None:
    visitor = open_page(narrow=narrow)
    visitor.goto(site())
    inside = visitor.frame_locator("iframe.hubclone-chat")
    toggle = inside.get_by_role("button", name="Chat with Anna Nowak")
    expect(toggle).to_have_attribute("aria-expanded", "false")
    expect(inside.locator("#panel")).to_be_hidden()
    assert box(visitor) == CLOSED
    picture(visitor, f"chat-closed-{'narrow' if narrow else 'wide'}")
    visitor.get_by_role("link", name="More").focus()
    visitor.keyboard.press("Tab")
    expect(toggle).to_be_focused()
    visitor.keyboard.press("Enter")
    grown(visitor, open_=True)
    expect(toggle).to_have_attribute("aria-expanded", "true")
    expect(inside.get_by_role("heading", name="Anna Nowak")).to_be_focused()
    size = box(visitor)
    assert (size["width"], size["height"]) == ((390, 844) if narrow else (400, 680))
    visitor.keyboard.press("Escape")
    grown(visitor, open_=False)
    expect(toggle).to_be_focused()
    expect(toggle).to_have_attribute("aria-expanded", "false")
    assert box(visitor) == CLOSED
    assert visitor.locator("[style]").count() == 0, "nothing is styled in line"


def test_a_visitor_writes_and_the_note_says_where(
    site: Callable[..., str], open_page: PageFactory, chat: MeetingSettings
) -> None:
    visitor = open_page(narrow=True, theme="dark")
    inside = opened(visitor, site())
    picture(visitor, "chat-write-dark-narrow")
    inside.get_by_label("Name").fill("Olga Zięba")
    inside.get_by_label("Email").fill("olga@example.com")
    inside.get_by_label("Message").fill("Do you ship to Iceland?")
    inside.get_by_role("button", name="Send").click()
    expect(inside.get_by_role("status")).to_have_text("Your message is sent")
    grown(visitor, open_=True)
    picture(visitor, "chat-sent-dark-narrow")
    (note,) = Record.objects.filter(object_type=ObjectType.NOTE)
    assert "127.0.0.1" in note.properties["hs_note_body"]
    assert "/pricing</p>" in note.properties["hs_note_body"]
    assert "secret" not in note.properties["hs_note_body"]
    inside.get_by_role("link", name="Write another message").click()
    expect(inside.get_by_label("Message")).to_have_value("")


def test_what_is_wrong_is_said_in_the_chat_and_the_keyboard_is_there(
    site: Callable[..., str], open_page: PageFactory, chat: MeetingSettings
) -> None:
    visitor = open_page()
    inside = opened(visitor, site())
    inside.get_by_label("Name").fill("Olga")
    inside.get_by_label("Email").fill("olga@nowhere")
    inside.get_by_label("Message").fill("Hello")
    inside.get_by_role("button", name="Send").click()
    expect(inside.get_by_label("Email")).to_be_focused()
    expect(inside.get_by_label("Message")).to_have_value("Hello")
    picture(visitor, "chat-error-wide")


@pytest.mark.parametrize(("narrow", "theme"), [(False, "light"), (True, "dark")])
def test_a_visitor_books_inside_the_chat(
    site: Callable[..., str], open_page: PageFactory, narrow: bool, theme: str
) -> None:
    visitor = open_page(narrow=narrow, theme=theme)
    inside = opened(visitor, site())
    inside.get_by_role("link", name="Book a meeting").click()
    book = inside.frame_locator("iframe")
    expect(book.locator("[name=tz]")).to_have_value("Europe/Warsaw")
    book.locator("a.day").last.click()
    expect(book.locator("a.slot").first).to_be_visible()
    picture(visitor, f"chat-book-{theme}-{'narrow' if narrow else 'wide'}")
    book.locator("a.slot").first.click()
    book.get_by_label("First name").fill("Olga")
    book.get_by_label("Email").fill("olga@example.com")
    picture(visitor, f"chat-form-{theme}-{'narrow' if narrow else 'wide'}")
    book.get_by_role("button", name="Book the meeting").click()
    expect(book.locator("h1")).to_have_text("You are booked")
    picture(visitor, f"chat-booked-{theme}-{'narrow' if narrow else 'wide'}")
    booking = Booking.objects.get()
    assert (booking.guest_email, booking.guest_time_zone) == ("olga@example.com", "Europe/Warsaw")
    book.locator("h1").click()
    visitor.keyboard.press("Escape")
    grown(visitor, open_=False)


def test_it_speaks_polish_where_the_browser_does(site: Callable[..., str], open_page: PageFactory) -> None:
    visitor = open_page(locale="pl-PL")
    visitor.goto(site())
    expect(visitor.locator("iframe.hubclone-chat")).to_have_count(1)
    expect(visitor.frame_locator("iframe.hubclone-chat").locator("html[lang=pl]")).to_have_count(1)


def test_a_tag_that_stands_twice_makes_one_chat(site: Callable[..., str], open_page: PageFactory) -> None:
    visitor = open_page()
    visitor.goto(site(times=2))
    expect(visitor.frame_locator("iframe.hubclone-chat").get_by_role("button")).to_be_visible()
    settled(visitor)
    expect(visitor.locator("iframe.hubclone-chat")).to_have_count(1)


@pytest.mark.parametrize("view", ["write", "sent", "book"])
@pytest.mark.parametrize(("theme", "narrow"), [("light", False), ("dark", True)])
def test_each_state_is_accessible_and_fits(
    chat: MeetingSettings, live_server: LiveServer, open_page: PageFactory, view: str, theme: str, narrow: bool
) -> None:
    visitor = open_page(theme=theme, narrow=narrow)
    visitor.goto(f"{live_server.url}/chat/{chat.chat_key}/?view={view}")
    settled(visitor)
    assert axe_violations(visitor) == []
    assert not overflow(visitor)


@pytest.mark.spec("C11", "C12", "C13")
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("narrow", [False, True])
def test_the_settings_read_well_with_and_without_the_plan(
    page: SchedulingPage,
    chat: MeetingSettings,
    live_server: LiveServer,
    open_page: PageFactory,
    theme: str,
    narrow: bool,
) -> None:
    owner = Membership.objects.select_related("user").get(account=page.account, user=page.owner)
    view = open_page(theme=theme, narrow=narrow)
    enter(view, owner, live_server.url)
    look = f"{theme}-{'narrow' if narrow else 'wide'}"
    for plan in ("free", "paid"):
        view.goto(f"{live_server.url}/app/{owner.account_id}/settings/general/calendar/")
        settled(view)
        picture(view, f"meeting-settings-{plan}-{look}")
        assert axe_violations(view) == []
        assert not overflow(view)
        seat_give(owner)
        if plan == "free":
            plan_make(page.account)
            domain_make(page.account)


@pytest.mark.spec("C11", "C13")
def test_the_link_follows_what_is_typed_and_changes_are_not_lost(
    page: SchedulingPage, live_server: LiveServer, open_page: PageFactory
) -> None:
    owner = Membership.objects.select_related("user").get(account=page.account, user=page.owner)
    seat_give(owner)
    plan_make(page.account)
    domain = domain_make(page.account)
    view = open_page()
    enter(view, owner, live_server.url)
    view.goto(f"{live_server.url}/app/{owner.account_id}/settings/general/calendar/")
    link = view.locator("[data-link-preview]")
    expect(link).to_contain_text("/meetings/anna-nowak/meeting")
    expect(view.locator("[data-unsaved]")).to_be_hidden()
    view.get_by_label("Meetings URL").fill("Dr-Nowak")
    expect(link).to_contain_text("/meetings/dr-nowak/meeting")
    expect(view.locator("[data-unsaved]")).to_be_visible()
    view.get_by_label("Meeting domain").select_option(f"domain:{domain.pk}")
    expect(link).to_contain_text(f"{domain.host}")
    view.get_by_role("button", name="Save").click()
    expect(view.get_by_text("Saved.")).to_be_visible()
    expect(view.get_by_label("Meetings URL")).to_have_value("dr-nowak")
    expect(link).to_contain_text(f"{domain.host}")
