"""Managers see what requests cost, and the figures beside it. Staff can change it."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

RIGHTS = ["view_profile", "view_reading"]


def grant(apps, schema_editor):
    # Django makes permissions after the last migration; the roles need them now.
    config = apps.get_app_config("metrics")
    config.models_module = True  # what stands in for the app here has none
    create_permissions(config, apps=apps, verbosity=0, using=schema_editor.connection.alias)
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    rights = Permission.objects.filter(content_type__app_label="metrics", codename__in=RIGHTS)
    Group.objects.get_or_create(name="manager")[0].permissions.add(*rights)


def revoke(apps, schema_editor):
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    rights = Permission.objects.filter(content_type__app_label="metrics", codename__in=RIGHTS)
    for group in Group.objects.filter(name="manager"):
        group.permissions.remove(*rights)


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0002_request_profile"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(grant, revoke)]
