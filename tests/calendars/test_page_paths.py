"""Whose links begin how: nobody makes a page under the URL part of somebody else (C11, C14)."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Membership
from calendars.exceptions import PathOfOthers
from calendars.models import SchedulingPage
from calendars.selectors.meeting_settings import url_part_of
from calendars.services.pages import page_create, page_update
from tests.accounts.conftest import signed_in
from tests.accounts.factories import MembershipFactory, actor_of
from tests.calendars.booking import account_make, page_make
from tests.calendars.settings_of import settings_make
from tests.calendars.test_pages import filled
from tests.state import database_fingerprint

pytestmark = [pytest.mark.django_db, pytest.mark.spec("C11", "C14")]
REFUSED = "links begin like this"


@pytest.fixture
def annas() -> SchedulingPage:
    """A page of Anna Nowak's, under her name."""
    return page_make(account_make(), connected=False, slug="anna-nowak/intro")


@pytest.fixture
def jan(annas: SchedulingPage) -> Membership:
    found: Membership = MembershipFactory(account=annas.account, user__name="Jan Lis")
    return found


def create(actor: Membership, slug: str, owner: Membership | None = None) -> SchedulingPage:
    owner = owner or actor
    fields: dict[str, Any] = {"name": "Talk", "title": "Talk", "slug": slug, "time_zone": "UTC"}
    return page_create(actor=actor_of(actor), account=owner.account, owner=owner.user, fields=fields)


@pytest.mark.parametrize("slug", ["anna-nowak/offer", "Anna-Nowak/offer", "anna-nowak", "dr-nowak/offer", "dr-nowak"])
def test_the_editor_and_the_service_refuse_a_path_under_a_colleagues_name_or_chosen_part(
    annas: SchedulingPage, jan: Membership, slug: str
) -> None:
    settings_make(annas, url_part="dr-nowak")
    client, url = signed_in(jan), f"/app/{jan.account_id}/meetings/new/"
    before = database_fingerprint()
    answer = client.post(url, filled(slug=slug))
    assert answer.status_code == 422
    assert REFUSED in answer.context["form"].errors["slug"][0]
    with pytest.raises(PathOfOthers):
        create(jan, slug)
    assert database_fingerprint() == before


def test_of_another_account_it_is_refused_too(annas: SchedulingPage) -> None:
    with pytest.raises(PathOfOthers):
        create(MembershipFactory(user__name="Ola Kos"), "anna-nowak/offer")


def test_an_admin_makes_and_changes_the_owners_page_under_the_owners_part(
    annas: SchedulingPage, jan: Membership
) -> None:
    anna = Membership.objects.get(user=annas.owner)
    page_update(actor=actor_of(jan), page=annas, fields={"slug": "anna-nowak/talk"})
    assert create(jan, "anna-nowak/offer", owner=anna).owner == anna.user


def test_a_shared_beginning_that_is_no_name_and_a_namesakes_are_free(annas: SchedulingPage, jan: Membership) -> None:
    anna, namesake = Membership.objects.get(user=annas.owner), MembershipFactory(user__name="Anna Nowak")
    made = [create(anna, "sales/anna"), create(jan, "sales/jan"), create(namesake, "anna-nowak/other")]
    assert [page.slug for page in made] == ["sales/anna", "sales/jan", "anna-nowak/other"]


def test_a_namesake_of_who_chose_the_part_is_proposed_another(annas: SchedulingPage) -> None:
    settings_make(annas, url_part="anna-nowak")
    namesake = MembershipFactory(user__name="Anna Nowak")
    assert url_part_of(namesake) == "anna-nowak-2"
    create(namesake, f"{url_part_of(namesake)}/meeting")


def test_a_page_that_is_there_already_stays_and_can_be_changed(annas: SchedulingPage, jan: Membership) -> None:
    SchedulingPage.objects.filter(pk=annas.pk).update(slug="jan-lis/old")
    create(jan, "jan-lis/talk")
    anna = Membership.objects.get(user=annas.owner)
    url = f"/app/{anna.account_id}/meetings/pages/{annas.pk}/"
    assert signed_in(anna).post(url, filled(slug="jan-lis/old", title="Still there")).status_code == 302
    annas.refresh_from_db()
    assert (annas.slug, annas.title) == ("jan-lis/old", "Still there")
