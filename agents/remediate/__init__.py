"""Repair: plan a finding's remedy, have it approved, apply it, prove that the finding is gone."""
