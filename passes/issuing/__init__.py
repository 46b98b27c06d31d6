"""Issued passes: signing, printing, revoking."""
