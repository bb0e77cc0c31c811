"""Changes of nodes with accelerators: how they are split and shared, and what runs on them.

`all.CHANGES` lists the kinds. Nothing is imported here, because start-up does without it.
"""
