"""Notices: what a carrier is told in the application and by e-mail, written in the transaction of what they tell of."""
