"""Lint of PromQL: doubts about queries that run, each with what would be right."""
