"""The pages of records."""

from __future__ import annotations

from django.urls import include, path

from crm import converters, urls_life, urls_settings  # noqa: F401 - importing registers
from crm.layouts import IN_THE_RAIL
from crm.objects import OBJECTS
from crm.views import index, record

app_name = "crm"

_in_the_rail = [OBJECTS[object_type] for object_type in IN_THE_RAIL]
_pages = [
    *(path(f"{info.plural}/", index.index, {"objects": info}, name=info.plural) for info in _in_the_rail),
    path("<objects:objects>/", index.index, name="index"),
    path("<objects:objects>/new/", index.record_create, name="record_create"),
    path("<objects:objects>/<int:record_id>/", record.record, name="record"),
    path("<objects:objects>/<int:record_id>/edit/", record.record_edit, name="record_edit"),
    *urls_life.pages,
    *urls_settings.pages,
]

urlpatterns = [path("app/<int:account_id>/", include(_pages))]
