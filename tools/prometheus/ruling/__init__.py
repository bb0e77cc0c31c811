"""Rules: how they are evaluated, what fails, and what they can never find."""
