"""PromQL read before it is asked: its tree, the usual mistakes, and what is doubtful about it."""
