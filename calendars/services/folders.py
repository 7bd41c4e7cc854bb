"""A member's folders of scheduling pages, and what is done with a page as a whole."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import Account, User
from accounts.services.audit import audit_write
from calendars.choices import PageKind
from calendars.exceptions import FolderNameTaken
from calendars.models import PageFolder, SchedulingPage
from calendars.selectors.hosts import page_shares
from calendars.selectors.pages import slug_free
from calendars.services.page_hosts import HostChoice
from calendars.services.pages import EDITABLE, page_create

NAME_LENGTH_MOST = 200


@transaction.atomic
def folder_create(*, actor: Actor, account: Account, owner: User, name: str) -> PageFolder:
    """An empty folder. Raises FolderNameTaken."""
    folder = PageFolder(account=account, owner=owner, name=name)
    _save(folder)
    _audit(actor, folder, "page_folder.created")
    return folder


@transaction.atomic
def folder_rename(*, actor: Actor, folder: PageFolder, name: str) -> None:
    """Another name. Raises FolderNameTaken."""
    if folder.name == name:
        return
    folder.name = name
    _save(folder)
    _audit(actor, folder, "page_folder.renamed")


@transaction.atomic
def folder_delete(*, actor: Actor, folder: PageFolder) -> None:
    """Take the folder away; its pages stay, in none."""
    _audit(actor, folder, "page_folder.deleted")
    folder.delete()


@transaction.atomic
def page_move(*, actor: Actor, page: SchedulingPage, folder: PageFolder | None) -> None:
    """Put a page into a folder of its owner, or into none."""
    kept = SchedulingPage.objects.select_for_update().get(pk=page.pk)
    if kept.folder_id != (folder.pk if folder else None):
        SchedulingPage.objects.filter(pk=kept.pk).update(folder=folder)
        audit_write(
            actor=actor,
            action="page.moved",
            target_kind="page",
            target_id=page.pk,
            target_label=page.name,
            detail={"folder": folder.name if folder else ""},
        )


@transaction.atomic
def page_duplicate(*, actor: Actor, page: SchedulingPage) -> SchedulingPage:
    """The same page under a free link, in the same folder. Raises PathTaken when somebody takes the link just now."""
    fields = {name: getattr(page, name) for name in EDITABLE}
    fields["name"] = (_("Copy of %(name)s") % {"name": page.name})[:NAME_LENGTH_MOST]
    fields["slug"] = slug_free(page.slug)
    hosts = [HostChoice(share.user.pk, share.weight) for share in page_shares(page)] or [HostChoice(page.owner_id)]
    copy = page_create(
        actor=actor, account=page.account, owner=page.owner, fields=fields, kind=PageKind(page.kind), hosts=hosts
    )
    SchedulingPage.objects.filter(pk=copy.pk).update(folder_id=page.folder_id)
    return copy


def _save(folder: PageFolder) -> None:
    try:
        with transaction.atomic():
            folder.save()
    except IntegrityError as error:
        raise FolderNameTaken from error


def _audit(actor: Actor, folder: PageFolder, action: str) -> None:
    audit_write(actor=actor, action=action, target_kind="page_folder", target_id=folder.pk, target_label=folder.name)
