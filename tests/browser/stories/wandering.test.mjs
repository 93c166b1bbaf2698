// W12, W13: any tab, back, reload, expiry, lost cookies, old forms, in any order. Every page that comes up has a way on, and from
// wherever a walk led, the ways on lead to the client. What happens is thrown by a seed:
//
//   PORTREEVE_SEEDS=17,18   other walks than those that are always told

import assert from 'node:assert/strict';

import { Dice } from '../driver/dice.mjs';
import { firstClient, Person } from '../driver/deployment.mjs';
import { claim, finish } from '../driver/journey.mjs';
import { story } from '../driver/story.mjs';
import { Walk } from '../driver/walk.mjs';

const SEEDS = (process.env.PORTREEVE_SEEDS ?? '1,4,13,18').split(',').map(Number);
const HAPPENINGS = 16;

for (const seed of SEEDS) {
  story(`walk ${seed}: whatever a person does, the client is reached`, async (openBrowser) => {
    const walk = new Walk(await openBrowser(), Person.make(), new Dice(seed));
    try {
      await walk.wander(HAPPENINGS);
      await walk.arriveEverywhere();
      await assertNothingIsSkipped(await openBrowser(), walk.person);
    } catch (error) {
      console.log(`what happened on walk ${seed}:\n  ${walk.trail.join('\n  ')}`);
      throw error;
    }
  });
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
