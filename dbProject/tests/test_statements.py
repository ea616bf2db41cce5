"""``dbProject.statements``."""

import pytest
from django.contrib.auth.models import Permission
from django.db.models import F, Q

from dbProject import statements
from dbProject.pages.models import Page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _pages():
    statements._write.cache_clear()
    for place, slug in enumerate(("imprint", "terms", "privacy")):
        Page.objects.create(slug=slug, title=slug.title(), sort_order=place)


@pytest.fixture
def builds():
    """How often a query was built."""
    return []


def test_a_statement_is_written_once_and_run_with_other_values(builds, django_assert_num_queries):
    def build(slug, place):
        builds.append(slug)
        return Page.objects.filter(Q(slug=slug) | Q(sort_order=place)).order_by("sort_order")

    def found(*values):
        return [page.slug for page in statements.rows("pages", build, *values)]

    with django_assert_num_queries(3):
        assert found("terms", 0) == ["imprint", "terms"]
        assert found("imprint", 2) == ["imprint", "privacy"]
        assert found("nothing", 7) == []
    assert len(builds) == 1


def test_lists_of_other_lengths_are_other_statements(builds):
    def build(places):
        builds.append(places)
        return Page.objects.filter(sort_order__in=places).order_by("sort_order")

    def found(*places):
        return [page.sort_order for page in statements.rows("pages", build, places)]

    assert found(0, 2) == [0, 2]
    assert found(1, 0) == [0, 1]
    assert found(1) == [1]
    assert len(builds) == 2


def test_nothing_is_asked_where_nothing_can_be_found(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert statements.rows("pages", lambda places: Page.objects.filter(sort_order__in=places), ()) == []
        assert statements.tuples("pks", lambda: Page.objects.none().values_list("pk")) == []


def test_rows_bring_what_was_annotated_and_their_own_constants():
    def build(place):
        wanted = Page.objects.filter(language="en", is_published=True, sort_order=place)
        return wanted.annotate(doubled=F("sort_order") * 2)

    (page,) = statements.rows("pages", build, 2)

    assert (page.slug, page.doubled) == ("privacy", 4)
    assert page.updated_at == Page.objects.get(slug="privacy").updated_at


def test_rows_bring_what_was_joined_in_and_leave_out_what_was_not_asked_for(django_assert_num_queries):
    def build(codename):
        return Permission.objects.filter(codename=codename).select_related("content_type").defer("name")

    with django_assert_num_queries(2):
        (page,) = statements.rows("permissions", build, "add_page")
        (permission,) = statements.rows("permissions", build, "view_permission")
        assert [page.content_type.model, permission.content_type.model] == ["page", "permission"]
    assert page == Permission.objects.get(codename="add_page")
    assert page.get_deferred_fields() == {"name"}


def test_tuples_come_as_asked_for():
    def build(slug):
        return Page.objects.filter(slug=slug).values_list("title", "sort_order")

    assert statements.tuples("titles", build, "terms") == [("Terms", 1)]
    assert statements.tuples("titles", build, "privacy") == [("Privacy", 2)]


def test_what_has_another_name_is_another_statement():
    for place in (0, 1):
        found = statements.rows(("at", place), lambda place=place: Page.objects.filter(sort_order=place))
        assert [page.sort_order for page in found] == [place]


def test_a_value_that_the_statement_would_not_get_is_refused():
    with pytest.raises(TypeError):
        statements.rows("pages", lambda place: Page.objects.filter(sort_order=place + 1), 1)
