"""The cache engine with a key prefix of a project's own."""

from django.contrib.sessions.backends.cache import SessionStore as CacheEngine


class SessionStore(CacheEngine):
    cache_key_prefix = "shop.session."
