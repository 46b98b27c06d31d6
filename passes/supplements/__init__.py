"""Papers beside a pass: slips that amend it, and cards of its people; how they are asked for, decided and printed."""
