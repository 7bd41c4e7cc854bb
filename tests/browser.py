"""A headless browser for tests: one Chromium a worker, and a factory of pages of a width, theme and language.

Mark the tests ``browser``; with pytest-django's ``live_server`` the pages are the application's own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
_ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"]

_AXE_RUN = "options => axe.run(options).then((found) => found.violations)"

PageFactory = Callable[..., Page]


@pytest.fixture(scope="session")
def headless(chromium: str) -> Iterator[Browser]:
    """The running browser; ``chromium`` is its path."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def open_page(headless: Browser) -> Iterator[PageFactory]:
    """``open_page(narrow=False, theme="light", locale="en-GB", zone="Europe/Warsaw", **context)`` → a page of its own.

    Nothing moves unless ``reduced_motion`` says so. Errors of scripts and refusals of the content policy fail the
    test at its end.
    """
    contexts: list[BrowserContext] = []
    mistakes: list[str] = []

    def make(
        *, narrow: bool = False, theme: str = "light", locale: str = "en-GB", zone: str = "Europe/Warsaw", **more: Any
    ) -> Page:
        context = headless.new_context(
            viewport=NARROW if narrow else WIDE,
            color_scheme="dark" if theme == "dark" else "light",
            locale=locale,
            timezone_id=zone,
            **{"reduced_motion": "reduce", **more},
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        page.on("console", lambda message: mistakes.append(message.text) if _refused(message.text) else None)
        return page

    yield make
    for context in contexts:
        context.close()
    assert not mistakes, mistakes


def _refused(text: str) -> bool:
    return "Content Security Policy" in text or "Content-Security-Policy" in text


_AT_REST = """() => document.readyState === "complete"
    && !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")
    && !document.getAnimations().length"""


def settled(page: Page) -> None:
    """Wait until the page is loaded, no part of it is being fetched or exchanged, and nothing moves."""
    page.wait_for_function(_AT_REST)


def focused(page: Page, selector: str) -> None:
    """Wait until the keyboard is at this element, whether or not the browser's window has the focus of the screen."""
    try:
        page.wait_for_function("selector => document.activeElement?.matches(selector)", arg=selector)
    except PlaywrightTimeoutError:
        at = page.evaluate("[document.activeElement?.outerHTML.slice(0, 300), document.hasFocus()]")
        pytest.fail(f"the keyboard is not at {selector} but at {at[0]}; the window has the focus: {at[1]}")


def axe_violations(page: Page, *rules: str) -> list[str]:
    """What axe finds against WCAG 2.2 AA on the page at rest, or against these rules alone: rule, where, why.

    The violations alone are asked for: describing all that is right takes longer than finding what is wrong.
    """
    settled(page)
    run = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": AXE_TAGS}
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate(_AXE_RUN, {"runOnly": run, "resultTypes": ["violations"]})
    return [f"{rule['id']} {node['target']}: {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def overflow(page: Page) -> int:
    """By how many pixels the page at rest is wider than its window."""
    settled(page)
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def picture(page: Page, name: str) -> None:
    """Keep a screenshot in the folder that SCREENSHOTS names; without it, nothing happens.

    The caret stays: Playwright hides it by style attributes, which htmx copies onto what it puts in the place of an
    element, and which the content policy then refuses.
    """
    if folder := os.environ.get("SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True, caret="initial")
