"""The PyPI package oic: a client that registers itself, reads encrypted ID tokens, and is answered with code and ID token."""

import hashlib
import os
import secrets
import tempfile
from base64 import urlsafe_b64encode
from urllib.parse import urlsplit

from oic.oic import Client
from oic.oic.message import AccessTokenResponse, AuthorizationResponse
from oic.utils.authn.client import CLIENT_AUTHN_METHOD
from oic.utils.keyio import build_keyjar
from oic.utils.settings import OicClientSettings

from checks import holds, refused, run, same

BASE_URL = "https://rp.example/"
REDIRECT_URI = f"{BASE_URL}callback"


def register(surroundings, **metadata):
    """Registers a new client with a key of its own, and returns it."""
    client = Client(
        client_authn_method=CLIENT_AUTHN_METHOD,
        settings=OicClientSettings(verify_ssl=os.environ["REQUESTS_CA_BUNDLE"]),
    )
    # Under this the library registers addresses of request objects where the issuer wants them registered.
    client.base_url = BASE_URL
    provider = client.provider_config(surroundings.deployment.issuer)
    with tempfile.TemporaryDirectory() as folder:
        # The library makes RSA keys as files, in the working folder unless it is named one.
        spec = {"type": "RSA", "use": ["enc"], "size": 2048, "key": os.path.join(folder, "key")}
        jwks, keys, _ = build_keyjar([spec])
    client.keyjar[""] = keys[""]
    registered = client.register(
        provider["registration_endpoint"],
        redirect_uris=[REDIRECT_URI],
        id_token_signed_response_alg="ES256",
        token_endpoint_auth_method="client_secret_basic",
        jwks=jwks,
        **metadata,
    )
    holds(registered["client_id"] and registered["client_secret"], f"not registered: {registered}")
    return client


def authorize(surroundings, client, response_type):
    """Lets the user answer a request; returns the verified answer, its state and the code verifier."""
    state, nonce, verifier = (secrets.token_urlsafe(43) for _ in range(3))
    digest = hashlib.sha256(verifier.encode()).digest()
    request = client.construct_AuthorizationRequest(
        request_args={
            "state": state,
            "response_type": response_type,
            "scope": ["openid"],
            "redirect_uri": REDIRECT_URI,
            "nonce": nonce,
            "prompt": "consent",
            "code_challenge": urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        },
    )
    came_to = urlsplit(surroundings.visit(request.request(client.authorization_endpoint), REDIRECT_URI))
    parameters = came_to.fragment if "id_token" in response_type else came_to.query
    answer = client.parse_response(AuthorizationResponse, info=parameters, sformat="urlencoded")
    holds(isinstance(answer, AuthorizationResponse), f"not an answer: {answer}")
    if "id_token" in answer:
        same(answer["id_token"]["nonce"], nonce, "nonce")
    return answer, verifier


def redeem(client, answer, verifier):
    """Redeems the code; returns the tokens, whose ID token the library has decrypted and verified."""
    tokens = client.do_access_token_request(
        state=answer["state"],
        request_args={"code": answer["code"], "redirect_uri": REDIRECT_URI, "code_verifier": verifier},
        authn_method="client_secret_basic",
    )
    holds(isinstance(tokens, AccessTokenResponse), f"no tokens: {tokens}")
    return tokens


def registration(surroundings):
    client = register(surroundings, response_types=["code"])
    read = client.registration_read()
    same(read["client_id"], client.client_id, "client_id")
    same(read["redirect_uris"], [REDIRECT_URI], "redirect_uris")
    same(read["id_token_signed_response_alg"], "ES256", "id_token_signed_response_alg")


def encrypted(surroundings):
    client = register(
        surroundings,
        response_types=["code"],
        id_token_encrypted_response_alg="RSA-OAEP-256",
        id_token_encrypted_response_enc="A128CBC-HS256",
    )
    tokens = redeem(client, *authorize(surroundings, client, ["code"]))
    same(tokens["id_token"]["aud"], [client.client_id], "aud")
    holds(tokens["id_token"].jwe_header, "the ID token was not encrypted")


def hybrid(surroundings):
    client = register(
        surroundings, response_types=["code id_token"], grant_types=["authorization_code", "implicit"]
    )
    answer, verifier = authorize(surroundings, client, ["code", "id_token"])
    digest = hashlib.sha256(answer["code"].encode()).digest()
    same(answer["id_token"]["c_hash"], urlsafe_b64encode(digest[:16]).rstrip(b"=").decode(), "c_hash")
    tokens = redeem(client, answer, verifier)
    same(tokens["id_token"]["sub"], answer["id_token"]["sub"], "sub")
    refused(lambda: redeem(client, answer, verifier), "the second use of a code")


run(
    "oic",
    [
        ("a client registers itself and reads its registration", registration),
        ("an ID token encrypted to a registered key is read", encrypted),
        ("code and ID token come together, bound by c_hash", hybrid),
    ],
)
