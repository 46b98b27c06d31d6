"""Whether every package that this project installs may be used in a GPL-3.0-or-later program.

Why that licence: docs/adr/0002-licence.md.
"""

import importlib.metadata
from pathlib import Path

import pytest

from tests.installed import PROJECT, dependencies, normalised

# SPDX identifiers, and why each goes together with GPL-3.0-or-later.
ALLOWED = {
    "0BSD": "permissive",
    "Apache-2.0": "permissive; goes with version 3 of the GPL, not with version 2",
    "BSD-2-Clause": "permissive",
    "BSD-3-Clause": "permissive",
    "CC0-1.0": "public domain",
    "GPL-2.0-or-later": "its 'or later' includes version 3",
    "GPL-3.0-or-later": "the same licence",
    "ISC": "permissive",
    "LGPL-2.1-or-later": "a library that any program may use",
    "LGPL-3.0-or-later": "a library that any program may use; under version 3 it is the GPL with permissions added",
    "LGPL-3.0-only": "a library that any program may use; it is version 3 of the GPL with permissions added",
    "MIT": "permissive",
    "MIT-0": "permissive",
    "MIT-CMU": "permissive",
    "MPL-2.0": "its section 3.3 allows the GPL as a secondary licence",
    "OFL-1.1": "a font: part of the documents it sets, not of the program",
    "PSF-2.0": "permissive",
    "Unlicense": "public domain",
    "Zlib": "permissive",
}

# Trove classifiers that name one licence.
CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.1-or-later",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}

# Packages whose metadata states no licence or a choice, and where the answer comes from.
EXPLAINED = {
    "axe-playwright-python": (
        "MIT AND MPL-2.0",
        "its LICENSE file; the axe-core script inside names the MPL. Tests only",
    ),
    "huey": ("MIT", "its LICENSE file is the MIT text"),
    "pypdfium2": (
        "BSD-3-Clause AND Apache-2.0",
        "its License field; PDFium's parts are permissive, their texts in its wheel",
    ),
    "pyphen": ("GPL-2.0-or-later", "offers GPL, LGPL or MPL 1.1; taken under the first"),
    "qrcode": ("BSD-3-Clause", "its LICENSE file; 'Other' stands for the MIT notice of the code it grew from"),
    "text-unidecode": ("GPL-2.0-or-later", "offers the Artistic License or the GPL; taken under the second"),
    "vietnam-provinces": (
        "GPL-3.0-or-later",
        "its repository states this one, release 0.6.0 states none; it requires Unidecode, under the GPL itself",
    ),
}


def licences(distribution: importlib.metadata.Distribution) -> set[str]:
    """The SPDX identifiers that apply to a package, all of them; for 'A OR B' the first that is allowed."""
    name = normalised(distribution.metadata["Name"])
    if name in EXPLAINED:
        return set(EXPLAINED[name][0].split(" AND "))
    expression = distribution.metadata.get("License-Expression")
    if expression:
        choices = [part.strip("() ") for part in expression.split(" OR ")]
        chosen = next((choice for choice in choices if set(choice.split(" AND ")) <= ALLOWED.keys()), expression)
        return set(chosen.split(" AND "))
    if distribution.metadata.get("License") in ALLOWED:
        return {distribution.metadata["License"]}
    named = [
        line.rpartition(" :: ")[2]
        for line in distribution.metadata.get_all("Classifier", [])
        if line.startswith("License :: ")
    ]
    return {CLASSIFIERS.get(line, line) for line in named} or {"nothing stated"}


DEPENDENCIES = dependencies("issuer", "station", "dev")


@pytest.mark.parametrize("name", sorted(DEPENDENCIES))
def test_the_licence_of_every_dependency_goes_with_ours(name: str) -> None:
    unknown = licences(DEPENDENCIES[name]) - ALLOWED.keys()
    assert not unknown, f"{name}: explain {unknown} in {__name__}, or do without the package"


def test_every_explanation_is_still_needed() -> None:
    assert EXPLAINED.keys() <= DEPENDENCIES.keys()


def test_our_own_licence_is_stated_and_its_text_is_the_whole_gpl() -> None:
    distribution = importlib.metadata.distribution(PROJECT)
    assert distribution.metadata["License-Expression"] == "GPL-3.0-or-later"
    text = (Path(__file__).parents[1] / "LICENSE").read_text("utf-8")
    assert "GNU GENERAL PUBLIC LICENSE" in text
    assert "END OF TERMS AND CONDITIONS" in text
