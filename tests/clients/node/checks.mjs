// Runs a list of named checks in order and prints a line for each in the form of TAP.

import { parseArgs } from 'node:util';

import { Browser } from '../driver/browser.mjs';
import { Deployment } from '../driver/deployment.mjs';

/** Thrown by a check that the deployment or the library gives nothing to look at. */
class Skipped extends Error {}

/** Ends a check without a verdict. */
export function skip(reason) {
  throw new Skipped(reason);
}

/** Fails the check unless the values are the same. */
export function same(actual, expected, what) {
  if (actual !== expected) throw new Error(`${what}: ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`);
}

/** Fails the check unless a condition holds. */
export function holds(condition, what) {
  if (!condition) throw new Error(what);
}

/** Fails the check unless the promise is rejected with an error that `fits`. */
export async function refused(promise, what, fits = () => true) {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  if (!error) throw new Error(`${what} was accepted`);
  if (!fits(error)) throw new Error(`${what} was refused for another reason: ${error.code ?? ''} ${error.message}`);
}

/** Whether a library's error stands for a server's answer with that error code. */
export function saysInvalidGrant(error) {
  return error.error === 'invalid_grant';
}

/** The deployment under test and a person at a browser, who keeps the session from one check to the next. */
export class Surroundings {
  constructor(deployment, { answer, approvals }) {
    this.deployment = deployment;
    this.approvals = approvals;
    this.browser = new Browser();
    this.answer = answer;
  }

  /** Lets the user agree to what a client asked by the back channel, where people do not agree by themselves. */
  async approve() {
    if (this.approvals) await this.visit(new URL(this.approvals, this.deployment.issuer));
  }

  /** Lets the user visit an address; returns the URL that would go to the client. */
  async visit(url, until, { browser = this.browser, user = this.deployment.user } = {}) {
    return new URL(await browser.visit(String(url), until, (page) => this.answer(page, user)));
  }
}

/** Runs `checks`, a list of [title, function], for a library named `library`. */
export async function run(library, checks) {
  const { values: options } = parseArgs({
    options: { target: { type: 'string' }, 'demo-json': { type: 'string' } },
  });
  const login = await import(`../driver/login_${options.target}.mjs`);
  const surroundings = new Surroundings(Deployment.read(options['demo-json']), login);

  let number = 0;
  console.log(`1..${checks.length}`);
  for (const [title, check] of checks) {
    number += 1;
    const line = `${number} - ${library}: ${title}`;
    try {
      await check(surroundings);
      console.log(`ok ${line}`);
    } catch (error) {
      if (error instanceof Skipped) {
        console.log(`ok ${line} # SKIP ${error.message}`);
      } else {
        process.exitCode = 1;
        console.log(`not ok ${line}`);
        console.log(`  # ${[error.code, error.error, error.error_description].filter(Boolean).join(' ')}`);
        console.log(`  # ${error.stack.replaceAll('\n', '\n  # ')}`);
        if (error.cause) console.log(`  # caused by ${error.cause.stack ?? JSON.stringify(error.cause)}`);
      }
    }
  }
}
