// Three relying parties, ours and two that others wrote, say the same of every answer to a question for a passkey: the right
// ones are taken, and what is wrong in one place is refused by all. Web Authentication §7.1, §7.2; SECURITY S-085, S-086.

import assert from 'node:assert/strict';

import { Application } from '../driver/application.mjs';
import { Authenticator } from '../driver/authenticator.mjs';
import { scriptsAllowed } from '../driver/browser.mjs';
import { firstClient, Person } from '../driver/deployment.mjs';
import {
  forHost, ofAnotherMessage, signedAgain, USER_PRESENT, USER_VERIFIED, withClientData, without,
} from '../driver/forgery.mjs';
import { answer, assertSignedIn, finish } from '../driver/journey.mjs';
import { PasskeyPeers } from '../driver/passkey_peers.mjs';
import { story } from '../driver/story.mjs';

const PHISHING_RESISTANT = JSON.stringify({ id_token: { acr: { essential: true, values: ['phr'] } } });

const TAKEN = { simplewebauthn: true, fido2: true };
const REFUSED = { simplewebauthn: false, fido2: false };

const unchanged = (answer) => answer;
const signed = (change) => (answer, passkey) => signedAgain(change(answer), passkey);

const OTHER_CHALLENGE = withClientData({ challenge: 'A'.repeat(43) });
const OTHER_ORIGIN = withClientData({ origin: 'https://evil.example' });

/** What may be wrong with an answer that registers. */
const REGISTRATIONS = {
  'another challenge': OTHER_CHALLENGE,
  'another origin': OTHER_ORIGIN,
  'an answer that signs in': withClientData({ type: 'webauthn.get' }),
  'another host': forHost('evil.example'),
  'nobody there': without(USER_PRESENT),
  'nobody verified': without(USER_VERIFIED),
};

/** What may be wrong with an answer that signs in, four attempts of an account at a time: that many are allowed in a minute. */
const SIGN_INS = [
  {
    'another challenge': signed(OTHER_CHALLENGE),
    'another origin': signed(OTHER_ORIGIN),
    'an answer that registers': signed(withClientData({ type: 'webauthn.create' })),
    'another host': signed(forHost('evil.example')),
  },
  {
    'nobody there': signed(without(USER_PRESENT)),
    'nobody verified': signed(without(USER_VERIFIED)),
    'the signature of something else': ofAnotherMessage,
  },
];

/** Presses the button for a passkey and sends a changed answer. Returns the challenge, and what was sent. */
async function answerChanged({ tab, authenticator }, change) {
  const { challenge } = JSON.parse(await tab.page.getAttribute('#passkey-form', 'data-options'));
  let sent;
  await tab.page.route('**/*', async (route) => {
    const form = new URLSearchParams(route.request().postData() ?? '');
    if (!form.get('credential')) return route.continue();
    const [passkey] = await authenticator.passkeys();
    sent = change(JSON.parse(form.get('credential')), passkey);
    form.set('credential', JSON.stringify(sent));
    // The next page asks at once, by the list at the address field: nobody shall answer there.
    await authenticator.rest();
    return route.continue({ postData: form.toString() });
  });
  await authenticator.touch();
  await tab.press('#passkey');
  await tab.page.unroute('**/*');
  return { challenge, sent };
}

/** Brings a new person to a page that demands a new passkey. */
async function atEnrolment(openBrowser) {
  const person = Person.make();
  const application = await Application.start({ metadata: () => ({ first_party: true }) });
  const browser = await openBrowser();
  const tab = await browser.tab(firstClient);
  tab.watch.expect(application.origin);
  const authenticator = await Authenticator.in(tab);
  await tab.visit(application.request({ claims: PHISHING_RESISTANT }));
  await answer(tab, person);
  assert.equal(tab.step, 'enrol-passkey');
  return { person, browser, tab, authenticator, application };
}

/** Adds the passkey, here and at the peers, and goes on to the application. */
async function register(visit, peers) {
  const { challenge, sent } = await answerChanged(visit, unchanged);
  assert.equal(visit.tab.step, 'recovery-codes');
  assert.deepEqual(await peers.register(challenge, sent), TAKEN);
  await finish(visit.tab, visit.person);
  visit.application.stop();
}

if (scriptsAllowed) {
  story('three relying parties agree on every answer that registers', async (openBrowser) => {
    const [visit, peers] = [await atEnrolment(openBrowser), new PasskeyPeers()];
    for (const [what, change] of Object.entries(REGISTRATIONS)) {
      const { challenge, sent } = await answerChanged(visit, change);
      assert.equal(visit.tab.step, 'enrol-passkey', `registered with ${what}`);
      assert.deepEqual(await peers.register(challenge, sent), REFUSED, what);
    }

    await register(visit, peers);
  });

  for (const group of SIGN_INS) {
    story(`three relying parties agree on every answer that signs in: ${Object.keys(group).join(', ')}`, async (openBrowser) => {
      const [visit, peers] = [await atEnrolment(openBrowser), new PasskeyPeers()];
      await register(visit, peers);
      await visit.browser.forgetIssuer();
      await visit.authenticator.rest();
      await visit.tab.visit(firstClient);
      await visit.tab.press('#sign-in');

      for (const [what, change] of Object.entries(group)) {
        const { challenge, sent } = await answerChanged(visit, change);
        assert.equal(visit.tab.step, 'identify', `signed in with ${what}`);
        assert.deepEqual(await peers.authenticate(challenge, sent), REFUSED, what);
      }
      // Signed again, too: it was not that which was refused.
      const { challenge, sent } = await answerChanged(visit, signed(unchanged));
      assert.deepEqual(await peers.authenticate(challenge, sent), TAKEN);
      await finish(visit.tab, visit.person);
      await assertSignedIn(visit.tab);
    });
  }
}
