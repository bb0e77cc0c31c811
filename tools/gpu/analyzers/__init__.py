"""What can be wrong with accelerators and their operators, one fault family per file."""
