"""GPU nodes of the sandbox: simulated hardware, under operands that real controllers run."""
