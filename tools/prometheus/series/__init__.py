"""What series cost: how many there are of each metric, label and job, whence, and what to do."""
