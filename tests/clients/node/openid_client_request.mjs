// The request for a code that the clients of openid-client make: by code, with PKCE and a state, and asking the person anew.

import * as client from 'openid-client';

/** What they all ask for. */
export const SCOPE = 'openid offline_access';

/** Returns a right request of a registered client, and what redeems the answer to it. */
export async function prepare({ redirect_uris: [redirect_uri] }) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const parameters = {
    redirect_uri,
    scope: SCOPE,
    prompt: 'consent',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
  };
  return { parameters, expectations: { pkceCodeVerifier, expectedState, idTokenExpected: true } };
}
