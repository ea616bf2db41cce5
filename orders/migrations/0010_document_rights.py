"""Support and managers see invoices and credit notes. Staff can change it."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

ROLES = ["support", "manager"]


def grant(apps, schema_editor):
    # Django makes permissions after the last migration; the roles need them now.
    config = apps.get_app_config("orders")
    config.models_module = True  # what stands in for the app here has none
    create_permissions(config, apps=apps, verbosity=0, using=schema_editor.connection.alias)
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    right = Permission.objects.get(content_type__app_label="orders", codename="view_document")
    for name in ROLES:
        Group.objects.get_or_create(name=name)[0].permissions.add(right)


def revoke(apps, schema_editor):
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    rights = Permission.objects.filter(content_type__app_label="orders", codename="view_document")
    for group in Group.objects.filter(name__in=ROLES):
        group.permissions.remove(*rights)


class Migration(migrations.Migration):
    dependencies = [("orders", "0009_documents")]
    operations = [migrations.RunPython(grant, revoke)]
