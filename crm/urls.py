"""The pages of records."""

from __future__ import annotations

from django.urls import include, path, register_converter

from crm import urls_life, urls_settings
from crm.layouts import IN_THE_RAIL
from crm.objects import OBJECTS, ObjectInfo
from crm.views import index, record


class ObjectsConverter:
    """A path segment that is the plural of an object type: ``contacts``."""

    regex = "|".join(info.plural for info in OBJECTS.values())
    _by_plural = {info.plural: info for info in OBJECTS.values()}

    def to_python(self, value: str) -> ObjectInfo:
        """What is known of the type."""
        return self._by_plural[value]

    def to_url(self, value: ObjectInfo | str) -> str:
        """Its plural."""
        return value if isinstance(value, str) else value.plural


register_converter(ObjectsConverter, "objects")

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
