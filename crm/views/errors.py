"""What the write path refuses, next to the field that it is about."""

from __future__ import annotations

from django.forms import Form
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from crm.choices import ObjectType
from crm.exceptions import IdentityTaken, InvalidProperty, RecordError, RecordStale
from crm.objects import OBJECTS


def error_show(form: Form, account_id: int, error: RecordError) -> None:
    """Put the refusal on the form."""
    if isinstance(error, InvalidProperty):
        form.add_error(error.name if error.name in form.fields else None, error.reason)
    elif isinstance(error, IdentityTaken):
        url = reverse("crm:record", args=[account_id, "contacts", error.record_id])
        words, link = _("Another contact has this address."), _("Open that contact")
        form.add_error("email", format_html('{} <a href="{}">{}</a>', words, url, link))
    elif isinstance(error, RecordStale):
        form.add_error(None, _("Somebody else is saving this record right now. Save again."))
    else:
        form.add_error(None, _("This record is no longer here."))


def naming_fields(object_type: str) -> set[str]:
    """The properties of which a new record needs one. A telephone number names a contact, but is too little."""
    return {name for group in OBJECTS[object_type].name for name in group} - {"phone"}


def name_missing(form: Form, object_type: str) -> None:
    """Say which field names a record of this kind."""
    if object_type == ObjectType.CONTACT:
        form.add_error("email", _("Give an email address or a name."))
        return
    first = next(name for group in OBJECTS[object_type].name for name in group if name in form.fields)
    form.add_error(first, _("Give it a name, so that it can be found again."))
