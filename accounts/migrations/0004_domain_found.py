"""What a look for a domain's proof found instead of it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_people'),
    ]

    operations = [
        migrations.AddField(
            model_name='domain',
            name='last_found',
            field=models.CharField(blank=True, db_default='', default='', max_length=300),
        ),
    ]
