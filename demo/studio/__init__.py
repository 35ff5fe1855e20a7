"""A small print studio: a counter and a contact form that remembers its drafts."""
