"""Reading many rows through the real PgBouncer, which lends a connection for one transaction."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection

from orders.analytics import dataset, reading
from orders.models import HistoricLine
from orders.services.analytics import export
from tests import pooled

ROWS = 5_000
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
LAST_ASKED = "SELECT query FROM pg_stat_activity WHERE query LIKE %s AND state = 'idle in transaction'"

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def many_lines():
    """Past lines of one day, more than are fetched at a time."""
    plain = {
        "source": "online_retail", "code": "85123A", "currency": "GBP", "placed_at": NOON, "customer": "1",
        "country": "GB", "quantity": 6, "unit_price": Decimal("2.55"),
    }  # fmt: skip
    HistoricLine.objects.bulk_create(
        HistoricLine(invoice=str(number // 10), fingerprint=str(number), **plain) for number in range(ROWS)
    )


@pytest.fixture
def lent():
    """The database by way of PgBouncer, as the shop has it in production: cursors are switched off."""
    with pooled.pgbouncer(connection.settings_dict) as port, pooled.through(port) as connected:
        yield connected


def test_an_export_through_pgbouncer_is_fetched_some_thousand_rows_at_a_time(
    many_lines, lent, settings, tmp_path, monkeypatch
):
    settings.ANALYTICS_DIR = tmp_path / "direct"
    directly = export.run()
    seen = []
    write = dataset.write

    def watched(root, name, day, rows):
        def looked_at():
            for number, row in enumerate(rows):
                if name == "lines" and number % reading.CHUNK == 0:
                    with connection.cursor() as cursor:
                        cursor.execute(LAST_ASKED, ["FETCH %"])
                        seen.extend(cursor.fetchall())
                yield row

        return write(root, name, day, looked_at())

    monkeypatch.setattr(dataset, "write", watched)
    monkeypatch.setattr(reading, "database", lambda: lent.alias)
    settings.ANALYTICS_DIR = tmp_path / "lent"

    through = export.run()

    assert through.rows == directly.rows
    assert through.rows["lines"] == ROWS
    assert len(seen) == 3
    assert all(query.startswith(f"FETCH FORWARD {reading.CHUNK} FROM ") for (query,) in seen)
    files = [sorted(folder.rglob("lines/*/*.parquet")) for folder in tmp_path.iterdir()]
    assert len({file.read_bytes() for found in files for file in found}) == 1
    assert lent.settings_dict["DISABLE_SERVER_SIDE_CURSORS"] is True  # for whoever reads outside of it


def test_a_transaction_that_fails_while_it_reads_leaves_no_cursor_and_no_setting(many_lines, lent):
    def fails():
        with reading.cursors(lent.alias):
            next(reading.lines(NOON.date(), lent.alias))
            raise KeyError

    with pytest.raises(KeyError):
        fails()

    assert lent.settings_dict["DISABLE_SERVER_SIDE_CURSORS"] is True
    with lent.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_cursors")
        assert cursor.fetchone() == (0,)
