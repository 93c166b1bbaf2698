// A person with a keyboard and nothing else signs in, sets up a second factor and signs out. Everything on every page is
// reached, in a way that has an end, and it can be seen where one is. WCAG 2.2 §2.1.1, §2.1.2, §2.4.3, §2.4.7.

import assert from 'node:assert/strict';

import { Authenticator } from '../driver/authenticator.mjs';
import { scriptsAllowed } from '../driver/browser.mjs';
import { firstClient, issuer, Person } from '../driver/deployment.mjs';
import { assertSignedIn } from '../driver/journey.mjs';
import { Keyboard } from '../driver/keyboard.mjs';
import { story } from '../driver/story.mjs';

const ACCOUNT_PAGES = [
  '', '/profile', '/profile/email', '/security', '/security/password', '/security/passkeys', '/sessions', '/applications', '/data', '/terms',
  '/delete', '/security/totp',
];

/** How a page is answered with a keyboard, by the last part of its address. */
const ANSWERS = {
  async identify(keyboard, person) {
    await keyboard.type('#email', person.email);
    await keyboard.type('#password', person.password);
    await keyboard.strike('#password');
  },
  async 'second-factor'(keyboard, person) {
    await keyboard.type('#code', await person.nextCode());
    await keyboard.strike('#submit', 'Space');
  },
  async 'enrol-totp'(keyboard, person) {
    person.totpSecret = await keyboard.tab.text('#secret');
    await keyboard.type('#code', await person.nextCode());
    await keyboard.strike('#submit');
  },
  async 'recovery-codes'(keyboard) {
    await keyboard.strike('#submit');
  },
  async 'enrol-passkey'(keyboard) {
    await keyboard.strike('#passkey');
  },
  async password(keyboard, person) {
    await keyboard.type('#password', person.password);
    await keyboard.strike('#submit');
  },
  async consent(keyboard) {
    await keyboard.strike('#allow');
  },
};

/** Answers the pages of a journey until it is over. */
async function goOn(keyboard, person) {
  while (keyboard.tab.address.pathname.startsWith('/j/')) {
    await keyboard.assertReachesEverything();
    await ANSWERS[keyboard.tab.step](keyboard, person);
  }
}

/** Opens an address with nothing but a keyboard, and signs in as far as that is asked for. */
async function open(browser, person, address) {
  const keyboard = new Keyboard(await browser.tab(address));
  await goOn(keyboard, person);
  return keyboard;
}

story('with a keyboard a person signs in, sets up an app, and signs out and in again', async (openBrowser) => {
  const person = Person.make();
  const keyboard = await open(await openBrowser(), person, firstClient);

  await keyboard.strike('#step-up');
  await goOn(keyboard, person);
  await assertSignedIn(keyboard.tab);
  await keyboard.strike('#sign-out');
  await keyboard.strike('#sign-in');
  await goOn(keyboard, person);
  await assertSignedIn(keyboard.tab);
});

story('with a keyboard everything on the account pages is reached', async (openBrowser) => {
  const person = Person.make();
  const keyboard = await open(await openBrowser(), person, `${issuer}/account`);

  for (const page of ACCOUNT_PAGES) {
    await keyboard.tab.visit(`${issuer}/account${page}`);
    await goOn(keyboard, person);
    await keyboard.assertReachesEverything();
  }
});

if (scriptsAllowed) {
  story('with a keyboard a person adds a passkey', async (openBrowser) => {
    const person = Person.make();
    const keyboard = await open(await openBrowser(), person, `${issuer}/account/security/passkeys`);
    await Authenticator.in(keyboard.tab);

    await keyboard.strike('#add-passkey');
    await keyboard.assertReachesEverything();
    await keyboard.strike('#passkey');
    await keyboard.strike('#submit');
    await keyboard.strike('#manage-passkeys');
    assert.ok(await keyboard.tab.has('#passkey-1'));
  });
}
