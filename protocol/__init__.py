"""What an issuer and a station agree on, byte for byte.

Pure functions and values: no input or output, no clock, no environment. Time is always an argument.
``docs/format.md`` describes the same agreement for implementers in other languages.
"""
