"""The addresses of the demo site."""

from django.urls import path

from studio import views

urlpatterns = [
    path("", views.home, name="home"),
    path("counter/", views.counter, name="counter"),
    path("contact/", views.contact, name="contact"),
]
