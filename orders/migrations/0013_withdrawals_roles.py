"""Support and managers see withdrawals, managers the messages of payment providers. Staff can change it."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

ROLES = {"support": ["view_withdrawal"], "manager": ["view_withdrawal", "view_paymentwebhook"]}


def grant(apps, schema_editor):
    # Django makes permissions after the last migration; the roles need them now.
    config = apps.get_app_config("orders")
    config.models_module = True  # what stands in for the app here has none
    create_permissions(config, apps=apps, verbosity=0, using=schema_editor.connection.alias)
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for name, codenames in ROLES.items():
        rights = Permission.objects.filter(content_type__app_label="orders", codename__in=codenames)
        Group.objects.get_or_create(name=name)[0].permissions.add(*rights)


def revoke(apps, schema_editor):
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for name, codenames in ROLES.items():
        rights = Permission.objects.filter(content_type__app_label="orders", codename__in=codenames)
        for group in Group.objects.filter(name=name):
            group.permissions.remove(*rights)


class Migration(migrations.Migration):
    dependencies = [("orders", "0012_withdrawals")]
    operations = [migrations.RunPython(grant, revoke)]
