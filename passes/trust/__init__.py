"""Keys and the trust repository that stations verify against."""
