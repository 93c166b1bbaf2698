// Takes the pictures of docs/screenshots from a running demo that nobody has used yet.
//
//   npm run screenshots      with PORTREEVE_DATA and PORTREEVE_BINARY set as for the stories

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Authenticator } from './driver/authenticator.mjs';
import { Browser } from './driver/browser.mjs';
import { start } from './driver/chromium.mjs';
import { apply, firstClient, issuer, Person } from './driver/deployment.mjs';
import { answer, finish } from './driver/journey.mjs';

const FOLDER = fileURLToPath(new URL('../../docs/screenshots', import.meta.url));

/** How a picture is taken: window in CSS pixels, colour scheme, and the end of its name. */
const DESKTOP = { viewport: { width: 1440, height: 900 }, colorScheme: 'light', suffix: 'desktop' };
const DARK = { viewport: { width: 1440, height: 900 }, colorScheme: 'dark', suffix: 'desktop-dark' };
const PHONE = { viewport: { width: 320, height: 640 }, colorScheme: 'light', suffix: 'phone' };

/** What the browser of a phone says it is. */
const PHONE_BROWSER =
  'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36';

/** Takes pictures of the page that a tab shows; those of a phone are as long as the page. */
async function take(tab, name, looks) {
  // A cursor that blinks makes two pictures of one page differ.
  await tab.page.evaluate(() => document.activeElement?.blur());
  for (const { viewport, colorScheme, suffix } of looks) {
    await tab.page.setViewportSize(viewport);
    await tab.page.emulateMedia({ colorScheme });
    const path = join(FOLDER, `${name}-${suffix}.png`);
    await tab.page.screenshot({ path, fullPage: viewport === PHONE.viewport });
  }
}

/** A tenant that looks like itself. */
function look(color) {
  const picture = (name) => JSON.stringify(fileURLToPath(new URL(`../../crates/pages/samples/${name}`, import.meta.url)));
  return `
[[tenants]]
slug = "default"
display_name = "Northwind"
registration = true

[tenants.branding]
color = "${color}"
logo = { file = ${picture('logo.png')} }
logo_dark = { file = ${picture('logo_dark.png')} }
greeting.en = "One account for the shop and the club."
help.en = "Trouble signing in? Call +44 20 7946 0000."
links = [{ en = { name = "Imprint", uri = "https://www.example.com/imprint" } }]
`;
}

mkdirSync(FOLDER, { recursive: true });
const chrome = await start();
try {
  const person = Person.seeded('ada@example.com');
  const browser = await Browser.open(chrome);
  const tab = await browser.tab(firstClient);
  await take(tab, 'relying-party', [DESKTOP]);
  await tab.press('#step-up');
  const pictures = {
    identify: ['sign-in', DESKTOP, PHONE],
    'enrol-totp': ['totp-enrolment', DESKTOP],
    consent: ['consent', DESKTOP, PHONE],
  };
  await finish(tab, person, async () => {
    const [name, ...looks] = pictures[tab.step] ?? [];
    if (name) await take(tab, name, looks);
  });
  await tab.press('#call-api');
  await take(tab, 'relying-party-signed-in', [DESKTOP]);

  // A second account in the same browser, and the choice between the two.
  const second = Person.seeded('admin@example.com');
  await tab.press('#sign-in-again');
  await tab.press('#another-account');
  await answer(tab, second);
  await finish(tab, second);
  await tab.visit(`${firstClient}login`);
  await take(tab, 'account-chooser', [DARK]);

  // The same person's account, in a browser that holds a passkey and beside another device.
  const elsewhere = await Browser.open(chrome, { userAgent: PHONE_BROWSER });
  const device = await elsewhere.tab(`${issuer}/account`);
  while (device.address.pathname.startsWith('/j/')) await answer(device, person);
  const home = await Browser.open(chrome);
  const account = await home.tab(`${issuer}/account/security/passkeys/new`);
  await Authenticator.in(account);
  while (account.address.pathname.startsWith('/j/')) await answer(account, person);
  await account.press('#passkey');
  if (account.step === 'recovery-codes') await account.press('#submit');
  const places = {
    '': 'account',
    '/profile': 'account-profile',
    '/profile/email': 'account-email',
    '/data': 'account-data',
    '/delete': 'account-deletion',
    '/security': 'account-security',
    '/security/passkeys': 'account-passkeys',
    '/sessions': 'account-devices',
    '/applications': 'account-applications',
  };
  for (const [path, name] of Object.entries(places)) {
    await account.visit(`${issuer}/account${path}`);
    await take(account, name, [DESKTOP, PHONE]);
  }

  // An address that is not registered: the one kind of page without a way on, as nobody knows where to.
  const request = 'client_id=demo-web&response_type=code&redirect_uri=https://attacker.example/';
  await tab.page.goto(`${issuer}/oauth2/authorize?${request}`);
  await take(tab, 'error', [PHONE]);

  // The first page of tenants with a look of their own.
  for (const [name, color] of [['yellow', '#ffd400'], ['navy', '#001f5b']]) {
    await apply(look(color));
    const guest = await (await Browser.open(chrome)).tab(firstClient);
    await guest.press('#sign-in');
    await take(guest, `branding-${name}`, [DESKTOP, DARK]);
  }
} finally {
  await chrome.close();
}
