"""Persons: one row for each human being that drives, assists or is followed up."""
