from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('calendars', '0004_booking_changes'),
    ]

    operations = [
        migrations.AlterField(
            model_name='schedulingpage',
            name='location_kind',
            field=models.CharField(choices=[('conference', 'Video call'), ('phone', 'Phone: guests call you'), ('call_guest', 'Phone: you call the guest'), ('address', 'Address'), ('custom', 'Other')], default='conference', max_length=12),
        ),
    ]
