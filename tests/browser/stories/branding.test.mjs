// A tenant and a client with a look of their own.

import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

import { apply, firstClient, folder, mailFolder, Person } from '../driver/deployment.mjs';
import { assertSignedIn, finish } from '../driver/journey.mjs';
import { linkMailedTo } from '../driver/mail.mjs';
import { story } from '../driver/story.mjs';

const PICTURES = fileURLToPath(new URL('../../../crates/pages/samples/', import.meta.url));

before(async () => {
  for (const name of ['logo.png', 'logo_dark.png']) copyFileSync(join(PICTURES, name), join(folder, name));
  await apply(`
[[tenants]]
slug = "default"
display_name = "Northwind"

[tenants.branding]
color = "#ffd400"
logo = { file = "logo.png" }
logo_dark = { file = "logo_dark.png" }
greeting.en = "One account for the shop and the club."
help.en = "Call 100."
mail_footer.en = "Northwind Ltd"
`);
});

/** What the first element that matches is painted with. */
function painted(tab, selector) {
  return tab.page.$eval(selector, (element) => {
    const { backgroundColor, color } = getComputedStyle(element);
    return { backgroundColor, color };
  });
}

/** The picture that the browser chose for the logo, and how wide it is in pixels of its own: no name and 0 while it is still choosing. */
function logo(tab) {
  return tab.page.$eval('#logo', ({ currentSrc, naturalWidth }) => ({
    name: currentSrc.split('/').pop().split('.')[0],
    naturalWidth,
  }));
}

story('the first page has the colour, the logo and the words of the tenant, and people sign in as ever', async (openBrowser) => {
  const person = Person.make();
  const browser = await openBrowser();
  const tab = await browser.tab(firstClient);
  await tab.press('#sign-in');

  assert.deepEqual(await painted(tab, '#submit'), { backgroundColor: 'rgb(255, 212, 0)', color: 'rgb(0, 0, 0)' });
  assert.equal(await tab.page.getAttribute('#logo', 'alt'), 'Northwind');
  assert.equal(await tab.text('#greeting'), 'One account for the shop and the club.');
  assert.equal(await tab.text('#help'), 'Call 100.');
  for (const [colorScheme, name] of [['light', 'logo'], ['dark', 'logo_dark']]) {
    await tab.page.emulateMedia({ colorScheme });
    // The browser loads the other picture when it is shown. Nothing in the page may wait: it may have no scripts.
    const expected = { name, naturalWidth: 400 };
    for (let tries = 0; tries < 100 && !isDeepStrictEqual(await logo(tab), expected); tries += 1) await setTimeout(50);
    assert.deepEqual(await logo(tab), expected);
    assert.equal((await painted(tab, '#submit')).backgroundColor, 'rgb(255, 212, 0)');
  }

  assert.deepEqual(await finish(tab, person), ['identify', 'consent']);
  await assertSignedIn(tab);
});

story('a mail carries the logo with it and loads nothing', async (openBrowser) => {
  const person = Person.make();
  const tab = await (await openBrowser()).tab(firstClient);
  await tab.press('#sign-in');
  await tab.press('#forgot-password');
  await tab.page.fill('#email', person.email);
  await tab.press('#submit');
  await linkMailedTo(person.email, /password/i);

  const mails = readdirSync(mailFolder).map((name) => readFileSync(join(mailFolder, name), 'utf8'));
  const mail = mails.find((source) => source.includes(`To: ${person.email}`) || source.includes(`<${person.email}>`));
  for (const part of ['multipart/related', '.logo@', 'image/png', 'Northwind Ltd', 'Call 100.', '#ffd400']) {
    assert.ok(mail.includes(part), part);
  }
});
