"""QR symbols from the inside: where each module stands, what it says, and how what is damaged is made whole.

ISO/IEC 18004 in as much as it takes to read a symbol whose place in a picture is known, but whose modules are doubtful.
"""
