"""The same with a Channels consumer."""

import os

from channels.auth import AuthMiddlewareStack
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
http = get_asgi_application()


class Echo(AsyncWebsocketConsumer):
    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self.send(text_data)


routes = [path("ws/liveview/<str:room_name>/", Echo.as_asgi())]
websocket = AuthMiddlewareStack(URLRouter(routes))
application = ProtocolTypeRouter({"http": http, "websocket": websocket})
