// Visits an address as a user would and prints where the browser would leave for; for checks in other languages.
//
//   node visit.mjs --target control|portreeve --demo-json FILE --jar FILE [--until REDIRECT_URI] ADDRESS
//   node visit.mjs … --approve      where people find what waits for them; where they agree by themselves, nowhere
//
// Cookies are kept in the jar's file from one visit to the next.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { Browser } from './browser.mjs';
import { Deployment } from './deployment.mjs';

const { values: options, positionals } = parseArgs({
  options: {
    target: { type: 'string' },
    'demo-json': { type: 'string' },
    jar: { type: 'string' },
    until: { type: 'string' },
    approve: { type: 'boolean' },
  },
  allowPositionals: true,
});

const { answer, approvals } = await import(`./login_${options.target}.mjs`);
const { issuer, user } = Deployment.read(options['demo-json']);
const address = options.approve ? approvals && new URL(approvals, issuer).href : positionals[0];
if (!address) process.exit(0);

const browser = new Browser(existsSync(options.jar) ? JSON.parse(readFileSync(options.jar, 'utf8')) : undefined);
try {
  console.log(await browser.visit(address, options.until, (page) => answer(page, user)));
} finally {
  writeFileSync(options.jar, JSON.stringify(browser.serialize()), { mode: 0o600 });
}
