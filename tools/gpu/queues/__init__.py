"""What Kueue, KAI and Volcano write into their objects, read once for findings and for fits."""
