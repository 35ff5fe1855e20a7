"""How the database of the demo grew."""
