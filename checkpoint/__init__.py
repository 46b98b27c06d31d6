"""The station: a laptop or small box at a post that reads passes, decides without network, and keeps every scan."""
