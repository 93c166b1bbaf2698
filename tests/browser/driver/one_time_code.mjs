// Time-based one-time codes as an authenticator app computes them: SHA-1, 30 seconds, six digits. RFC 6238, RFC 4226 §5.3.

import { createHmac } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

const STEP_MS = 30_000;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Returns the number of the 30 seconds that run now. */
export function timeStep() {
  return Math.floor(Date.now() / STEP_MS);
}

/** Waits until a time step has begun; returns at once when it has. */
export async function untilTimeStep(step) {
  await setTimeout(Math.max(0, step * STEP_MS - Date.now()));
}

/** Returns the code of a time step for a secret in base32; blanks and case do not matter. */
export function oneTimeCode(secret, step) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', fromBase32(secret)).update(counter).digest();
  const offset = digest[19] & 0x0f;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

function fromBase32(text) {
  const letters = [...text.toUpperCase().replace(/[^A-Z2-7]/g, '')];
  const bits = letters.map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
