// Visits an address as somebody without script would: follows redirects, answers pages, keeps cookies.
//
//   node visit.mjs VISIT      VISIT: JSON with address, jar (file name); to answer pages, target and user;
//                             until, a redirect URI that is not loaded; headers, an object, to send with the last request
//
// Prints JSON: url, and, unless it is at `until`, status and body of the page where the visit ended. Cookies stay in the jar.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { Browser } from '../clients/driver/browser.mjs';
import { navigate } from './navigate.mjs';

// The driver's own way to load a page.
globalThis.fetch = navigate;

const packages = createRequire(new URL('../clients/package.json', import.meta.url));
const { CookieJar } = packages('tough-cookie');

const { address, jar, target, user, until, headers = {} } = JSON.parse(process.argv[2]);
const { answer } = user ? await import(`../clients/driver/login_${target}.mjs`) : { answer: () => undefined };
const browser = new Browser(existsSync(jar) ? JSON.parse(readFileSync(jar, 'utf8')) : undefined);

const url = await browser.visit(address, until, (page) => answer(page, user));
const cookies = browser.serialize();
writeFileSync(jar, JSON.stringify(cookies), { mode: 0o600 });

if (until) {
  console.log(JSON.stringify({ url }));
} else {
  // The driver says where it ended; what stands there is asked for once more.
  const cookie = await CookieJar.fromJSON(cookies).getCookieString(url);
  const page = await navigate(url, { headers: { accept: 'text/html', cookie, ...headers } });
  console.log(JSON.stringify({ url, status: page.status, body: await page.text() }));
}
