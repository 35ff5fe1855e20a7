import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests_py.settings")

from liveview.asgi import get_liveview_application

application = get_liveview_application()
