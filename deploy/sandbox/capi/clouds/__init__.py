"""The clouds that the sandbox simulates: one file each, in the words of its original."""
