// The demo that the stories are told of, as the environment names it. Owns its description, making people in it, and time.
//
//   PORTREEVE_DATA      folder of a running `portreeve demo`
//   PORTREEVE_BINARY   the program itself, to make people with

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { oneTimeCode, timeStep, untilTimeStep } from './one_time_code.mjs';

function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; see tests/browser/README.md`);
  return value;
}

/** The demo's folder. */
export const folder = required('PORTREEVE_DATA');
/** The program itself. */
export const binary = required('PORTREEVE_BINARY');
const description = JSON.parse(readFileSync(join(folder, 'demo.json'), 'utf8'));

/** The issuer's origin. */
export const issuer = description.issuer;
/** Where the demo puts its mails. */
export const mailFolder = description.mail_dir;
/** Where the demo puts its text messages. */
export const textMessageFolder = description.text_message_dir;
/** The address of the relying party's first client. */
export const firstClient = `${description.rp_url}/`;
/** The address of its second client. */
export const secondClient = secondHome();
/** The relying party's origin. */
export const relyingParty = description.rp_url;

/** The second client lives one level below the relying party's root; its redirect URI tells where. */
function secondHome() {
  const callbacks = description.clients.flatMap((client) => client.redirect_uris ?? []);
  const own = callbacks.filter((uri) => uri.startsWith(`${description.rp_url}/`));
  const below = own.map((uri) => uri.replace(/\/callback$/, '')).find((home) => home !== description.rp_url);
  if (!below) throw new Error('the demo has no second client');
  return below;
}

/** Somebody with an account of their own: the limits on attempts count by account. */
export class Person {
  constructor(email, password) {
    this.email = email;
    this.password = password;
    /** Base32, once an authenticator app is set up. */
    this.totpSecret = undefined;
    /** What is left of the recovery codes. */
    this.recoveryCodes = [];
    this.lastTimeStep = 0;
    /** Whether a passkey that is offered is added. */
    this.wantsPasskeys = true;
    /** How many codes came by mail so far. */
    this.mailedCodes = 0;
  }

  /** Finds somebody whom the demo comes with. */
  static seeded(email) {
    const { password } = description.users.find((user) => user.email === email);
    return new Person(email, password);
  }

  /** Makes an account with a password. */
  static make() {
    const person = new Person(`${randomBytes(6).toString('hex')}@example.com`, randomBytes(15).toString('base64url'));
    const command = ['users', 'add', person.email, '--email-verified', '--password-stdin', '--data', folder];
    execFileSync(binary, command, { input: `${person.password}\n` });
    return person;
  }

  /** Somebody without an account, who will have no password. */
  static unknown() {
    return new Person(`${randomBytes(6).toString('hex')}@example.com`);
  }

  /** Returns the next one-time code that was not used yet; waits until the issuer's clock is near enough to take it. */
  async nextCode(secret = this.totpSecret) {
    const step = Math.max(timeStep(), this.lastTimeStep + 1);
    // RFC 6238 §5.2: a code is taken one step early or late.
    await untilTimeStep(step - 1);
    this.lastTimeStep = step;
    return oneTimeCode(secret, step);
  }
}

/** Invites somebody by mail. */
export function invite(email) {
  execFileSync(binary, ['users', 'invite', email, '--data', folder]);
}

/** Applies a resource file on top of the demo's own, and waits until the running demo knows. */
export async function apply(text) {
  const file = join(folder, 'story.toml');
  writeFileSync(file, text);
  execFileSync(binary, ['apply', '-f', file, '--data', folder]);
  // Running servers look for changes once a second.
  await setTimeout(2500);
}

/** Makes the half hour of every journey pass at once, in the demo's database: the demo itself has no such knob. */
export function expireJourneys() {
  inDatabase('UPDATE journeys SET expires_at = created_at');
}

/** Makes the wait for the removal of lost factors pass at once, in the same way. */
export function letRecoveriesBeDue() {
  inDatabase('UPDATE factor_recoveries SET due_at = due_at - 24 * 3600 * 1000');
}

/** Runs a statement beside the demo. */
function inDatabase(statement) {
  const script = `
import sqlite3, sys
with sqlite3.connect(sys.argv[1], timeout=10) as database:
    database.execute(sys.argv[2])
`;
  execFileSync('python3', ['-c', script, join(folder, 'portreeve.db'), statement]);
}
