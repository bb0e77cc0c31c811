"""What workloads cost, and what is paid for and not used."""
