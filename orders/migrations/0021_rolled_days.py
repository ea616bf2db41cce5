from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0020_recommendations_move_down")]

    operations = [
        migrations.CreateModel(
            name="RolledDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("digest", models.CharField(help_text="SHA-256 of its file.", max_length=64)),
                (
                    "news",
                    models.CharField(
                        blank=True, help_text="Of the customers that were new on it.", max_length=16
                    ),
                ),
            ],
            options={"db_table": "rolled_days", "default_permissions": ()},
        ),
    ]
