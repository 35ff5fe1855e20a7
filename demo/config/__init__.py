"""Settings, addresses and the ASGI entry point of the demo site."""
