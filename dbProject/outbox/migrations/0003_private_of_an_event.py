from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('outbox', '0002_parked_and_last_error'),
    ]

    operations = [
        migrations.AddField(
            model_name='outboxevent',
            name='private',
            field=models.JSONField(editable=False, help_text="For the consumer's eyes only; emptied once it has finished.", null=True),
        ),
    ]
