from django.urls import path

from dbProject.pages import views

urlpatterns = [path("pages/<slug:slug>/", views.page_detail, name="page_detail")]
