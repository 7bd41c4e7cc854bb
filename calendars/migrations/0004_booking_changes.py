import django.utils.timezone
from django.db import migrations, models
from django.db.models import F, Q


def written_already(apps, schema_editor):
    """What is in a calendar now is there as it was booked: nothing could be changed before this."""
    apps.get_model('calendars', 'Booking').objects.filter(calendar_write='written').update(written_sequence=F('sequence'))


class Migration(migrations.Migration):

    dependencies = [
        ('calendars', '0003_platform'),
    ]

    operations = [
        migrations.AddField(
            model_name='booking',
            name='written_sequence',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='booking',
            name='event_modified',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name='booking',
            name='changed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='booking',
            name='changed_by',
            field=models.CharField(blank=True, choices=[('guest', 'Guest'), ('owner', 'Owner'), ('calendar', 'Calendar')], max_length=10),
        ),
        migrations.AlterField(
            model_name='booking',
            name='calendar_write',
            field=models.CharField(choices=[('none', 'No calendar'), ('pending', 'Waiting'), ('written', 'In the calendar'), ('failed', 'Failed'), ('removed', 'Removed from the calendar')], default='none', max_length=8),
        ),
        migrations.AddIndex(
            model_name='booking',
            index=models.Index(condition=~Q(event_id=''), fields=['account', 'event_id'], name='booking_of_event'),
        ),
        migrations.AddField(
            model_name='loggedevent',
            name='starts_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='loggedevent',
            name='ends_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name='loggedevent',
            index=models.Index(fields=['account', 'remote_id'], name='logged_event_copies'),
        ),
        migrations.RunPython(written_already, migrations.RunPython.noop, elidable=True),
    ]
