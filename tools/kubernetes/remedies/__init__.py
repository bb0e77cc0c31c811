"""Ready-made changes for findings, with what can be known filled in, and the rest asked."""
