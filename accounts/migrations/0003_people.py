"""The language of invitations, the account that a person had open last, and addresses that count as verified."""

import django.db.models.deletion
from django.db import migrations, models


def addresses_verify(apps, schema_editor):
    """Who is here already came by a super admin or by the demo: their addresses are known to be theirs."""
    user, address = apps.get_model("accounts", "User"), apps.get_model("account", "EmailAddress")
    people = user.objects.exclude(pk__in=address.objects.values("user_id")).only("pk", "email").iterator(1000)
    rows = (address(user=one, email=one.email, verified=True, primary=True) for one in people)
    address.objects.bulk_create(rows, batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_platform"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [
        migrations.AddField(
            model_name="invitation",
            name="language",
            field=models.CharField(default="en", help_text="Of its e-mails.", max_length=8),
        ),
        migrations.AddField(
            model_name="user",
            name="last_account",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="accounts.account",
            ),
        ),
        migrations.RunPython(addresses_verify, migrations.RunPython.noop),
    ]
