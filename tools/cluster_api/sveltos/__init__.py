"""Sveltos: profiles, and what became of them on each cluster."""
