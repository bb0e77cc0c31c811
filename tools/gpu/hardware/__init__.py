"""What is known of accelerators before any of them is asked: products, MIG profiles, placements."""
