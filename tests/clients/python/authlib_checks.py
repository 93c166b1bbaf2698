"""The PyPI package authlib against an issuer: its session for requests, its checks of metadata and ID tokens."""

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url
from joserfc import jwt
from joserfc.jwk import KeySet

from checks import SCOPE, holds, parameter, refused, run, same, says_invalid_grant


def read_metadata(surroundings):
    """Fetches the issuer's metadata."""
    answer = requests.get(get_well_known_url(surroundings.deployment.issuer, external=True), timeout=30)
    answer.raise_for_status()
    return OpenIDProviderMetadata(answer.json())


def connect(surroundings, registered):
    """Returns a session of one of the issuer's clients, and the metadata it works with."""
    metadata = read_metadata(surroundings)
    secret = registered.get("client_secret")
    session = OAuth2Session(
        registered["client_id"],
        secret,
        token_endpoint_auth_method="client_secret_basic" if secret else "none",
        scope=SCOPE,
        redirect_uri=next(iter(registered.get("redirect_uris", [])), None),
        code_challenge_method="S256",
        token_endpoint=metadata["token_endpoint"],
        revocation_endpoint_auth_method="client_secret_basic" if secret else "none",
    )
    return session, metadata


def authorize(surroundings, session, metadata, **extra):
    """Sends the user through the authorization endpoint; returns the answer's URL and the secrets behind it."""
    verifier, nonce = generate_token(48), generate_token(20)
    url, state = session.create_authorization_url(
        metadata["authorization_endpoint"],
        code_verifier=verifier,
        **{"nonce": nonce, "prompt": "consent", **extra},
    )
    return surroundings.visit(url, session.redirect_uri), {"state": state, "verifier": verifier, "nonce": nonce}


def redeem(session, callback, secrets):
    """Exchanges a code; the session compares the state."""
    return session.fetch_token(
        authorization_response=callback,
        state=secrets["state"],
        code_verifier=secrets["verifier"],
    )


def id_token_claims(metadata, session, tokens, nonce):
    """Verifies an ID token with the published keys and returns its claims."""
    keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=30).json())
    token = jwt.decode(
        tokens["id_token"],
        keys,
        algorithms=metadata["id_token_signing_alg_values_supported"],
    )
    claims = CodeIDToken(
        token.claims,
        token.header,
        {"iss": {"essential": True, "value": metadata["issuer"]}},
        {"nonce": nonce, "client_id": session.client_id, "access_token": tokens["access_token"]},
    )
    claims.validate(leeway=5)
    return claims


def sign_in(surroundings, registered):
    session, metadata = connect(surroundings, registered)
    callback, secrets = authorize(surroundings, session, metadata)
    tokens = redeem(session, callback, secrets)
    return session, metadata, dict(tokens), id_token_claims(metadata, session, tokens, secrets["nonce"])


def discovery(surroundings):
    metadata = read_metadata(surroundings)
    if not surroundings.deployment.is_plain_http:
        metadata.validate()
    metadata.validate_response_types_supported()
    metadata.validate_subject_types_supported()
    metadata.validate_id_token_signing_alg_values_supported()
    metadata.validate_token_endpoint_auth_methods_supported()
    metadata.validate_code_challenge_methods_supported()
    same(metadata["issuer"], surroundings.deployment.issuer, "issuer")


def public_code(surroundings):
    _, _, _, claims = sign_in(surroundings, surroundings.deployment.public_client)
    holds(claims["sub"], "no subject")


def confidential_code(surroundings):
    _, _, tokens, _ = sign_in(surroundings, surroundings.deployment.confidential_client)
    holds(tokens["access_token"], "no access token")


def changed_response(surroundings):
    session, metadata = connect(surroundings, surroundings.deployment.public_client)
    callback, secrets = authorize(surroundings, session, metadata)
    same(parameter(callback, "iss"), surroundings.deployment.issuer, "iss")
    refused(lambda: redeem(session, callback, {**secrets, "state": "another"}), "another state")
    tokens = redeem(session, callback, secrets)
    refused(lambda: id_token_claims(metadata, session, tokens, "another"), "another nonce")


def wrong_verifier(surroundings):
    session, metadata = connect(surroundings, surroundings.deployment.public_client)
    callback, secrets = authorize(surroundings, session, metadata)
    refused(
        lambda: redeem(session, callback, {**secrets, "verifier": generate_token(48)}),
        "another verifier",
        says_invalid_grant,
    )


def userinfo(surroundings):
    session, metadata, _, claims = sign_in(surroundings, surroundings.deployment.public_client)
    answer = session.get(metadata["userinfo_endpoint"])
    same(answer.status_code, 200, "status")
    same(answer.json()["sub"], claims["sub"], "sub")
    same(answer.json()["email"], surroundings.deployment.user["email"], "email")


def refresh(surroundings):
    session, metadata, first, _ = sign_in(surroundings, surroundings.deployment.public_client)

    def again(token):
        return dict(session.refresh_token(metadata["token_endpoint"], refresh_token=token))

    second = again(first["refresh_token"])
    holds(second["refresh_token"] != first["refresh_token"], "the refresh token stayed")
    # A successor in use rules out that the first answer was lost on its way.
    again(second["refresh_token"])
    refused(lambda: again(first["refresh_token"]), "a used refresh token", says_invalid_grant)


def introspection_and_revocation(surroundings):
    registered = surroundings.deployment.confidential_client
    session, metadata, tokens, claims = sign_in(surroundings, registered)

    def introspect(token):
        return session.introspect_token(metadata["introspection_endpoint"], token=token).json()

    shown = introspect(tokens["access_token"])
    same(shown["active"], True, "active")
    same(shown["sub"], claims["sub"], "sub")
    answer = session.revoke_token(metadata["revocation_endpoint"], token=tokens["access_token"])
    same(answer.status_code, 200, "status of the revocation")
    same(introspect(tokens["access_token"]), {"active": False}, "what is said of a revoked token")
    same(introspect("rubbish"), {"active": False}, "what is said of rubbish")


def client_credentials(surroundings):
    session, _ = connect(surroundings, surroundings.deployment.service_client)
    session.scope = None
    tokens = session.fetch_token(grant_type="client_credentials")
    holds("refresh_token" not in tokens, "there is a refresh token")


def logout(surroundings):
    registered = surroundings.deployment.public_client
    session, metadata, tokens, _ = sign_in(surroundings, registered)
    return_to = next(iter(registered.get("post_logout_redirect_uris", [])), None)
    request = requests.Request("GET", metadata["end_session_endpoint"], params={"id_token_hint": tokens["id_token"]})
    if return_to:
        request.params["post_logout_redirect_uri"] = return_to
    surroundings.visit(request.prepare().url, return_to)

    callback, _ = authorize(surroundings, session, metadata, prompt="none")
    same(parameter(callback, "error"), "login_required", "error without a session")


run(
    "authlib",
    [
        ("discovery gives valid metadata of that issuer", discovery),
        ("authorization code with PKCE for a public client; the ID token verifies", public_code),
        ("authorization code with PKCE for a confidential client by HTTP Basic", confidential_code),
        ("the client refuses a response with another state or nonce", changed_response),
        ("the server refuses another code verifier", wrong_verifier),
        ("userinfo describes the subject of the ID token", userinfo),
        ("refresh tokens rotate, and a used one is refused", refresh),
        ("introspection shows an access token as active until it is revoked", introspection_and_revocation),
        ("client credentials give an access token and no refresh token", client_credentials),
        ("logout started by the client ends the session", logout),
    ],
)
