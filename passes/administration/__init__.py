"""What administrators keep in order: organisations, users, lists, policy, and the log of who did what."""
