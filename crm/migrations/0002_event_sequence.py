"""The order of the event log, and a vacuum that keeps up with rows which are updated once and soon."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("crm", "0001_initial")]

    operations = [
        migrations.RunSQL("create sequence crm_event_seq_s", "drop sequence crm_event_seq_s"),
        migrations.RunSQL(
            "alter table crm_event set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02)",
            "alter table crm_event reset (fillfactor, autovacuum_vacuum_scale_factor)",
        ),
    ]
