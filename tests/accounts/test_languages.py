"""English and Polish: who decides, how dates and numbers look, plural forms, and a zone beside every time."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import number_format
from django.utils.translation import ngettext

from accounts.models import Membership, OutgoingEmail
from calendars.words import duration_words
from connections.services.state import connection_failed
from hubclone.lib.jobs.services import run_jobs
from tests.accounts.conftest import signed_in
from tests.accounts.factories import MembershipFactory
from tests.calendars.booking import book, calendar_make, page_make

MOMENT = dt.datetime(2026, 3, 9, 13, 5, tzinfo=dt.UTC)
PL = {"Accept-Language": "pl-PL,pl;q=0.9,en;q=0.5"}


@pytest.mark.django_db
@pytest.mark.spec("A9")
@pytest.mark.parametrize(
    ("asked", "language"),
    [("pl-PL,pl;q=0.9", "pl"), ("de,pl;q=0.5", "pl"), ("en-GB", "en"), ("de", "en"), ("", "en"), ("*;q=x,,;", "en")],
)
def test_a_visitors_page_follows_the_browser(asked: str, language: str) -> None:
    page = page_make()
    answer = Client().get(f"/meetings/{page.slug}", HTTP_ACCEPT_LANGUAGE=asked)
    assert f'<html lang="{language}"' in answer.content.decode()
    assert answer["Content-Language"] == language
    assert "Accept-Language" in answer["Vary"]


@pytest.mark.django_db
@pytest.mark.spec("A9")
def test_a_users_choice_wins_over_browser_and_cookie(member: Membership) -> None:
    client = signed_in(member)
    url = reverse("accounts:profile", args=[member.account_id])
    assert '<html lang="pl"' in client.get(url, headers=PL).content.decode()
    client.post(url, {"name": "Mo", "language": "en", "time_zone": "UTC"})
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "pl"
    assert '<html lang="en"' in client.get(url, headers=PL).content.decode()


@pytest.mark.django_db
@pytest.mark.spec("A9")
def test_what_is_wrong_with_a_form_is_said_in_the_visitors_language() -> None:
    page = page_make()
    form = {"start": "2030-01-01T10:00:00Z", "email": "nobody", "first_name": "", "key": "k" * 20}
    answer = Client().post(f"/meetings/{page.slug}", form, headers=PL)
    assert answer.status_code == 422
    words = answer.content.decode()
    assert "To pole jest wymagane" in words
    assert "This field is required" not in words


@pytest.mark.django_db
@pytest.mark.spec("A9", "A7")
def test_each_of_several_is_told_in_their_own_language(admin: Membership) -> None:
    polish = MembershipFactory(account=admin.account, super_admin=True, user__language="pl")
    calendar = calendar_make(admin.account, admin.user, provider="google")
    connection = calendar.calendar_account.connection
    type(connection).objects.filter(pk=connection.pk).update(owner=None)
    connection_failed(connection_id=connection.pk, code="GRANT_REVOKED")
    told = {mail.to: mail.subject for mail in OutgoingEmail.objects.filter(key__contains="attention")}
    with translation.override("pl"):
        in_polish = translation.gettext("%(provider)s needs your attention") % {"provider": "Google"}
    assert told == {admin.user.email: "Google needs your attention", polish.user.email: in_polish}
    assert in_polish != "Google needs your attention"


@pytest.mark.django_db
@pytest.mark.spec("A9")
def test_guest_and_host_read_their_own_languages() -> None:
    page = page_make(connected=False)
    page.owner.language = "pl"
    page.owner.save()
    booking = book(page, language="en")
    run_jobs()
    subjects = {mail.to: mail.subject for mail in OutgoingEmail.objects.all()}
    assert subjects[booking.guest_email].startswith("Request sent")
    assert not subjects[page.owner.email].startswith("Please answer")


@pytest.mark.spec("A9")
@pytest.mark.parametrize(
    ("language", "shown", "number"),
    [
        ("en", ("Mar 9, 2026, 2:05 PM", "CET"), "1,234,567.5"),
        ("pl", ("9 marca 2026, 14:05", "CET"), "1\xa0234\xa0567,5"),
    ],
)
def test_dates_times_and_numbers_follow_the_locale(language: str, shown: tuple[str, str], number: str) -> None:
    with translation.override(language), timezone.override("Europe/Warsaw"):
        words = Template("{% when moment %}").render(Context({"moment": MOMENT}))
        assert shown[0] in words
        assert f'<span class="zone">{shown[1]}</span>' in words
        assert 'datetime="2026-03-09T13:05:00+00:00"' in words
        assert number_format(1234567.5, use_l10n=True, force_grouping=True) == number


@pytest.mark.spec("A9")
@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "1 minuta"), (2, "2 minuty"), (5, "5 minut"), (12, "12 minut"), (22, "22 minuty"), (25, "25 minut")],
)
def test_polish_has_its_plural_forms(count: int, words: str) -> None:
    with translation.override("pl"):
        assert duration_words(count) == words
        assert ngettext("%(count)s minute", "%(count)s minutes", count) % {"count": count} == words


@pytest.mark.spec("A9")
def test_templates_show_moments_by_the_one_tag_that_names_the_zone() -> None:
    """Filters of Django's show a time without its zone; a day alone (as a value or in words) has none."""
    of_times = re.compile(
        r"\|\s*(?:time(?:since|until)?|natural(?:time|day))\b|\|\s*date\s*:\s*[\"'][^\"']*[aAfgGhHiPsu]"
    )
    wrong = [
        f"{path.name}: {found[0]}"
        for path in (Path(settings.BASE_DIR) / "templates").rglob("*.html")
        if "styleguide" not in path.parts
        for found in of_times.finditer(path.read_text())
    ]
    assert wrong == []
