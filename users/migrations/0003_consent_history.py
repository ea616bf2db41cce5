import django.utils.timezone
from django.db import migrations, models

KINDS = [
    ("reviews", "A request for your opinion of what you bought"),
    ("price_drop", "When something on your wishlists costs less"),
    ("back_in_stock", "When something you wait for is back in stock"),
    ("abandoned_cart", "A reminder of what still lies in your cart"),
]


class Migration(migrations.Migration):
    dependencies = [("users", "0002_mail_consents")]

    operations = [
        migrations.AlterModelOptions(
            name="mailconsent",
            options={
                "ordering": ("-pk",),
                "verbose_name": "consent to mails",
                "verbose_name_plural": "consents to mails",
            },
        ),
        migrations.RemoveConstraint(model_name="mailconsent", name="mail_consent_once_per_kind"),
        migrations.RemoveField(model_name="mailconsent", name="updated_at"),
        migrations.AddField(
            model_name="mailconsent",
            name="source",
            field=models.CharField(
                default="", help_text="Name of the page or link.", max_length=50, verbose_name="said at"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="mailconsent",
            name="text_version",
            field=models.PositiveSmallIntegerField(
                default=1, help_text="Which words stood beside it.", verbose_name="version of the text"
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="mailconsent",
            name="created_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now, editable=False, verbose_name="at"
            ),
        ),
        migrations.AlterField(
            model_name="mailconsent",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=20, verbose_name="kind"),
        ),
    ]
