"""Settings → Objects."""

from __future__ import annotations

from django.urls import path

from crm import converters  # noqa: F401 - importing registers
from crm.views import excluded_domains, labels, properties, property_groups

_OBJECTS = "settings/objects"

pages = [
    path(f"{_OBJECTS}/properties/", properties.properties, name="properties"),
    path(f"{_OBJECTS}/properties/new/<objects:objects>/", properties.property_create, name="property_create"),
    path(f"{_OBJECTS}/properties/<int:definition_id>/", properties.property_edit, name="property_edit"),
    path(f"{_OBJECTS}/properties/<int:definition_id>/archive/", properties.property_archive, name="property_archive"),
    path(f"{_OBJECTS}/properties/<int:definition_id>/restore/", properties.property_restore, name="property_restore"),
    path(f"{_OBJECTS}/groups/", property_groups.property_groups, name="property_groups"),
    path(f"{_OBJECTS}/groups/<int:group_id>/", property_groups.property_group_edit, name="property_group_edit"),
    path(f"{_OBJECTS}/groups/<int:group_id>/move/", property_groups.property_group_move, name="property_group_move"),
    path(
        f"{_OBJECTS}/groups/<int:group_id>/delete/", property_groups.property_group_delete, name="property_group_delete"
    ),
    path(f"{_OBJECTS}/labels/", labels.association_labels, name="association_labels"),
    path(f"{_OBJECTS}/labels/<int:label_id>/", labels.association_label_edit, name="association_label_edit"),
    path(
        f"{_OBJECTS}/labels/<int:label_id>/delete/",
        labels.association_label_delete_page,
        name="association_label_delete",
    ),
    path(f"{_OBJECTS}/domains/", excluded_domains.excluded_domains, name="excluded_domains"),
]
