"""Changes of Helm releases: what they come to is worked out here, and the helm program makes it.

`all.CHANGES` lists the kinds. Nothing is imported here, because start-up does without it.
"""
