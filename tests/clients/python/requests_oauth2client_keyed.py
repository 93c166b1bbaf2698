"""The PyPI package requests_oauth2client with keys: sealed requests and ID tokens, token exchange, another issuer's word."""

import json
import secrets

import requests
from jwskate import Jwk, Jwt, SignedJwt
from requests_oauth2client import InvalidClient, InvalidGrant, InvalidTarget, OAuth2Client

from checks import holds, refused, run, same
from requests_oauth2client_checks import connect

ORDERS = "https://orders.example"
STOCK = "https://stock.example"
BANK = "https://bank.example"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"


def connect_sealed(surroundings, registered, signing_key):
    """Connects as a client that proves itself with a key and reads ID tokens with another."""
    return OAuth2Client.from_discovery_endpoint(
        issuer=surroundings.deployment.issuer,
        client_id=registered["client_id"],
        private_key=signing_key,
        redirect_uri=registered["redirect_uris"][0],
        id_token_signed_response_alg=registered["id_token_signed_response_alg"],
        id_token_encrypted_response_alg=registered["id_token_encrypted_response_alg"],
        id_token_decryption_key=registered["decryption_jwk"],
    )


def published_encryption_key(surroundings):
    """Returns the key of the issuer to which requests are encrypted by ECDH."""
    issuer = surroundings.deployment.issuer
    metadata = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=30).json()
    keys = requests.get(metadata["jwks_uri"], timeout=30).json()["keys"]
    return next(key for key in keys if key.get("use") == "enc" and key["kty"] == "EC")


def sealed(surroundings):
    registered = surroundings.deployment.client("sealed-web")
    client = connect_sealed(surroundings, registered, registered["private_jwk"])
    # The library adds neither of these by itself (RFC 9101 §4).
    named = {"iss": registered["client_id"], "aud": surroundings.deployment.issuer}
    request = client.authorization_request(scope="openid", prompt="consent", **named)
    sealed_request = request.sign_and_encrypt(
        sign_jwk=registered["private_jwk"],
        enc_jwk=published_encryption_key(surroundings),
        enc_alg="ECDH-ES",
        lifetime=60,
    )
    callback = surroundings.visit(sealed_request.uri, client.redirect_uri)
    tokens = client.authorization_code(request.validate_callback(callback))
    holds(registered["client_id"] in tokens.id_token.audiences, "aud lacks the client")


def stranger(surroundings):
    registered = surroundings.deployment.client("sealed-web")
    key = Jwk.generate(alg="ES256", kid=registered["private_jwk"]["kid"])
    client = connect_sealed(surroundings, registered, key)
    refused(
        lambda: client.refresh_token("rubbish"), "a stranger's key", lambda error: isinstance(error, InvalidClient)
    )


def payment(surroundings):
    """RFC 9396 §2, §7, §9.2: pushed, granted, and told with the token and by introspection, as it was asked for."""
    client = connect(surroundings, surroundings.deployment.client("application"))

    def push(details):
        asked = {"resource": BANK, "authorization_details": json.dumps(details)}
        request = client.authorization_request(scope="openid", prompt="consent", **asked)
        return request, client.pushed_authorization_request(request)

    details = [{"type": "payment", "amount": "123.50", "creditor": "Ann"}]
    request, pushed = push(details)
    callback = surroundings.visit(pushed.uri, client.redirect_uri)
    tokens = client.authorization_code(request.validate_callback(callback))
    same(tokens.kwargs["authorization_details"], details, "with the token")
    told = client.introspect_token(tokens.access_token)
    same(told["authorization_details"], details, "by introspection")
    refused(
        lambda: push([{"type": "unheard-of"}]),
        "a type that nobody defined",
        lambda error: getattr(error, "error", None) == "invalid_authorization_details",
    )


def exchange(surroundings):
    deployment = surroundings.deployment
    web, api = (connect(surroundings, deployment.client(name)) for name in ("orders-web", "orders-api"))
    request = web.authorization_request(scope="openid orders.read", prompt="consent", resource=ORDERS)
    callback = surroundings.visit(request.uri, web.redirect_uri)
    theirs = web.authorization_code(request.validate_callback(callback))
    exchanged = api.token_exchange(
        subject_token=theirs.access_token, subject_token_type=ACCESS_TOKEN, resource=STOCK
    )
    before, after = SignedJwt(theirs.access_token), SignedJwt(exchanged.access_token)
    same(after.audiences, [STOCK], "aud")
    same(after.subject, before.subject, "sub")
    same(after.claims["act"]["sub"], "orders-api", "who acts")
    holds(after.claims["exp"] <= before.claims["exp"], "it lives longer than what it was exchanged for")
    refused(
        lambda: api.token_exchange(
            subject_token=exchanged.access_token, subject_token_type=ACCESS_TOKEN, resource=ORDERS
        ),
        "an exchange without a policy",
        lambda error: isinstance(error, InvalidTarget),
    )


def assertion(surroundings):
    issuer = surroundings.deployment.trusted_issuer
    client = connect(surroundings, surroundings.deployment.client("agent"))

    def sign(key):
        now = Jwt.timestamp()
        claims = {"iss": issuer["issuer"], "sub": issuer["subject"], "aud": surroundings.deployment.issuer}
        claims |= {"iat": now, "exp": now + 60, "jti": secrets.token_urlsafe(16)}
        return Jwt.sign(claims, key=key, alg="ES256")

    def is_invalid_grant(error):
        return isinstance(error, InvalidGrant)

    def redeem(word):
        return client.jwt_bearer(word, scope="orders.read", resource=ORDERS)

    word = sign(issuer["private_jwk"])
    tokens = redeem(word)
    same(SignedJwt(tokens.access_token).audiences, [ORDERS], "aud")
    same(tokens.refresh_token, None, "refresh_token")
    refused(lambda: redeem(word), "the second use of an assertion", is_invalid_grant)
    other = Jwk.generate(alg="ES256", kid=issuer["private_jwk"]["kid"])
    refused(lambda: redeem(sign(other)), "an assertion of another key", is_invalid_grant)


checks = [
    ("an encrypted request object is answered with an encrypted ID token", sealed),
    ("an assertion of another key is refused", stranger),
    ("one payment is pushed, granted, and told to whoever gets the token", payment),
]
# oidc-provider has neither grant.
ours = [
    ("a token is exchanged for one of another audience, and along a policy only", exchange),
    ("another issuer's word is a token, once and by its own key", assertion),
]


if __name__ == "__main__":
    run("requests_oauth2client", checks, beyond_the_control=ours)
