from django.urls import path

from users import views

urlpatterns = [
    path("unsubscribe/<str:token>/", views.unsubscribe, name="mail_unsubscribe"),
    path("profile/", views.profile, name="account_profile"),
    path("addresses/", views.addresses, name="account_addresses"),
    path("addresses/new/", views.address, name="account_address_new"),
    path("addresses/<int:pk>/", views.address, name="account_address"),
    path("addresses/<int:pk>/remove/", views.address_remove, name="account_address_remove"),
    path("security/", views.security, name="account_security"),
]
