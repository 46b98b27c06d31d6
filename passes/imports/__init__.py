"""A carrier's fleet as spreadsheets: taken in after a dry run, taken back, and given out in the same shape."""
