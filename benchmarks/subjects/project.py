"""A project with liveview handlers, in the long form that ours and the reference both know."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
http = get_asgi_application()

from liveview.routing import get_liveview_urlpatterns  # noqa: E402 (needs the setup)

websocket = AuthMiddlewareStack(URLRouter(get_liveview_urlpatterns()))
application = ProtocolTypeRouter({"http": http, "websocket": websocket})
