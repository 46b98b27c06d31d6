"""A signed payload as a text and back: in the plain form, or shorter with a preset dictionary.

In the plain form the text holds the whole COSE message. In form n it holds the message's short form, and what is signed
is the payload as compressed with dictionary n. So nothing is inflated before the signature over it was verified, and a
stream that inflates to the same claims, of which DEFLATE knows many, is another message without a signature.
"""

from typing import Final

from protocol import cose, deflate, envelope
from protocol.cose import Sign1, Signer
from protocol.dictionaries import DICTIONARIES, NEWEST
from protocol.envelope import FORM_PLAIN, EnvelopeError, FormUnsupportedError, Prefix

MAX_CLAIMS_BYTES: Final = 4_096
"""Claims inflate to no more than this; the largest that can be issued have about 2,000 bytes."""


def write(prefix: Prefix, payload: bytes, signer: Signer) -> str:
    """Sign a payload and give its text, in whichever form is shorter.

    Args:
        prefix: The kind of credential.
        payload: The claims.
        signer: The issuer's key.

    Raises:
        EnvelopeError: If the text would be too long for a code that can be read on the road.
    """
    compressed = deflate.compress(payload, DICTIONARIES[NEWEST])
    if len(compressed) <= len(payload):  # and the short form has less around it, too
        return envelope.pack(prefix, NEWEST, cose.sign_short(compressed, signer, NEWEST))
    return envelope.pack(prefix, FORM_PLAIN, cose.sign1(payload, signer))


def read(text: str) -> tuple[Prefix, int, Sign1]:
    """Take a text apart, as far as that goes without inflating or decoding anything.

    Args:
        text: What a reader saw, untrimmed.

    Returns:
        The kind of credential that it claims to be, the form, and the message with its signature not yet checked; the
        message's payload is compressed unless the form is plain.

    Raises:
        NotAPassError: If it begins with no prefix of ours.
        FormUnsupportedError: If it is of a form or dictionary that this version does not have.
        EnvelopeError: If it is too long, not Base45, or empty.
        CoseError: If the message in it is not of the accepted form.
    """
    prefix, form, message = envelope.unpack(text)
    if form == FORM_PLAIN:
        return prefix, form, cose.parse_sign1(message)
    if form not in DICTIONARIES:
        raise FormUnsupportedError(f"form {form} is unknown")
    return prefix, form, cose.parse_short(message, form)


def inflate(form: int, payload: bytes) -> bytes:
    """Give the claims of a message whose signature was verified.

    Args:
        form: The message's form, one that `read` gives.
        payload: The message's payload.

    Raises:
        EnvelopeError: If the payload is no stream of the form's dictionary, or inflates to too much.
    """
    if form == FORM_PLAIN:
        return payload
    try:
        return deflate.inflate(payload, DICTIONARIES[form], MAX_CLAIMS_BYTES)
    except deflate.DeflateError as error:
        raise EnvelopeError(str(error)) from error
