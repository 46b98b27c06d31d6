"""Where in a frame a code may be, and what its modules are when no decoder can tell.

In the order of a frame's way: `regions` finds what is patterned like a code, `outlines` draws its outline, `poses`
finds its corners and its version, `alignment` lays the symbol's known parts over the picture to a fraction of a module,
`equaliser` undoes the blur.
"""
