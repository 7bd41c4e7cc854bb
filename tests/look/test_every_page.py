"""Every page of an account that answers is opened: accessible and no wider than the screen, light and dark, wide and
narrow. The routes are those of the permission matrix, so that no page can be forgotten."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, ViewportSize
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.choices import Right
from accounts.models import Membership
from connections.models import Connection
from tests.browser import NARROW, WIDE, PageFactory, axe_violations, overflow, picture, settled
from tests.calendars.booking import account_make
from tests.look.test_application import enter
from tests.test_permission_matrix import PAGES, SIGNED_IN, address
from tests.world import World, world_make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHIFT_MOST = 0.01
SHIFT = """() => new Promise((done) => {
    let sum = 0;
    const add = (entries) => { for (const entry of entries) sum += entry.value; };
    const observer = new PerformanceObserver((list) => add(list.getEntries()));
    observer.observe({ type: "layout-shift", buffered: true });
    const end = () => { add(observer.takeRecords()); done(sum); };
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(end)));
})"""
"""The page's cumulative layout shift up to now."""
SMALLEST: ViewportSize = {"width": 320, "height": 640}
"""A window of 1280 pixels at 400 %."""
SPACED = """() => {
    const sheet = new CSSStyleSheet();
    const wide = "line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important";
    sheet.replaceSync(`* { ${wide} }`);
    document.adoptedStyleSheets = [sheet];
}"""
"""Text set wider apart by the reader (WCAG 1.4.12)."""
LONG_ADDRESS = "wilhelmina.featherstonehaugh@correspondence.international.example"
PARTS = 4
"""The pages are shared out, so that workers can look at them side by side."""


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_is_accessible_and_fits(
    live_server: LiveServer, open_page: PageFactory, settings: Settings, part: int
) -> None:
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 3600
    world = world_make(account_make())
    Membership.objects.filter(pk=world.owner.pk).update(rights=[Right.SUPER_ADMIN])
    Connection.objects.update(identity=LONG_ADDRESS)
    page = open_page()
    enter(page, world.owner, live_server.url)
    wrong = [line for url in urls(world)[part::PARTS] for line in faults(page, live_server.url, url)]
    assert wrong == []


def urls(world: World) -> list[str]:
    """The addresses that answer a super admin with a page of HTML, in the order of the routes."""
    client = Client(raise_request_exception=False)
    client.force_login(world.owner.user)
    known = [route for route in PAGES if world.parameters.keys() >= set(route.parameters)]
    asked = [*(address(route, world) for route in known), *(reverse(name) for name in SIGNED_IN)]
    answers = {url: client.get(url) for url in dict.fromkeys(asked)}
    shown = [
        url
        for url, answer in answers.items()
        if answer.status_code == 200
        and answer.headers.get("Content-Type", "").startswith("text/html")
        and b"<html" in b"".join(answer)
    ]
    assert len(shown) > 30, "most pages answer their owner"
    return shown


def faults(page: Page, base: str, url: str) -> list[str]:
    """What is wrong with one page in either look; the second one needs no loading."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.set_viewport_size(WIDE)
    response = page.goto(f"{base}{url}")
    if response is None or not response.ok:
        return [f"{url}: {response and response.status}"]
    found = [*looked(page, url, "light-wide"), *moved(page, url)]
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.set_viewport_size(NARROW)
    return [*found, *looked(page, url, "dark-narrow"), *zoomed(page, url)]


def zoomed(page: Page, url: str) -> list[str]:
    """What does not fit into the smallest window, as the page comes and with its text set wider apart."""
    page.set_viewport_size(SMALLEST)
    plain = overflow(page)
    page.evaluate(SPACED)
    spaced = overflow(page)
    return [f"{url} at 400 %: {plain} px too wide, {spaced} px with spaced text"] if plain or spaced else []


def moved(page: Page, url: str) -> list[str]:
    """What shifted while the page came up, nobody having touched it."""
    shift = page.evaluate(SHIFT)
    return [f"{url}: layout shift of {shift}"] if shift > SHIFT_MOST else []


def looked(page: Page, url: str, look: str) -> list[str]:
    """Mistakes in one look; keeps a picture where somebody wants one."""
    settled(page)
    picture(page, f"every{url.replace('/', '-')}{look}")
    wide = overflow(page)
    return [f"{url} {look}: {line}" for line in [*axe_violations(page), *([f"{wide} px too wide"] if wide else [])]]


def test_a_layout_shift_would_be_seen(open_page: PageFactory) -> None:
    page = open_page()
    page.set_content("<p id='late'></p><h1>Shifted</h1>")
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => {"
        " document.getElementById('late').style.height = '300px'; requestAnimationFrame(() => setTimeout(done)); }))"
    )
    assert moved(page, "/") != []


def test_what_axe_finds_would_be_seen(open_page: PageFactory) -> None:
    page = open_page()
    page.set_content("<html lang='en'><title>Photo</title><h1 style='color: #ccc'>Photo</h1><img src='data:,'></html>")
    assert [line.split()[0] for line in axe_violations(page)] == ["color-contrast", "image-alt"]
    assert [line.split()[0] for line in axe_violations(page, "color-contrast")] == ["color-contrast"]
