"""Addresses that break, for tests: the shop's own, and some more."""

from django.urls import path
from rest_framework.views import APIView

from dbProject import errors
from dbProject.urls import handler500 as handler500
from dbProject.urls import urlpatterns as of_the_shop


class Expected(errors.ShopError):
    code = "expected"
    status = 409


def broken(request):
    name = request.POST.get("name", "")
    raise RuntimeError(f"nobody foresaw {name} of ada@example.com")


def elsewhere(request):
    return {}["missing"]


def refused(request):
    raise Expected("Not now.")


class BrokenApi(APIView):
    authentication_classes = ()
    permission_classes = ()

    def get(self, request):
        raise RuntimeError("nobody foresaw it")


urlpatterns = [
    path("broken/", broken, name="broken"),
    path("elsewhere/", elsewhere, name="elsewhere"),
    path("refused/", refused, name="refused"),
    path("api/broken/", BrokenApi.as_view(), name="api-broken"),
    *of_the_shop,
]
