"""Administrative divisions by their General Statistics Office codes."""
