"""Stations, their enrolled devices, and the interface they sync through."""
