"""Prints papers that are alike: one, or a fleet's, in one PDF/UA document.

WeasyPrint lays a page out once, as a *stencil*: everything that is the same on every paper, with places for the lines
of what differs. The lines are set into those places with the same typefaces, by their own widths and kerning. A
stencil is used again for every page with the same structure, density and number of lines; one sheet and a thousand
take the same way, so that a sheet printed alone and in a fleet is the same sheet.

`templates` fills a page's template, `faces` knows the typefaces, `lines` breaks text, `stencils` lays pages out,
`pages` chooses the largest type that fits, `folios` writes pages, and `binding` binds folios into a document.
"""
