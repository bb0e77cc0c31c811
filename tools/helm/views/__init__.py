"""Views of a release: each a part of its record, in a shape of its own."""
