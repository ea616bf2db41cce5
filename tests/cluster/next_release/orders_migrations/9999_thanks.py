from pathlib import Path

from django.db import migrations, models

import orders.migrations

LAST = max(path.stem for path in Path(*orders.migrations.__path__).glob("0*.py"))


class Migration(migrations.Migration):
    """Expand only: the release before writes rows without this column."""

    dependencies = [("orders", LAST)]

    operations = [
        migrations.AddField("order", "thanks", models.CharField(max_length=20, null=True, default="due")),
    ]
