"""Changes of monitoring: silences, rules, and what monitors select.

`all.CHANGES` lists the kinds. Nothing is imported here, because start-up does without it.
"""
