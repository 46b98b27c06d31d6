"""Scans, the movements they prove, zones, and who was exposed."""
