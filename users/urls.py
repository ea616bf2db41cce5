from django.urls import path

from users import views

urlpatterns = [
    path("profile/", views.profile, name="account_profile"),
    path("security/", views.security, name="account_security"),
]
