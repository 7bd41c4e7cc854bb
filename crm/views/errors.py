"""What the write path refuses, next to the field that it is about."""

from __future__ import annotations

from django.forms import Form
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.choices import ObjectType
from crm.exceptions import IdentityTaken, InvalidProperty, RecordError, RecordStale
from crm.objects import OBJECTS
from crm.selectors.deleted import deleted_get


def error_show(form: Form, account_id: int, error: RecordError) -> None:
    """Put the refusal on the form."""
    if isinstance(error, InvalidProperty):
        form.add_error(error.name if error.name in form.fields else None, error.reason)
    elif isinstance(error, IdentityTaken):
        form.add_error("email", _taken(account_id, error.record_id))
    elif isinstance(error, RecordStale):
        form.add_error(None, _("Somebody else is saving this record right now. Save again."))
    else:
        form.add_error(None, _("This record is no longer here."))


def naming_fields(object_type: str) -> set[str]:
    """The properties of which a new record needs one. A telephone number names a contact, but is too little."""
    return {name for group in OBJECTS[object_type].name for name in group} - {"phone"}


def _taken(account_id: int, record_id: int) -> SafeString:
    """Whose the address is, with the way there; a deleted contact can be restored at its own."""
    is_deleted = deleted_get(account_id=account_id, record_id=record_id) is not None
    words = _("A deleted contact has this address.") if is_deleted else _("Another contact has this address.")
    url = reverse("crm:record", args=[account_id, "contacts", record_id])
    return format_html('{} <a href="{}">{}</a>', words, url, _("Open that contact"))


def name_missing(form: Form, object_type: str) -> None:
    """Say which field names a record of this kind."""
    if object_type == ObjectType.CONTACT:
        form.add_error("email", _("Give an email address or a name."))
        return
    first = next(name for group in OBJECTS[object_type].name for name in group if name in form.fields)
    form.add_error(first, _("Give it a name, so that it can be found again."))
