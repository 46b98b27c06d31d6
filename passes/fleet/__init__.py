"""What a carrier has: vehicles and crew."""
