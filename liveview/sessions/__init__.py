"""Django sessions over sockets: fresh, serial, merged by key (invariants S1 to S8).

``marks``      what is remembered inside a session: its identity, the events applied to it
``merging``    ``save()`` writes the keys that were changed, and nothing else
``engines``    how db, cached_db, cache, file and custom engines read and replace a session
``mutex``      short write locks, for engines without compare-and-swap
``locks``      who may work on a session, in this process
``leases``     ... and among all processes, by Redis
``event``      the session that a handler gets
"""
