"""How long personal data is kept, what is kept of one person, and how it is erased."""
