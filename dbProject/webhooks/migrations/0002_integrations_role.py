"""Who connects other systems: makes their keys and webhooks, and follows what became of each message."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

ROLE = "integrations"
RIGHTS = {
    "access": ["add_apikey", "change_apikey", "view_apikey"],  # a key is taken back, never deleted
    "webhooks": [
        *(f"{verb}_webhookendpoint" for verb in ("add", "change", "delete", "view")),
        "view_webhookdelivery",
        "view_webhookattempt",
    ],
}


def grant(apps, schema_editor):
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    group, _ = Group.objects.get_or_create(name=ROLE)
    for label, codenames in RIGHTS.items():
        # Django makes permissions after the last migration; the role needs them now.
        config = apps.get_app_config(label)
        config.models_module = True  # what stands in for an app here has none
        create_permissions(config, apps=apps, verbosity=0, using=schema_editor.connection.alias)
        found = Permission.objects.filter(content_type__app_label=label, codename__in=codenames)
        group.permissions.add(*found)


def revoke(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name=ROLE).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("webhooks", "0001_endpoints_and_deliveries"),
        ("access", "0001_tokens_and_keys"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(grant, revoke)]
