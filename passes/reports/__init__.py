"""Lists and charts that several areas give out: spreadsheets, printed lists, arrivals, who is concerned."""
