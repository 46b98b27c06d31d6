"""Medical follow-up of exposed persons by the district where they stay."""
