// What two libraries that others wrote make of the answers that our pages get: @simplewebauthn/server, and fido2 in Python.
// Both ask for a verified person, as we do. Owns what each has registered; says of every answer whether each takes it.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';

import { issuer } from './deployment.mjs';

const PYTHON = fileURLToPath(new URL('../../.work/venv/bin/python', import.meta.url));
const PROGRAM = fileURLToPath(new URL('fido2_peer.py', import.meta.url));
const HOST = new URL(issuer).hostname;

export class PasskeyPeers {
  /** Takes a registration, and keeps the passkey where it is taken. Returns who takes it, by name. */
  async register(challenge, answer) {
    const simple = await asked(() => verifyRegistrationResponse(expecting(challenge, answer)));
    if (simple?.verified) this.simple = simple.registrationInfo.credential;
    const fido2 = askFido2({ challenge, answer });
    if (fido2.taken) this.credential = fido2.printed;
    return { simplewebauthn: simple?.verified ?? false, fido2: fido2.taken };
  }

  /** Takes an answer that signs in with the registered passkey. Returns who takes it, by name. */
  async authenticate(challenge, answer) {
    const credential = this.simple;
    const simple = await asked(() => verifyAuthenticationResponse({ ...expecting(challenge, answer), credential }));
    const fido2 = askFido2({ challenge, answer, credential: this.credential });
    return { simplewebauthn: simple?.verified ?? false, fido2: fido2.taken };
  }
}

function expecting(expectedChallenge, response) {
  const site = { expectedOrigin: issuer, expectedRPID: HOST, requireUserVerification: true };
  return { response, expectedChallenge, ...site };
}

/** A refusal is an error there. */
async function asked(verify) {
  try {
    return await verify();
  } catch {
    return undefined;
  }
}

function askFido2(question) {
  const input = JSON.stringify({ host: HOST, origin: issuer, ...question });
  const { status, stdout, stderr, error } = spawnSync(PYTHON, ['-B', PROGRAM], { input, encoding: 'utf8' });
  if (error || (status !== 0 && !/^\w+Error: /.test(stderr))) {
    throw new Error(`fido2 did not answer; if it is missing: scripts/install test\n${error ?? stderr}`);
  }
  return { taken: status === 0, printed: stdout.trim() };
}
