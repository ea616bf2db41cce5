"""Managers see the analytics and the lines of past orders. Staff can change it."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

RIGHTS = ["view_analytics", "view_historicline"]


def grant(apps, schema_editor):
    # Django makes permissions after the last migration; the role needs them now.
    config = apps.get_app_config("orders")
    config.models_module = True  # what stands in for the app here has none
    create_permissions(config, apps=apps, verbosity=0, using=schema_editor.connection.alias)
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    rights = Permission.objects.filter(content_type__app_label="orders", codename__in=RIGHTS)
    Group.objects.get_or_create(name="manager")[0].permissions.add(*rights)


def revoke(apps, schema_editor):
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    rights = Permission.objects.filter(content_type__app_label="orders", codename__in=RIGHTS)
    for group in Group.objects.filter(name="manager"):
        group.permissions.remove(*rights)


class Migration(migrations.Migration):
    dependencies = [("orders", "0018_analytics")]
    operations = [migrations.RunPython(grant, revoke)]
