from django.urls import path

from . import views

urlpatterns = [
    path("alive/", views.alive),
    path("counter/", views.counter),
    path("contact/", views.contact),
    path("contact/<str:form_id>/", views.contact),
    path("board/", views.board),
    path("trials/", views.trials),
    path("redraw/", views.redraw),
    path("announce/", views.announce),
    path("session/", views.session_state),
    path("messages/", views.messages),
    path("slow-save/", views.slow_save),
    path("sign-in/", views.sign_in),
    path("sign-out/", views.sign_out),
]
