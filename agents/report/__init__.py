"""A diagnosis for people, on a terminal, and for scripts, as JSON."""
