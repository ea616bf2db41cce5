"""Counts are kept for an hour at most: a crash of Postgres may take them, and no request waits for the disk."""

from django.db import migrations


def run(statement):
    def on_postgres(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statement)

    return on_postgres


class Migration(migrations.Migration):

    dependencies = [
        ("limits", "0001_rate_counts"),
    ]

    operations = [
        migrations.RunPython(
            run("ALTER TABLE rate_counts SET UNLOGGED"), run("ALTER TABLE rate_counts SET LOGGED")
        ),
    ]
