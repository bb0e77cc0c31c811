"""Dynamic resource allocation: what claims ask for and devices offer, by the scheduler's rules."""
