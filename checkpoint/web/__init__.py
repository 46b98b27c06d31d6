"""The officer's page: live picture, verdict, actions; served to this machine only."""
