// Every second factor is lost: asked for, announced, waited for, and another one set up; or stopped by whoever it was not.

import assert from 'node:assert/strict';

import { firstClient, issuer, letRecoveriesBeDue, Person } from '../driver/deployment.mjs';
import { answer, assertSignedIn, claim, finish } from '../driver/journey.mjs';
import { linkMailedTo } from '../driver/mail.mjs';
import { story } from '../driver/story.mjs';

/** Somebody with an authenticator app, signed in at a client in a browser of theirs. */
async function withApp(openBrowser) {
  const person = Person.make();
  person.wantsPasskeys = false;
  const browser = await openBrowser();
  const tab = await browser.tab(firstClient);
  await tab.press('#step-up');
  await finish(tab, person);
  await assertSignedIn(tab);
  return { person, browser };
}

/** Whoever has the password says that the app is lost; in a browser of their own. */
async function loseEverything(openBrowser, person) {
  const tab = await (await openBrowser()).tab(firstClient);
  await tab.press('#sign-in');
  await answer(tab, person);
  assert.equal(tab.step, 'second-factor');
  await tab.press('#lost-all');
  await tab.press('#submit');
  assert.match(await tab.text('#asked'), /24.? hours/);
  return tab;
}

story('after the wait the lost app is removed by the mailed link, and another one is set up before anything else', async (openBrowser) => {
  const { person } = await withApp(openBrowser);
  const waiting = await loseEverything(openBrowser, person);
  await linkMailedTo(person.email, /will be removed/);
  await waiting.reload();
  assert.ok(await waiting.has('#asked'), 'asking again changes nothing');
  letRecoveriesBeDue();
  const tab = await (await openBrowser()).tab(await linkMailedTo(person.email, /^Remove your second step/));

  await tab.press('#submit');

  const again = await (await openBrowser()).tab(firstClient);
  await again.press('#sign-in');
  await answer(again, person);
  assert.equal(again.step, 'enrol-totp');
  assert.ok(!(await again.has('#skip')), 'losing a factor lowers no level');
  await finish(again, person);
  await assertSignedIn(again);
  assert.equal(await claim(again, 'acr'), 'aal2');
});

story('who is signed in sees that somebody asked, and stops it', async (openBrowser) => {
  const { person, browser } = await withApp(openBrowser);
  const stranger = await loseEverything(openBrowser, person);
  const security = await browser.tab(`${issuer}/account/security`);

  await security.press('#stop-recovery');

  assert.match(await security.text('#notice'), /Your second step stays/);
  await linkMailedTo(person.email, /second step .* stays/);
  await stranger.reload();
  assert.ok(!(await stranger.has('#asked')));
});

story('the button of the mail stops it, and signs everybody out', async (openBrowser) => {
  const { person, browser } = await withApp(openBrowser);
  await loseEverything(openBrowser, person);
  const tab = await (await openBrowser()).tab(await linkMailedTo(person.email, /will be removed/));

  await tab.press('#submit');

  const account = await browser.tab(`${issuer}/account`);
  assert.equal(account.step, 'identify');
  await linkMailedTo(person.email, /password/i);
});
