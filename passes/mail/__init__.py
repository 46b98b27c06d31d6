"""E-mail: letters are rows of the transaction that causes them; the worker sends them."""
