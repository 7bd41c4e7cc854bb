"""What every journey needs: people of the running stack, and a look at each screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from sandbox.testing import Control
from tests.browser import axe_violations, overflow
from tests.journeys.people import Person, person_make
from tests.stack.fixture import BASE_DIR, Stack
from tests.stack.visitors import control

PICTURES = BASE_DIR / "tests" / "pictures"
SETTLE_MS = 100
Look = Callable[[Page, str], None]


@pytest.fixture
def look() -> Look:
    """``look(page, name)``: the screen holds to WCAG 2.2 AA and fits its window in both themes; pictures are kept."""
    PICTURES.mkdir(exist_ok=True)

    def at(page: Page, name: str) -> None:
        page.wait_for_load_state()
        for theme in ("dark", "light"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            page.wait_for_timeout(SETTLE_MS)
            page.screenshot(path=PICTURES / f"{name}-{theme}.png", full_page=True)
            assert axe_violations(page) == [], f"{name} {theme}"
            assert overflow(page) == 0, f"{name} {theme}"

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
