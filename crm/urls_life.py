"""How records end, come back and become one; addresses of contacts, and what they agreed to."""

from __future__ import annotations

from django.urls import path

from crm import converters  # noqa: F401 - importing registers
from crm.views import addresses, consents, deleted, merge

pages = [
    path("deleted/", deleted.deleted, name="deleted"),
    path("deleted/<int:deleted_id>/restore/", deleted.restore, name="restore"),
    path("deleted/<int:deleted_id>/delete/", deleted.delete, name="delete"),
    path("contacts/<int:record_id>/emails/", addresses.addresses, name="addresses"),
    path("contacts/<int:record_id>/consents/", consents.consents, name="consents"),
    path("<objects:objects>/<int:record_id>/merge/", merge.merge, name="merge"),
    path("<objects:objects>/<int:record_id>/archive/", deleted.archive, name="archive"),
    path("<objects:objects>/<int:record_id>/erase/", deleted.erase, name="erase"),
]
