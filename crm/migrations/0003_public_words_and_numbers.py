"""Built-in links of invoices and orders take the public API's numbers, and "E-mail" is written "Email"."""

import uuid

from django.db import migrations, models

NUMBERS = {
    9001: 177, 9002: 178, 9003: 179, 9004: 180, 9005: 175, 9006: 176, 9007: 409, 9008: 410,
    9011: 507, 9012: 508, 9013: 934, 9014: 935, 9015: 512, 9016: 511, 9017: 513, 9018: 514,
}
PRIMARY = (
    ("order", "company", 509, 510, "primary_order_to_company"),
    ("company", "order", 510, 509, "primary_company_to_order"),
)


def rewrite(apps, schema_editor):
    """Labels are kept as they were when the account was made; the schema's version says that they are new."""
    apps.get_model("crm", "PropertyDefinition").objects.filter(is_built_in=True, label="E-mail").update(label="Email")
    apps.get_model("crm", "PropertyGroup").objects.filter(label="E-mail information").update(label="Email information")
    for schema in apps.get_model("crm", "Schema").objects.all():
        schema.version = uuid.uuid4()
        schema.save(update_fields=["version"])


def renumber(apps, schema_editor):
    """The old numbers were ours alone, so nothing else can have them."""
    kinds, links = apps.get_model("crm", "AssociationType"), apps.get_model("crm", "Association")
    for old, new in NUMBERS.items():
        kinds.objects.filter(type_id=old).update(type_id=new)
        kinds.objects.filter(inverse_type_id=old).update(inverse_type_id=new)
        links.objects.filter(type_id=old).update(type_id=new)
    for account_id in kinds.objects.values_list("account_id", flat=True).distinct():
        for from_type, to_type, type_id, inverse, name in PRIMARY:
            kinds.objects.get_or_create(
                account_id=account_id, from_type=from_type, to_type=to_type, type_id=type_id,
                defaults={"inverse_type_id": inverse, "category": "HUBSPOT_DEFINED", "name": name, "label": "Primary"},
            )


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0002_event_sequence'),
    ]

    operations = [
        migrations.AlterField(
            model_name='association',
            name='to_type',
            field=models.CharField(choices=[('contact', 'Contact'), ('company', 'Company'), ('deal', 'Deal'), ('ticket', 'Ticket'), ('product', 'Product'), ('line_item', 'Line item'), ('invoice', 'Invoice'), ('order', 'Order'), ('marketing_event', 'Marketing event'), ('call', 'Call'), ('email', 'Email'), ('meeting', 'Meeting'), ('note', 'Note'), ('task', 'Task')], max_length=20),
        ),
        migrations.AlterField(
            model_name='associationtype',
            name='from_type',
            field=models.CharField(choices=[('contact', 'Contact'), ('company', 'Company'), ('deal', 'Deal'), ('ticket', 'Ticket'), ('product', 'Product'), ('line_item', 'Line item'), ('invoice', 'Invoice'), ('order', 'Order'), ('marketing_event', 'Marketing event'), ('call', 'Call'), ('email', 'Email'), ('meeting', 'Meeting'), ('note', 'Note'), ('task', 'Task')], max_length=20),
        ),
        migrations.AlterField(
            model_name='associationtype',
            name='to_type',
            field=models.CharField(choices=[('contact', 'Contact'), ('company', 'Company'), ('deal', 'Deal'), ('ticket', 'Ticket'), ('product', 'Product'), ('line_item', 'Line item'), ('invoice', 'Invoice'), ('order', 'Order'), ('marketing_event', 'Marketing event'), ('call', 'Call'), ('email', 'Email'), ('meeting', 'Meeting'), ('note', 'Note'), ('task', 'Task')], max_length=20),
        ),
        migrations.AlterField(
            model_name='event',
            name='object_type',
            field=models.CharField(choices=[('contact', 'Contact'), ('company', 'Company'), ('deal', 'Deal'), ('ticket', 'Ticket'), ('product', 'Product'), ('line_item', 'Line item'), ('invoice', 'Invoice'), ('order', 'Order'), ('marketing_event', 'Marketing event'), ('call', 'Call'), ('email', 'Email'), ('meeting', 'Meeting'), ('note', 'Note'), ('task', 'Task')], max_length=20),
        ),
        migrations.AlterField(
            model_name='propertydefinition',
            name='object_type',
            field=models.CharField(choices=[('contact', 'Contact'), ('company', 'Company'), ('deal', 'Deal'), ('ticket', 'Ticket'), ('product', 'Product'), ('line_item', 'Line item'), ('invoice', 'Invoice'), ('order', 'Order'), ('marketing_event', 'Marketing event'), ('call', 'Call'), ('email', 'Email'), ('meeting', 'Meeting'), ('note', 'Note'), ('task', 'Task')], max_length=20),
        ),
        migrations.AlterField(
            model_name='propertygroup',
            name='object_type',
            field=models.CharField(choices=[('contact', 'Contact'), ('company', 'Company'), ('deal', 'Deal'), ('ticket', 'Ticket'), ('product', 'Product'), ('line_item', 'Line item'), ('invoice', 'Invoice'), ('order', 'Order'), ('marketing_event', 'Marketing event'), ('call', 'Call'), ('email', 'Email'), ('meeting', 'Meeting'), ('note', 'Note'), ('task', 'Task')], max_length=20),
        ),
        migrations.AlterField(
            model_name='record',
            name='object_type',
            field=models.CharField(choices=[('contact', 'Contact'), ('company', 'Company'), ('deal', 'Deal'), ('ticket', 'Ticket'), ('product', 'Product'), ('line_item', 'Line item'), ('invoice', 'Invoice'), ('order', 'Order'), ('marketing_event', 'Marketing event'), ('call', 'Call'), ('email', 'Email'), ('meeting', 'Meeting'), ('note', 'Note'), ('task', 'Task')], max_length=20),
        ),
        migrations.AlterField(
            model_name='recordidentity',
            name='kind',
            field=models.CharField(choices=[('email', 'Email address'), ('domain', 'Domain'), ('external', 'Outside id')], max_length=12),
        ),
        migrations.AlterField(
            model_name='recordidentity',
            name='object_type',
            field=models.CharField(choices=[('contact', 'Contact'), ('company', 'Company'), ('deal', 'Deal'), ('ticket', 'Ticket'), ('product', 'Product'), ('line_item', 'Line item'), ('invoice', 'Invoice'), ('order', 'Order'), ('marketing_event', 'Marketing event'), ('call', 'Call'), ('email', 'Email'), ('meeting', 'Meeting'), ('note', 'Note'), ('task', 'Task')], max_length=20),
        ),
        migrations.RunPython(renumber, migrations.RunPython.noop),
        migrations.RunPython(rewrite, migrations.RunPython.noop),
    ]
