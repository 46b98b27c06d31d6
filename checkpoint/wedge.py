"""What a scanner in the officer's hand has typed: it acts as a keyboard, and keyboards are set up for people.

A scanner presses the keys of an American keyboard. Caps Lock turns its letters over, a Vietnamese layout makes letters
of its digits, an input method makes tones of its letters. The page therefore sends both what came of the keys and which
keys they were; a code of ours is made of few characters, and begins in few ways, so that the right one can be told.
"""

from checkpoint.combining import OURS

CODE_CHARACTERS = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


def typed_code(text: str, keys: str = "") -> str:
    """Return what a scanner meant.

    Args:
        text: what came of the keys.
        keys: the keys themselves, as they are on an American keyboard; empty if the page cannot tell.

    Returns:
        A code of ours if one of them is one, upper and lower case set right; else the text as it came.
    """
    candidates = (text, keys, text.upper(), keys.upper())
    return next((candidate for candidate in candidates if _is_ours(candidate)), text)


def _is_ours(text: str) -> bool:
    return text.startswith(OURS) and CODE_CHARACTERS.issuperset(text)
