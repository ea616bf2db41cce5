from django.urls import path

from orders import views

urlpatterns = [
    path("orders/<str:order_number>/", views.order_detail, name="order_detail"),
]
