"""The written incidents by name, in the order in which a reader wants them: one file each."""

INCIDENTS: tuple[str, ...] = ()
