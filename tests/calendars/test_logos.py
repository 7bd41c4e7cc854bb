"""A page's logo: chosen in the editor, kept in the database, shown to visitors (C20)."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import AuditEntry, Membership
from calendars.models import PageLogo, SchedulingPage
from calendars.views.public import booked_reference
from tests.accounts.factories import MembershipFactory
from tests.calendars.scheduling import page_make, reservation_make
from tests.calendars.test_pages import filled
from tests.pictures import FILES, PNG, png

pytestmark = [pytest.mark.django_db, pytest.mark.spec("C20")]
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


@pytest.fixture
def member(client: Client) -> Membership:
    found: Membership = MembershipFactory(user__name="Anna Nowak", account__name="Northwind & Sons")
    client.force_login(found.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return found


@pytest.fixture
def page(member: Membership) -> SchedulingPage:
    return page_make(membership=member, slug="anna-nowak/intro")


def upload(data: bytes, name: str = "logo.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="image/png")


def save(client: Client, page: SchedulingPage, **changes: Any) -> tuple[int, str]:
    answer = client.post(f"/app/{page.account_id}/meetings/pages/{page.pk}/", filled(**changes))
    page.refresh_from_db()
    return answer.status_code, answer.content.decode()


def image(html: str) -> str:
    return str(re.findall(r'<img class="logo"[^>]*>', html)[0])


def logo_of(page: SchedulingPage) -> PageLogo:
    return PageLogo.objects.get(pages=page)


@pytest.mark.parametrize("ending", sorted(FILES))
def test_visitors_see_the_logo_at_every_step_with_its_size_and_the_organisations_name(
    client: Client, page: SchedulingPage, ending: str
) -> None:
    assert save(client, page, logo=upload(FILES[ending], "anything.bin"))[0] == 302
    booking = reservation_make(page, page.created_at)
    address = f"/meetings/-/logo/{hashlib.sha256(FILES[ending]).hexdigest()}.{ending}"
    first = f"/meetings/{page.slug}"
    slot = re.findall(r'class="slot" href="([^"]+)"', Client().get(first).content.decode())[0].replace("&amp;", "&")
    for path in (first, slot, f"/meetings/-/booked/{booked_reference(booking)}"):
        found = image(Client().get(path).content.decode())
        assert f'src="{address}" width="40" height="20" alt="Northwind &amp; Sons"' in found


@pytest.mark.parametrize(("ending", "kind"), [("png", "image/png"), ("jpg", "image/jpeg"), ("webp", "image/webp")])
def test_the_picture_is_served_as_what_it_is_and_may_be_kept_for_ever(
    client: Client, page: SchedulingPage, ending: str, kind: str
) -> None:
    save(client, page, logo=upload(FILES[ending], "page.html"))
    address = f"/meetings/-/logo/{hashlib.sha256(FILES[ending]).hexdigest()}.{ending}"
    answer = Client().get(address)
    assert answer.content == FILES[ending]
    assert answer["Content-Type"] == kind
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert not answer.cookies
    others = {address.replace(ending, other) for other in FILES if other != ending}
    assert {Client().get(other).status_code for other in others} == {404}


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (SVG, "logo.svg", "SVG cannot be used"),
        (SVG, "logo.png", "SVG cannot be used"),
        (b"<html><script>alert(1)</script>", "logo.jpg", "PNG, JPEG or WebP"),
        (PNG[:-20], "logo.png", "PNG, JPEG or WebP"),
        (PNG + bytes(500_000), "logo.png", "too large: at most 500 KB"),
        (png(3001, 40), "logo.png", "between 16 and 3000 pixels"),
        (png(40, 8), "logo.png", "between 16 and 3000 pixels"),
    ],
)
def test_what_cannot_be_a_logo_is_told_at_the_field_and_nothing_else_typed_is_lost(
    client: Client, page: SchedulingPage, data: bytes, name: str, words: str
) -> None:
    status, html = save(client, page, logo=upload(data, name), title="Typed <title>", description="Typed words")
    assert status == 422
    assert words in html.split('id="id_logo_error"')[1].split("</div></div>")[0]
    assert "Typed &lt;title&gt;" in html
    assert "Typed words" in html
    assert not PageLogo.objects.exists()
    assert page.logo is None


def test_a_good_logo_is_kept_while_something_else_is_mended(client: Client, page: SchedulingPage) -> None:
    status, html = save(client, page, logo=upload(PNG), title="")
    assert status == 422
    assert page.logo is None
    kept = re.findall(r'name="logo_kept" value="([0-9a-f]{64})"', html)[0]
    assert kept in image(html)
    assert save(client, page, logo_kept=kept)[0] == 302
    assert logo_of(page).digest == kept
    assert "logo_id" in AuditEntry.objects.get(action="page.updated").detail["fields"]


def test_a_chosen_logo_outlasts_a_button_of_the_form_without_scripts(client: Client, member: Membership) -> None:
    html = client.post(f"/app/{member.account_id}/meetings/new/", filled(logo=upload(PNG), add_window="2"))
    kept = re.findall(r'name="logo_kept" value="([0-9a-f]{64})"', html.content.decode())[0]
    answer = client.post(f"/app/{member.account_id}/meetings/new/", filled(logo_kept=kept))
    assert answer.status_code == 302
    assert logo_of(SchedulingPage.objects.get()).digest == kept


def test_a_logo_stays_is_replaced_and_is_removed(client: Client, page: SchedulingPage) -> None:
    save(client, page, logo=upload(PNG))
    save(client, page, title="Another title")
    assert logo_of(page).digest == hashlib.sha256(PNG).hexdigest()
    save(client, page, logo=upload(FILES["webp"], "logo.webp"), logo_remove="on")
    assert logo_of(page).ending == "webp"
    assert save(client, page, logo_remove="on")[0] == 302
    assert page.logo is None
    assert 'class="logo"' not in Client().get(f"/meetings/{page.slug}").content.decode()


def test_anothers_kept_logo_cannot_be_taken(client: Client, page: SchedulingPage) -> None:
    stranger = page_make()
    logo = PageLogo.objects.create(
        account=stranger.account, digest="a" * 64, ending="png", width=40, height=20, data=PNG
    )
    assert save(client, page, logo_kept=logo.digest)[0] == 302
    assert page.logo is None


def test_the_same_picture_is_kept_once_and_unused_ones_go_after_a_day(client: Client, page: SchedulingPage) -> None:
    save(client, page, logo=upload(PNG))
    save(client, page, logo=upload(PNG))
    assert PageLogo.objects.count() == 1
    save(client, page, logo=upload(FILES["jpg"]))
    assert PageLogo.objects.count() == 2
    PageLogo.objects.update(kept_at="2020-01-01T00:00:00Z")
    save(client, page, logo=upload(FILES["webp"]))
    assert set(PageLogo.objects.values_list("ending", flat=True)) == {"jpg", "webp"}
    assert logo_of(page).ending == "webp"


def test_a_large_logo_is_shown_in_a_small_box_of_its_own_shape(client: Client, page: SchedulingPage) -> None:
    save(client, page, logo=upload(png(1000, 300)))
    assert 'width="160" height="48"' in image(Client().get(f"/meetings/{page.slug}").content.decode())
