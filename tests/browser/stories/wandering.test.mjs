// W12, W13: any tab, back, reload, expiry, lost cookies, old forms, in any order. Every page that comes up has a way on, and from
// wherever a walk led, the ways on lead to the client. What happens is thrown by a seed:
//
//   PORTREEVE_SEEDS=17,18   other walks than those that are always told, which are short ones: where an app's codes run out, a
//                           walk waits for the next, up to a minute and more

import assert from 'node:assert/strict';

import { Application } from '../driver/application.mjs';
import { Dice } from '../driver/dice.mjs';
import { firstClient, Person } from '../driver/deployment.mjs';
import { claim, finish } from '../driver/journey.mjs';
import { story } from '../driver/story.mjs';
import { Walk } from '../driver/walk.mjs';

const SEEDS = (process.env.PORTREEVE_SEEDS ?? '2,3,5,11').split(',').map(Number);
const HAPPENINGS = 16;
/** ten tabs, three clients. */
const MANY = { seed: 10, maxTabs: 10, happenings: 40 };

for (const seed of SEEDS) {
  story(`walk ${seed}: whatever a person does, the client is reached`, async (openBrowser) => {
    const walk = new Walk(await openBrowser(), Person.make(), new Dice(seed));
    await take(walk, HAPPENINGS);
    await assertNothingIsSkipped(await openBrowser(), walk.person);
  });
}

story('R-16: in ten tabs, at three clients, every tab reaches its own client', async (openBrowser) => {
  const application = await Application.start({ metadata: () => ({ first_party: true }) });
  const browser = await openBrowser();
  browser.watch.expect(application.origin);
  await take(new Walk(browser, Person.make(), new Dice(MANY.seed), { maxTabs: MANY.maxTabs, application }), MANY.happenings);
  application.stop();
});

/** Lets things happen on a walk, and goes on from wherever it led. */
async function take(walk, happenings) {
  try {
    await walk.wander(happenings);
    await walk.arriveEverywhere();
  } catch (error) {
    console.log(`what happened:\n  ${walk.trail.join('\n  ')}`);
    throw error;
  }
}

/** In a browser that knows nobody, a person is asked for everything that the account has: no walk is a way around it. */
async function assertNothingIsSkipped(browser, person) {
  const tab = await browser.tab(firstClient);
  await tab.press('#sign-in');
  const pages = await finish(tab, person);

  const factors = person.totpSecret ? ['identify', 'second-factor'] : ['identify'];
  assert.deepEqual(pages.filter((page) => page !== 'consent'), factors);
  assert.equal(await claim(tab, 'acr'), person.totpSecret ? 'aal2' : 'aal1');
}
