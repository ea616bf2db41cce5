"""Queries that are asked once for each row."""

import pytest
from django.db import connection
from django.http import HttpResponse

from dbProject import observation, repeats

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _limit(settings):
    settings.REPEATED_QUERIES, settings.REPEATED_QUERIES_FAIL = 3, True


def asking(rf, times, sql="SELECT %s"):
    """Answer a request whose view asks so often."""

    def view(request):
        with connection.cursor() as cursor:
            for number in range(times):
                cursor.execute(sql.replace("N", str(number)), [number])
        return HttpResponse()

    return observation.ObservationMiddleware(view)(rf.get("/"))


def test_a_page_that_asks_once_for_each_row_fails_where_it_asks(rf):
    asking(rf, 3)

    with pytest.raises(repeats.RepeatedQuery, match="Asked 4 times in one request: SELECT %s"):
        asking(rf, 4)


def test_values_that_stand_in_the_text_make_no_other_statement(rf):
    with pytest.raises(repeats.RepeatedQuery):
        asking(rf, 4, "SELECT N + %s")


@pytest.mark.unit
def test_lists_of_any_length_are_one_shape():
    assert repeats.shape_of("id IN (%s, %s)") == repeats.shape_of("id IN (%s)") == "id IN (?)"


def test_who_has_to_ask_so_often_says_why(rf):
    with repeats.allowed("a test"):
        asking(rf, 9)
    with pytest.raises(ValueError, match="Say why"), repeats.allowed(""):
        pass


def test_in_development_it_is_a_warning_that_comes_once(rf, settings, log_lines):
    settings.REPEATED_QUERIES_FAIL = False

    asking(rf, 9)

    (line,) = [line for line in log_lines() if line["event"] == "repeated_query"]
    assert (line["level"], line["sql"]) == ("warning", "SELECT %s")


def test_production_does_not_look(rf, settings):
    settings.REPEATED_QUERIES = 0

    assert asking(rf, 20).status_code == 200
