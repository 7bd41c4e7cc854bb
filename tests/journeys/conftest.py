"""What every journey needs: people of the running stack, and a look at each screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page

from sandbox.testing import Control
from tests.browser import axe_violations, overflow
from tests.journeys.people import Person, person_make
from tests.stack.fixture import BASE_DIR, Stack
from tests.stack.visitors import control

PICTURES = BASE_DIR / "tests" / "pictures"
SETTLE_MS = 100
THEMES: dict[Literal["dark", "light"], tuple[str, ...]] = {
    "dark": (),
    "light": ("color-contrast", "link-in-text-block"),
}
"""All rules in one theme; in the other those that colours can break."""
Look = Callable[..., None]


@pytest.fixture
def look() -> Look:
    """``look(page, name, axe=True)``: the screen fits its window, and holds to WCAG 2.2 AA in both themes.

    Pictures are kept in tests/pictures/. Without ``axe`` only the width is checked: for a screen that was seen before.
    """
    PICTURES.mkdir(exist_ok=True)

    def at(page: Page, name: str, axe: bool = True) -> None:
        page.wait_for_load_state()
        for theme, rules in THEMES.items():
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            page.wait_for_timeout(SETTLE_MS)
            page.screenshot(path=PICTURES / f"{name}-{theme}.png", full_page=True, caret="initial")
            if axe:
                assert axe_violations(page, *rules) == [], f"{name} {theme}"
        assert overflow(page) == 0, name

    return at


@pytest.fixture
def outside(stack: Stack) -> Control:
    """Google and the mail host."""
    return control(stack)


@pytest.fixture
def marek(stack: Stack) -> Person:
    """The demo's member without rights."""
    member = stack.demo["member"]
    return Person(member["email"], member["password"], "Marek Zieliński")


@pytest.fixture
def newcomer(stack: Stack) -> Callable[[str], Person]:
    """``newcomer("Zofia Lis")`` → a member of the demo account who signs in for the first time."""
    return lambda name: person_make(stack, name)
