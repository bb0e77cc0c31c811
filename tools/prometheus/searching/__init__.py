"""Finds metrics by what they mean, and tells what their series look like."""
