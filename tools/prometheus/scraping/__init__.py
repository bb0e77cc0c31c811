"""What is scraped and what is not: targets, how they were relabelled, and what selects them."""
