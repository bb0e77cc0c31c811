"""Dynamic resource allocation as the scheduler goes about it: devices, selectors, claims."""
