"""An account with one of everything in it, so that a test can aim at any route of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from accounts.actor import Actor
from accounts.models import Account, Membership, Notification
from accounts.scopes import all_scopes
from accounts.services.brands import brand_create
from accounts.services.domains import domain_add
from accounts.services.invitations import invitation_send
from accounts.services.tokens import access_token_create
from calendars.models import CalendarJob, PageFolder, SchedulingPage
from calendars.services.logos import logo_keep
from connections.models import Connection
from crm.choices import PropertyType
from crm.models import Record
from crm.services.activities import activity_log
from crm.services.association_labels import association_label_create
from crm.services.definitions import definition_create
from crm.services.property_groups import group_create
from crm.services.records import AssociationChange, RecordChange, records_write
from hubclone.lib.jobs.choices import JobState
from hubclone.lib.pictures import picture_read
from tests.accounts.factories import MembershipFactory, actor_of
from tests.calendars.booking import book, page_make
from tests.pictures import PNG

INVITED = "invited@hubclone.test"


@dataclass(frozen=True, slots=True)
class World:
    """``parameters`` maps the names of route parameters to what this account has under them."""

    account: Account
    owner: Membership
    page: SchedulingPage
    parameters: dict[str, Any]
    token: str
    token_without_scopes: str


def world_make(account: Account) -> World:
    """Fill an account whose initialisers have run."""
    owner = Membership.objects.filter(account=account).order_by("id")[0]
    member = MembershipFactory(account=account)
    page = page_make(account)
    booking = book(page)
    Connection.objects.filter(account=account).update(provider="google")
    token, plain = access_token_create(
        actor=actor_of(owner), account=account, name="All", scopes=sorted(all_scopes()), created_by=owner.user
    )
    _, bare = access_token_create(actor=actor_of(owner), account=account, name="None", scopes=[], created_by=owner.user)
    logo = logo_keep(actor=actor_of(owner), picture=picture_read(PNG))
    job = CalendarJob.objects.create(account=account, kind="calendar.sync", state=JobState.DEAD, last_error="No.")
    domain = domain_add(actor=actor_of(owner), host="meet.example.com")
    invitation = invitation_send(
        actor=actor_of(owner), account=account, email=INVITED, invited_by=owner.user, language="en"
    )
    brand = brand_create(actor=actor_of(owner), name="Second brand")
    told = Notification.objects.create(account=account, user=owner.user, kind="job.failed", key="k", title="Told")
    parameters = {
        "account_id": account.pk,
        "membership_id": member.pk,
        "token_id": token.pk,
        "invitation_id": invitation.pk,
        "brand_id": brand.pk,
        "secret": "unknown",
        "domain_id": domain.pk,
        "notification_id": told.pk,
        "label": "calendars.calendarjob",
        "job_id": job.pk,
        "record_id": booking.contact_id,
        **_objects(actor_of(owner)),
        **_around(actor_of(owner), Record.objects.get(pk=int(booking.contact_id or 0))),
        "page_id": page.pk,
        "folder_id": PageFolder.objects.create(account=account, owner=page.owner, name="Sales").pk,
        "booking_id": booking.pk,
        "connection_id": page.owner.connections.get(account=account).pk,
        "objects": "contacts",
        "provider": "google",
        "purpose": "calendar",
        "form": "exchange",
        "key": "google-calendar",
        "slug": page.slug,
        "digest": logo.digest,
        "ending": logo.ending,
    }
    return World(account, owner, page, parameters, plain, bare)


def _around(actor: Actor, contact: Record) -> dict[str, Any]:
    """A task on a contact's timeline, and a company that it is linked with."""
    due, properties = timezone.now(), {"hs_task_subject": "Call back"}
    task = activity_log(actor=actor, record=contact, activity_type="task", properties=properties, occurred_at=due)
    link = AssociationChange(2, to_record_id=contact.pk)
    (company,) = records_write(actor=actor, changes=[RecordChange("company", {"name": "Acme"}, associations=[link])])
    return {
        "activity_id": task.record_id,
        "other_id": company.record_id,
        "to_objects": "companies",
        "composer": "note",
    }


def _objects(actor: Actor) -> dict[str, int]:
    """A deleted record, and a property, a group and a label of the account's own."""
    (gone,) = records_write(actor=actor, changes=[RecordChange("deal", {"dealname": "Gone"}, archive=True)])
    group = group_create(actor=actor, object_type="contact", label="Own group")
    definition = definition_create(
        actor=actor,
        object_type="contact",
        group_name=group.name,
        name="own_property",
        label="Own property",
        type=PropertyType.STRING,
    )
    label = association_label_create(actor=actor, from_type="contact", to_type="company", label="Own label")
    assert gone.record_id is not None
    return {
        "deleted_id": gone.record_id,
        "group_id": group.pk,
        "definition_id": definition.pk,
        "label_id": label.pk,
    }
