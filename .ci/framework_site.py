"""A Django site of two pages for frameworks.py: one counts a session's visits, one is kept by the cache's middleware."""
import itertools

from django.http import HttpResponse
from django.urls import path
from django.views.decorators.cache import never_cache

numbers = itertools.count()


@never_cache
def count(request):
    request.session["visits"] = request.session.get("visits", 0) + 1
    return HttpResponse(str(request.session["visits"]))


def page(request):
    return HttpResponse(f"page {next(numbers)}")


urlpatterns = [path("count", count), path("page", page)]
