"""The pages of records."""

from __future__ import annotations

from django.urls import include, path

from crm import converters, urls_life, urls_settings  # noqa: F401 - importing registers
from crm.choices import ObjectType
from crm.layouts import IN_THE_RAIL
from crm.objects import OBJECTS
from crm.views import activities, history, index, links, record

app_name = "crm"

_ACTIVITY = "<objects:objects>/<int:record_id>/activities/<int:activity_id>"
_LINKS = "<objects:objects>/<int:record_id>/links"
_in_the_rail = [OBJECTS[object_type] for object_type in IN_THE_RAIL]
_activities = [
    path("<objects:objects>/<int:record_id>/log/<slug:composer>/", activities.activity_log, name="activity_log"),
    path(f"{_ACTIVITY}/edit/", activities.activity_edit, name="activity_edit"),
    path(f"{_ACTIVITY}/done/", activities.task_done, name="task_done"),
    path(f"{_ACTIVITY}/delete/", activities.activity_delete, name="activity_delete"),
]
_links = [
    path(f"{_LINKS}/<objects:to_objects>/", links.link_list, name="link_list"),
    path(f"{_LINKS}/<objects:to_objects>/add/", links.link_add, name="link_add"),
    path(f"{_LINKS}/<objects:to_objects>/options/", links.link_options, name="link_options"),
    path(f"{_LINKS}/<int:other_id>/", links.link_edit, name="link_edit"),
    path(f"{_LINKS}/<int:other_id>/remove/", links.link_remove, name="link_remove"),
]
_pages = [
    *(path(f"{info.plural}/", index.index, {"objects": info}, name=info.plural) for info in _in_the_rail),
    path("meetings/all/", index.index, {"objects": OBJECTS[ObjectType.MEETING]}, name="meetings"),
    path("<objects:objects>/", index.index, name="index"),
    path("<objects:objects>/new/", index.record_create, name="record_create"),
    path("<objects:objects>/<int:record_id>/", record.record, name="record"),
    path("<objects:objects>/<int:record_id>/edit/", record.record_edit, name="record_edit"),
    path("<objects:objects>/<int:record_id>/history/", history.history, name="history"),
    *_activities,
    *_links,
    *urls_life.pages,
    *urls_settings.pages,
]

urlpatterns = [path("app/<int:account_id>/", include(_pages))]
