"""Nothing is read, or measured, half changed: who wants no motion gets none, and text and background change as one."""

from __future__ import annotations

import pytest

from hubclone.styleguide import PAGES
from tests.browser import PageFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

_HALF_CHANGED = """() => {
  const [background, text] = ["rgb(1, 2, 3)", "rgb(3, 2, 1)"];
  const parts = [...document.body.querySelectorAll("*")];
  const style = (part) => getComputedStyle(part);
  parts.forEach((part) => style(part).color);
  parts.forEach((part) => { part.style.backgroundColor = background; part.style.color = text; });
  const changed = (part) => [style(part).backgroundColor === background, style(part).color === text];
  return parts.map((part) => [part.className, ...changed(part)]);
}"""


@pytest.mark.parametrize("name", PAGES)
def test_without_motion_new_colours_are_there_at_once(guide: str, open_page: PageFactory, name: str) -> None:
    page = open_page()
    page.goto(f"{guide}{name}/")
    colours = page.evaluate(_HALF_CHANGED)
    assert [part for part, background, text in colours if not (background and text)] == []
    assert page.evaluate("document.getAnimations().length") == 0


@pytest.mark.parametrize("name", PAGES)
def test_with_motion_text_and_background_set_out_together(guide: str, open_page: PageFactory, name: str) -> None:
    page = open_page(reduced_motion="no-preference")
    page.goto(f"{guide}{name}/")
    assert [part for part, background, text in page.evaluate(_HALF_CHANGED) if background != text] == []
