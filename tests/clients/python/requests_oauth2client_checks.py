"""The PyPI package requests_oauth2client against an issuer."""

import secrets

from requests_oauth2client import (
    ClientSecretBasic,
    InvalidGrant,
    MismatchingIdTokenNonce,
    MismatchingIssuer,
    MismatchingState,
    OAuth2Client,
)

from checks import SCOPE, holds, parameter, refused, run, same


def connect(surroundings, registered, **more):
    """Reads the issuer's metadata and keys as one of its clients; `more` is what the library does not read."""
    deployment = surroundings.deployment
    client_id, secret = registered["client_id"], registered.get("client_secret")
    return OAuth2Client.from_discovery_endpoint(
        issuer=deployment.issuer,
        # The library's own choice is the request body; these clients are registered for HTTP Basic.
        **({"auth": ClientSecretBasic(client_id, secret)} if secret else {"client_id": client_id}),
        redirect_uri=next(iter(registered.get("redirect_uris", [])), None),
        # None takes the algorithm of the token, if a published key has it.
        id_token_signed_response_alg=registered.get("id_token_signed_response_alg"),
        testing=deployment.is_plain_http,
        **more,
    )


def authorize(surroundings, client, **extra):
    """Sends the user through the authorization endpoint; returns the request and the answer's URL."""
    request = client.authorization_request(scope=SCOPE, prompt="consent", **extra)
    return request, surroundings.visit(request.uri, client.redirect_uri)


def sign_in(surroundings, registered):
    """Returns the client and its tokens; state, iss, nonce and the ID token's signature have been checked."""
    client = connect(surroundings, registered)
    request, callback = authorize(surroundings, client)
    return client, client.authorization_code(request.validate_callback(callback))


def is_invalid_grant(error):
    return isinstance(error, InvalidGrant)


def discovery(surroundings):
    client = connect(surroundings, surroundings.deployment.public_client)
    same(client.issuer, surroundings.deployment.issuer, "issuer")
    same(client.authorization_response_iss_parameter_supported, True, "iss in responses")
    holds(client.authorization_server_jwks, "no published keys")


def public_code(surroundings):
    registered = surroundings.deployment.public_client
    _, tokens = sign_in(surroundings, registered)
    same(tokens.id_token.issuer, surroundings.deployment.issuer, "iss")
    holds(registered["client_id"] in tokens.id_token.audiences, "aud lacks the client")


def confidential_code(surroundings):
    _, tokens = sign_in(surroundings, surroundings.deployment.confidential_client)
    holds(tokens.access_token and tokens.id_token, "tokens are missing")


def changed_response(surroundings):
    client = connect(surroundings, surroundings.deployment.public_client)
    request, callback = authorize(surroundings, client)
    state, issuer = parameter(callback, "state"), parameter(callback, "iss")
    holds(state and issuer, "state or iss is missing")

    without_issuer = "&".join(part for part in callback.split("&") if not part.startswith("iss="))
    for changed, error in [
        (callback.replace(state, "another"), MismatchingState),
        (f"{without_issuer}&iss=https://other.example", MismatchingIssuer),
    ]:
        refused(lambda: request.validate_callback(changed), changed, lambda e: isinstance(e, error))

    other = client.authorization_request(state=state, code_verifier=request.code_verifier)
    refused(
        lambda: client.authorization_code(other.validate_callback(callback)),
        "another nonce",
        lambda e: isinstance(e, MismatchingIdTokenNonce),
    )


def wrong_verifier(surroundings):
    client = connect(surroundings, surroundings.deployment.public_client)
    request, callback = authorize(surroundings, client)
    code = request.validate_callback(callback)
    refused(
        lambda: client.authorization_code(code, code_verifier=secrets.token_urlsafe(48)),
        "another verifier",
        is_invalid_grant,
    )


def userinfo(surroundings):
    client, tokens = sign_in(surroundings, surroundings.deployment.public_client)
    claims = client.userinfo(tokens)
    same(claims["sub"], tokens.id_token.subject, "sub")
    same(claims["email"], surroundings.deployment.user["email"], "email")


def refresh(surroundings):
    client, first = sign_in(surroundings, surroundings.deployment.public_client)
    second = client.refresh_token(first.refresh_token)
    holds(second.refresh_token not in (None, first.refresh_token), "the refresh token stayed")
    # A successor in use rules out that the first answer was lost on its way.
    client.refresh_token(second.refresh_token)
    refused(lambda: client.refresh_token(first.refresh_token), "a used refresh token", is_invalid_grant)


def introspection(surroundings):
    registered = surroundings.deployment.confidential_client
    client, tokens = sign_in(surroundings, registered)
    shown = client.introspect_token(tokens)
    same(shown["active"], True, "active")
    same(shown["client_id"], registered["client_id"], "client_id")
    same(shown["sub"], tokens.id_token.subject, "sub")
    same(client.introspect_token("rubbish"), {"active": False}, "what is said of rubbish")


def revocation(surroundings):
    client, tokens = sign_in(surroundings, surroundings.deployment.confidential_client)
    same(client.revoke_access_token(tokens.access_token), True, "revoked")
    same(client.introspect_token(tokens.access_token), {"active": False}, "what is said of a revoked token")
    same(client.revoke_refresh_token(tokens.refresh_token), True, "revoked")
    refused(lambda: client.refresh_token(tokens.refresh_token), "a revoked refresh token", is_invalid_grant)
    same(client.revoke_token("rubbish"), True, "revocation of rubbish")


def client_credentials(surroundings):
    client = connect(surroundings, surroundings.deployment.service_client)
    tokens = client.client_credentials()
    holds(tokens.access_token, "no access token")
    same(tokens.refresh_token, None, "refresh_token")


if __name__ == "__main__":
    # The library has nothing for logout.
    run(
        "requests_oauth2client",
        [
            ("discovery names the issuer byte for byte, iss in responses and keys", discovery),
            ("authorization code with PKCE for a public client; the ID token verifies", public_code),
            ("authorization code with PKCE for a confidential client", confidential_code),
            ("the client refuses a response with another state, iss or nonce", changed_response),
            ("the server refuses another code verifier", wrong_verifier),
            ("userinfo describes the subject of the ID token", userinfo),
            ("refresh tokens rotate, and a used one is refused", refresh),
            ("introspection shows an access token as active and rubbish as inactive", introspection),
            ("a revoked token is inactive, and revoking rubbish is no error", revocation),
            ("client credentials give an access token and no refresh token", client_credentials),
        ],
    )
