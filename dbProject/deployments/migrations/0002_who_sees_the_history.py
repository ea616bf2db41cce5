"""Managers and operations see what was deployed."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

RIGHTS = ["view_deployment"]
ROLES = ("manager", "operations")


def grant(apps, schema_editor):
    # Django makes permissions after the last migration; the roles need them now.
    config = apps.get_app_config("deployments")
    config.models_module = True  # what stands in for the app here has none
    create_permissions(config, apps=apps, verbosity=0, using=schema_editor.connection.alias)
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    rights = Permission.objects.filter(content_type__app_label="deployments", codename__in=RIGHTS)
    for name in ROLES:
        Group.objects.get_or_create(name=name)[0].permissions.add(*rights)


def revoke(apps, schema_editor):
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    rights = Permission.objects.filter(content_type__app_label="deployments", codename__in=RIGHTS)
    for group in Group.objects.filter(name__in=ROLES):
        group.permissions.remove(*rights)


class Migration(migrations.Migration):
    dependencies = [
        ("deployments", "0001_history"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(grant, revoke)]
