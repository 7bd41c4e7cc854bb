"""How much a page weighs, and that colours and sizes come from the tokens."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import django_htmx
import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
HTMX = Path(django_htmx.__file__).parent / "static"
APP_LIMIT = 100 * 1024
PUBLIC_LIMIT = 50 * 1024
_COLOR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch)\(")
_LENGTH = re.compile(r"(?<![\w.-])(\d*\.?\d+)(px|rem)\b")
_RULE = re.compile(r"\{([^{}]*)\}")


def weight(paths: list[Path]) -> int:
    """Bytes as transferred."""
    return sum(len(gzip.compress(path.read_bytes(), 6)) for path in paths)


def test_all_style_sheets_and_scripts_together_stay_under_100_kb() -> None:
    files = [*STATIC.rglob("*.css"), *STATIC.rglob("*.js"), HTMX / "django_htmx/htmx-2.min.js"]
    assert weight(files) < APP_LIMIT


def test_every_file_that_a_style_sheet_names_is_there_under_its_hashed_name(settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    sheets = list(tmp_path.glob("css/components/controls.*.css"))
    assert any(re.search(r"img/chevron\.[0-9a-f]{12}\.svg", sheet.read_text()) for sheet in sheets)


@pytest.mark.django_db
@pytest.mark.urls("tests.look.urls")
@pytest.mark.parametrize("name", ["booking", "booking-form", "booking-done"])
def test_a_visitors_page_stays_under_50_kb_with_all_that_it_loads(client: Client, name: str) -> None:
    html = client.get(f"/styleguide/{name}/").content.decode()
    names = [*re.findall(r'(?:href|src)="/static/([^"]+)"', html), "js/combobox.js"]
    assert not re.search(r'(?:src|href)="(?:https?:)?//', html)
    files = [next(base / name for base in (STATIC, HTMX) if (base / name).exists()) for name in names]
    assert len(gzip.compress(html.encode(), 6)) + weight(files) < PUBLIC_LIMIT


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.css")), ids=lambda path: path.name)
def test_colours_stand_in_the_tokens_only(path: Path) -> None:
    if path.name != "tokens.css":
        assert not _COLOR.findall(path.read_text())


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.css")), ids=lambda path: path.name)
def test_no_size_in_pixels_or_rems_stands_outside_of_the_tokens(path: Path) -> None:
    declared = " ".join(_RULE.findall(path.read_text()))
    if path.name != "tokens.css":
        assert not ["".join(found) for found in _LENGTH.findall(declared)]


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.css")), ids=lambda path: path.name)
def test_a_background_never_moves_without_its_text(path: Path) -> None:
    moves = re.findall(r"transition:[^;]*", path.read_text())
    assert not [move for move in moves if re.search(r"\bcolor\b|\bbackground|\ball\b", move)]


def test_no_template_holds_an_inline_style_script_or_handler() -> None:
    inline = re.compile(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)")
    pages = [path for path in (ROOT / "templates").rglob("*.html") if "mail" not in path.parts]
    assert not [str(path) for path in pages if inline.search(path.read_text())]
