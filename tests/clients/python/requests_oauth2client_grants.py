"""The PyPI package requests_oauth2client at the newer endpoints: pushed requests, DPoP with nonces, device, back channel."""

import contextlib
import time

import requests
from requests_oauth2client import (
    BackChannelAuthenticationPollingJob,
    DeviceAuthorizationPollingJob,
    DPoPKey,
    DPoPToken,
    InvalidGrant,
)

from checks import holds, refused, run, same
from requests_oauth2client_checks import connect

SCOPE = "openid offline_access"
# Polling ends long before the request expires, so that an approval that went wrong is told and not waited for.
PATIENCE_SECONDS = 60


def poll(job):
    """Polls as often as the server allows until there are tokens."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if tokens := job():
            return tokens
    raise AssertionError("nobody has decided")


def connect_to(surroundings, registered, *endpoints):
    """Connects with endpoints that the library takes, but does not read from the metadata."""
    metadata = requests.get(f"{surroundings.deployment.issuer}/.well-known/openid-configuration", timeout=30).json()
    return connect(surroundings, registered, **{endpoint: metadata[endpoint] for endpoint in endpoints})


def push(surroundings, client, **extra):
    """Pushes a request and lets the user answer it; returns the validated answer."""
    request = client.authorization_request(scope=SCOPE, prompt="consent", **extra)
    pushed = client.pushed_authorization_request(request)
    holds("redirect_uri" not in pushed.uri, "the request is in the address")
    return request.validate_callback(surroundings.visit(pushed.uri, client.redirect_uri))


def pushed(surroundings):
    registered = surroundings.deployment.confidential_client
    client = connect(surroundings, registered)
    tokens = client.authorization_code(push(surroundings, client))
    holds(registered["client_id"] in tokens.id_token.audiences, "aud lacks the client")


def bound(surroundings):
    client = connect(surroundings, surroundings.deployment.public_client)
    # Release 1.8.0 loses the key of a token whose ID token it validates.
    tokens = client.authorization_code(push(surroundings, client, dpop=True), validate=False)
    holds(isinstance(tokens, DPoPToken), f"not bound: {tokens!r}")
    same(client.userinfo(tokens)["sub"], tokens.id_token.subject, "sub")
    other = DPoPToken(
        access_token=tokens.access_token, refresh_token=tokens.refresh_token, _dpop_key=DPoPKey.generate()
    )
    refused(lambda: client.userinfo(other), "a bound token with another key")
    refused(
        lambda: client.refresh_token(other),
        "another key's refresh",
        lambda error: isinstance(error, InvalidGrant),
    )
    again = client.refresh_token(tokens)
    holds(isinstance(again, DPoPToken), f"not bound: {again!r}")


def device(surroundings):
    client = connect_to(surroundings, surroundings.deployment.device_client, "device_authorization_endpoint")
    asked = client.authorize_device(scope=SCOPE)
    surroundings.visit(asked.verification_uri_complete)
    tokens = poll(DeviceAuthorizationPollingJob(client, asked))
    holds(tokens.id_token.subject and tokens.refresh_token, "tokens are missing")
    # One approval is one grant: the code is refused now, or its answer given again as one that was lost.
    with contextlib.suppress(InvalidGrant):
        same(client.device_code(asked).refresh_token, tokens.refresh_token, "the refresh token of a second use")


def backchannel(surroundings):
    registered = surroundings.deployment.backchannel_client
    client = connect_to(surroundings, registered, "backchannel_authentication_endpoint")
    asked = client.backchannel_authentication_request(
        scope=SCOPE, login_hint=surroundings.deployment.user["email"], binding_message="W4SCT"
    )
    surroundings.approve()
    tokens = poll(BackChannelAuthenticationPollingJob(client, asked))
    holds(registered["client_id"] in tokens.id_token.audiences, "aud lacks the client")


run(
    "requests_oauth2client",
    [
        ("a pushed request is answered", pushed),
        ("tokens are bound to a key by DPoP, nonces included, and of no use without it", bound),
        ("a device is approved by the code it shows, for one grant", device),
        ("a person is asked by the back channel and agrees elsewhere", backchannel),
    ],
)
