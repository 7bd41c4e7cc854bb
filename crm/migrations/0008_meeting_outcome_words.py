"""Outcomes of a meeting are called what the pages of meetings call them, where nobody has given them words of their own."""

import uuid

from django.db import migrations

LABELS = {"COMPLETED": ("Completed", "Held"), "NO_SHOW": ("No show", "No-show")}


def rename(apps, schema_editor):
    """Labels are kept as they were when the account was made; processes that keep definitions notice by the version of
    the schema."""
    definitions = apps.get_model("crm", "PropertyDefinition").objects.filter(is_built_in=True, object_type="meeting")
    for definition in definitions.filter(name="hs_meeting_outcome"):
        definition.options = _renamed(definition.options)
        definition.save(update_fields=["options"])
    for schema in apps.get_model("crm", "Schema").objects.all():
        schema.version = uuid.uuid4()
        schema.save(update_fields=["version"])


def _renamed(options):
    """Two options never have the same label."""
    taken = {option["label"].casefold() for option in options}
    return [{**option, "label": _label(option, taken)} for option in options]


def _label(option, taken):
    old, new = LABELS.get(option["value"], ("", ""))
    return new if option["label"] == old and new.casefold() not in taken else option["label"]


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0007_activities_of_sales'),
    ]

    operations = [
        migrations.RunPython(rename, migrations.RunPython.noop),
    ]
