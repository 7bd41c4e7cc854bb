"""Looking at a page with SCREENSHOTS set changes nothing on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser import PageFactory, picture

pytestmark = pytest.mark.browser
WATCH = """() => {
    window.changes = [];
    const told = (list) => window.changes.push(...list.map((one) => `${one.type} ${one.attributeName}`));
    new MutationObserver(told).observe(document, { attributes: true, childList: true, subtree: true });
    document.querySelector("input").focus();
}"""


def test_a_picture_touches_no_element_of_the_page(
    open_page: PageFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCREENSHOTS", str(tmp_path))
    page = open_page()
    page.set_content("<label>Name <input id='name'></label><textarea></textarea>")
    page.evaluate(WATCH)
    picture(page, "untouched")
    assert (tmp_path / "untouched.png").stat().st_size > 0
    assert page.evaluate("window.changes") == []
