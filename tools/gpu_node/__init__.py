"""The GPUs of one machine as its driver sees them, read through NVML and never changed."""
