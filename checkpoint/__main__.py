"""`python -m checkpoint`."""

from checkpoint.cli import main

main(prog_name="checkpoint")
