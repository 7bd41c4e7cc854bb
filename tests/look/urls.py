"""The application's addresses with the style guide, which a usual installation does not serve."""

from django.urls import path

from hubclone import styleguide
from hubclone.urls import urlpatterns as application

urlpatterns = [
    *application,
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("styleguide/<slug:page>/", styleguide.styleguide, name="styleguide_page"),
]
