"""What the GPU operators, their operands and the kubelets below them would do, simulated."""
