"""Every sample page in both themes and both widths: accessible, not wider than the screen, no mistakes of scripts."""

from __future__ import annotations

import pytest

from hubclone.styleguide import PAGES
from tests.browser import PageFactory, axe_violations, overflow, picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_sample_page_is_accessible_and_fits(guide: str, open_page: PageFactory, name: str, theme: str) -> None:
    for narrow in (False, True):
        page = open_page(theme=theme, narrow=narrow)
        response = page.goto(f"{guide}{name}/")
        assert response is not None
        assert response.ok
        page.wait_for_load_state("networkidle")
        picture(page, f"{name}-{theme}-{'narrow' if narrow else 'wide'}")
        assert axe_violations(page) == []
        assert overflow(page) == 0
