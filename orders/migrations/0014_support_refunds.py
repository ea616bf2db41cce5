"""Support gives money back, as it answers the returns that it is for. Staff can change it."""

from django.contrib.auth.management import create_permissions
from django.db import migrations


def right(apps):
    return apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="orders", codename="add_refund"
    )


def grant(apps, schema_editor):
    # Django makes permissions after the last migration; the role needs this one now.
    config = apps.get_app_config("orders")
    config.models_module = True  # what stands in for the app here has none
    create_permissions(config, apps=apps, verbosity=0, using=schema_editor.connection.alias)
    Group = apps.get_model("auth", "Group")
    Group.objects.get_or_create(name="support")[0].permissions.add(*right(apps))


def revoke(apps, schema_editor):
    for group in apps.get_model("auth", "Group").objects.filter(name="support"):
        group.permissions.remove(*right(apps))


class Migration(migrations.Migration):
    dependencies = [("orders", "0013_withdrawals_roles")]
    operations = [migrations.RunPython(grant, revoke)]
