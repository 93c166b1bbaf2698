// Back, reload, several tabs, lost cookies, old forms: whatever a person does, every page has a way on that works.
// Each tab fails by itself at a page without heading, button or link; the stories show that the way leads to the client.

import assert from 'node:assert/strict';

import { expireJourneys, firstClient, Person, secondClient } from '../driver/deployment.mjs';
import { answer, assertSignedIn, finish, signIn } from '../driver/journey.mjs';
import { story } from '../driver/story.mjs';

/** The pages of a first sign-in with two factors: every kind of page with a form. */
const LONG_WAY = ['identify', 'enrol-totp', 'recovery-codes', 'consent'];

story('reloading every page changes nothing', async (openBrowser) => {
  const person = Person.make();
  const browser = await openBrowser();
  const tab = await browser.tab(firstClient);
  await tab.press('#step-up');

  const pages = await finish(tab, person, async () => {
    const shown = await tab.text('main');
    await tab.reload();
    assert.equal(await tab.text('main'), shown);
  });

  assert.deepEqual(pages, LONG_WAY);
  await assertSignedIn(tab);
});

story('the back button leads to the page that is due', async (openBrowser) => {
  const person = Person.make();
  const browser = await openBrowser();
  const tab = await browser.tab(firstClient);
  await tab.press('#step-up');

  const pages = await finish(tab, person, async () => {
    const due = tab.step;
    if (due === 'identify') return;
    await tab.back();
    assert.equal(tab.step, due);
  });

  assert.deepEqual(pages, LONG_WAY);
  await assertSignedIn(tab);
});

story('going back to the client and signing in from there works', async (openBrowser) => {
  const person = Person.make();
  const browser = await openBrowser();
  const tab = await browser.tab(firstClient);
  await tab.press('#sign-in');
  await tab.back();
  assert.ok(!tab.isAtIssuer);

  await signIn(tab, person);
});

story('the back button after the end leads to a button that signs in', async (openBrowser) => {
  const person = Person.make();
  const browser = await openBrowser();
  const tab = await browser.tab(firstClient);
  await signIn(tab, person);

  await tab.back();
  assert.ok(tab.isAtIssuer);
  await finish(tab, person);

  // The client has used its state up, and says so on a page of its own.
  await tab.press('#sign-in');
  await finish(tab, person);
  await assertSignedIn(tab);
});

story('of two tabs of two clients, the second goes on by a reload when the first has finished', async (openBrowser) => {
  const person = Person.make();
  const browser = await openBrowser();
  const first = await browser.tab(firstClient);
  const second = await browser.tab(secondClient);
  await first.press('#sign-in');
  await second.press('#sign-in');
  await finish(first, person);

  await second.reload();

  assert.deepEqual(await finish(second, person), ['consent']);
  await assertSignedIn(first);
  await assertSignedIn(second);
});

story('of two tabs of two clients, the second may post the old form as well', async (openBrowser) => {
  const person = Person.make();
  const browser = await openBrowser();
  const first = await browser.tab(firstClient);
  const second = await browser.tab(secondClient);
  await first.press('#sign-in');
  await second.press('#sign-in');
  await finish(first, person);

  await answer(second, person);

  assert.deepEqual(await finish(second, person), ['consent']);
  await assertSignedIn(second);
});

story('a second tab that asks for two factors goes on with the sign-in of the first', async (openBrowser) => {
  const person = Person.make();
  const browser = await openBrowser();
  const first = await browser.tab(firstClient);
  const second = await browser.tab(secondClient);
  await first.press('#sign-in');
  await second.press('#step-up');
  await finish(first, person);

  await second.reload();

  assert.deepEqual(await finish(second, person), ['enrol-totp', 'recovery-codes', 'consent']);
  await assertSignedIn(second);
});

story('the old form of a second tab does nothing, says so and shows the page that is due', async (openBrowser) => {
  const person = Person.make();
  const browser = await openBrowser();
  const first = await browser.tab(firstClient);
  await first.press('#sign-in');
  const second = await browser.tab(first.page.url());
  await answer(first, person);
  assert.equal(first.step, 'consent');

  await answer(second, person);

  assert.equal(second.step, 'consent');
  assert.ok(await second.has('#notice'));
  await finish(second, person);
  await assertSignedIn(second);
});

story('a form posted after another tab has finished leads to a button that signs in', async (openBrowser) => {
  const person = Person.make();
  const browser = await openBrowser();
  const first = await browser.tab(firstClient);
  await first.press('#sign-in');
  await answer(first, person);
  const second = await browser.tab(first.page.url());
  await finish(first, person);

  await second.press('#allow');
  assert.ok(await second.has('#start-again'));
  await finish(second, person);

  await second.visit(firstClient);
  await assertSignedIn(second);
});

for (const page of LONG_WAY) {
  story(`cookies deleted at ${page}: a button starts again and works`, async (openBrowser) => {
    const person = Person.make();
    const browser = await openBrowser();
    const tab = await browser.tab(firstClient);
    await tab.press('#step-up');
    while (tab.step !== page) await answer(tab, person);

    await browser.forgetIssuer();
    await answer(tab, person);

    assert.ok(await tab.has('#start-again'), `${tab.page.url()} shows ${await tab.text('main h1')}`);
    await finish(tab, person);
    await assertSignedIn(tab);
  });
}

story('an address of a journey opened in another browser starts again there', async (openBrowser) => {
  const person = Person.make();
  const here = await openBrowser();
  const tab = await here.tab(firstClient);
  await tab.press('#sign-in');

  const there = await openBrowser();
  const stranger = await there.tab(tab.page.url());

  assert.ok(await stranger.has('#start-again'));
  await stranger.press('#start-again');
  assert.equal(stranger.step, 'identify');
  await finish(tab, person);
  await assertSignedIn(tab);
});

story('a form of an expired journey leads to a button that starts again and works', async (openBrowser) => {
  const person = Person.make();
  const browser = await openBrowser();
  const tab = await browser.tab(firstClient);
  await tab.press('#sign-in');
  expireJourneys();

  await answer(tab, person);

  assert.ok(await tab.has('#start-again'), `${tab.page.url()} shows ${await tab.text('main h1')}`);
  await finish(tab, person);
  await assertSignedIn(tab);
});
