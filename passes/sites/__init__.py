"""Freight points and businesses."""
