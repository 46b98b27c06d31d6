"""Officers: who works at which station, as what, and the PIN with which they sign in there without network."""
