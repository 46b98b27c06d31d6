"""Applications for vehicle passes, from draft to decision."""
