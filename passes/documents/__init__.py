"""Papers that carriers attach to vehicles, people and applications: scans and photographs, sealed."""
