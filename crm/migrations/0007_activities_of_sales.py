"""Orders and invoices have notes, tasks, calls, emails and meetings, like deals."""

import uuid

from django.db import migrations

PAIRS = [
    ("invoice", "call", 9041),
    ("invoice", "email", 9043),
    ("invoice", "meeting", 9045),
    ("invoice", "note", 9047),
    ("invoice", "task", 9049),
    ("order", "call", 9051),
    ("order", "email", 9053),
    ("order", "meeting", 9055),
    ("order", "note", 9057),
    ("order", "task", 9059),
]


def types_add(apps, schema_editor):
    """Processes that keep the types notice by the version of the schema."""
    types = apps.get_model("crm", "AssociationType")
    for schema in apps.get_model("crm", "Schema").objects.order_by("pk"):
        rows = []
        for one, other, number in PAIRS:
            rows.append((one, other, number, number + 1))
            rows.append((other, one, number + 1, number))
        types.objects.bulk_create(
            [
                types(
                    account_id=schema.account_id,
                    from_type=from_type,
                    to_type=to_type,
                    type_id=number,
                    inverse_type_id=inverse,
                    category="HUBSPOT_DEFINED",
                    name=f"{from_type}_to_{to_type}",
                )
                for from_type, to_type, number, inverse in rows
            ],
            ignore_conflicts=True,
        )
        schema.version = uuid.uuid4()
        schema.save(update_fields=["version"])


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0006_stages_and_currencies'),
    ]

    operations = [
        migrations.RunPython(types_add, migrations.RunPython.noop),
    ]
