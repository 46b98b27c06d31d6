"""A demonstration: made-up companies, officers and trucks, and the whole story in one command."""
