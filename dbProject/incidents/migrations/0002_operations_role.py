"""Who looks after the running shop: sees errors, alerts and the outbox, and says what is mended."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

ROLE = "operations"
RIGHTS = {
    "incidents": ["view_errorgroup", "change_errorgroup", "view_erroroccurrence"],
    "outbox": ["view_outboxevent", "change_outboxevent"],
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
        ("incidents", "0001_errors"),
        ("outbox", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(grant, revoke)]
