import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_people"),
        ("calendars", "0006_meeting_settings"),
        ("crm", "0005_deleted_and_settings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="booking",
            name="organiser",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="pagehost",
            name="left_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="pagehost",
            name="weight",
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name="schedulingpage",
            name="attempt_told_at",
            field=models.DateTimeField(
                help_text="When the owner was last told that none of several hosts could be booked (C25).", null=True
            ),
        ),
        migrations.AddField(
            model_name="schedulingpage",
            name="is_owner_first",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="schedulingpage",
            name="rotation_from",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="schedulingpage",
            name="kind",
            field=models.CharField(
                choices=[
                    ("PERSONAL_LINK", "Personal"),
                    ("GROUP_CALENDAR", "Group"),
                    ("ROUND_ROBIN_CALENDAR", "Round robin"),
                ],
                default="PERSONAL_LINK",
                max_length=24,
            ),
        ),
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(
                condition=models.Q(("state__in", ("requested", "confirmed"))),
                fields=["page", "organiser", "created_at"],
                name="booking_turns",
            ),
        ),
        migrations.AddConstraint(
            model_name="pagehost",
            constraint=models.CheckConstraint(condition=models.Q(("weight__gte", 1)), name="page_host_weighs"),
        ),
        migrations.RunSQL(
            "update calendars_booking b set organiser_id = p.owner_id"
            " from calendars_schedulingpage p where p.id = b.page_id",
            migrations.RunSQL.noop,
        ),
    ]
