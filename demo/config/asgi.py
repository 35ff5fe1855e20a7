"""The ASGI application: HTTP, WebSocket and static files in one line."""

import os

from liveview.asgi import get_liveview_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_liveview_application()
