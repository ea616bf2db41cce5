"""Who looks after the running shop sees alerts and reports of errors."""

from importlib import import_module

from django.contrib.auth.management import create_permissions
from django.db import migrations

ROLE = import_module("dbProject.incidents.migrations.0002_operations_role").ROLE
RIGHTS = ("view_alert", "view_errorreport")


def grant(apps, schema_editor):
    # Django makes permissions after the last migration; the role needs them now.
    config = apps.get_app_config("incidents")
    config.models_module = True  # what stands in for an app here has none
    create_permissions(config, apps=apps, verbosity=0, using=schema_editor.connection.alias)
    rights = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="incidents", codename__in=RIGHTS
    )
    apps.get_model("auth", "Group").objects.get_or_create(name=ROLE)[0].permissions.add(*rights)


class Migration(migrations.Migration):
    dependencies = [("incidents", "0004_alerts")]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
