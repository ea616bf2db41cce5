"""The database from which each process of the tests copies its own."""

import pytest
from django.db import connection

from tests import template


@pytest.mark.unit
def test_a_template_is_of_one_state_of_the_code_and_no_test_changes_it(tmp_path, monkeypatch):
    monkeypatch.setattr(template, "ROOT", tmp_path)
    migration, test = tmp_path / "orders/migrations/0001.py", tmp_path / "orders/tests/test_cart.py"
    names = []
    for path, text in ((migration, "a"), (test, "a"), (test, "b"), (migration, "b")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        names.append(template._digest())

    assert names[0] == names[1] == names[2] != names[3]


@pytest.mark.django_db
@pytest.mark.skipif(not template.is_wanted(), reason="on a Postgres that is not ours nothing is left behind")
def test_the_database_of_this_test_is_a_copy():
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'migrated%%'")
        assert (template.name(),) in cursor.fetchall()
    assert connection.settings_dict["TEST"]["TEMPLATE"] == template.name()
