"""Changes of Kubernetes objects: one file for each kind, and the engine that carries them out.

`all.CHANGES` lists the kinds. Nothing is imported here, because start-up does without it.
"""
