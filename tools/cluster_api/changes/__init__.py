"""Changes of workload clusters: one file for each kind, in the words of Cluster API.

`all.KINDS` lists them for the engine in `tools/kubernetes/changes`, which plans, applies, proves
and undoes them like any other change. Nothing is imported here, because start-up does without it.

To add a kind: one file with a `Change` (pure: its targets, its steps), one entry in `all.CHANGES`
and one word in `asked.Kind`; what it takes beyond the fields of `asked.Asked` is a field there.
What it has to read beyond its targets and their surroundings (`around`) is asked for in `survey`.
"""
