"""What the relying party of fido2 (PyPI) says of an answer to a question for a passkey.

Reads one JSON object on standard input: `host`, `origin`, `challenge`, `answer` and, for an answer that signs in, the
`credential` that was registered. Prints the credential of a registration, or nothing; the exit code is 1 for an answer that
is refused, with the reason on standard error.
"""

import json
import sys

from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestedCredentialData, PublicKeyCredentialRpEntity


def verified(asked):
    site = PublicKeyCredentialRpEntity(id=asked["host"], name="peer")
    peer = Fido2Server(site, verify_origin=lambda origin: origin == asked["origin"])
    state = {"challenge": asked["challenge"], "user_verification": "required"}
    if "credential" not in asked:
        return websafe_encode(peer.register_complete(state, asked["answer"]).credential_data)
    credential = AttestedCredentialData(websafe_decode(asked["credential"]))
    peer.authenticate_complete(state, [credential], asked["answer"])
    return ""


try:
    print(verified(json.load(sys.stdin)))
except (KeyError, TypeError, ValueError) as refusal:
    sys.exit(f"{type(refusal).__name__}: {refusal}")
