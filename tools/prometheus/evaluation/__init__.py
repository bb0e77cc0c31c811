"""A question carried out: first how much there is, then no more than will be told."""
