from django.db import migrations, models


class Migration(migrations.Migration):
    """From varchar to text: Postgres notes it in its catalog and rewrites no row."""

    dependencies = [("orders", "0021_rolled_days")]

    operations = [
        migrations.AlterField(model_name="orderdiscount", name="reason", field=models.TextField()),
    ]
