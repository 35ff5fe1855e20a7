"""Real-time Django pages from plain Python handlers: HTML over WebSocket."""

from liveview.connections import asend, send
from liveview.decorators import liveview_handler, liveview_registry

__all__ = ["asend", "liveview_handler", "liveview_registry", "send"]
__version__ = "0.1.0"
