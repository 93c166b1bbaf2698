// Looking after one's own account: names, devices, applications, and the ways in.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { Authenticator } from '../driver/authenticator.mjs';
import { scriptsAllowed } from '../driver/browser.mjs';
import { firstClient, issuer, Person } from '../driver/deployment.mjs';
import { answer, assertSignedIn, signIn } from '../driver/journey.mjs';
import { linkMailedTo } from '../driver/mail.mjs';
import { story } from '../driver/story.mjs';

/** Opens a page of the account and signs in on the way, as far as that is asked for. */
async function atAccount(browser, person, path = '') {
  const tab = await browser.tab(`${issuer}/account${path}`);
  while (tab.address.pathname.startsWith('/j/')) await answer(tab, person);
  return tab;
}

story('names are changed, and what was done is said once', async (openBrowser) => {
  const person = Person.make();
  const tab = await atAccount(await openBrowser(), person);
  assert.equal(await tab.text('#account-name'), person.email);

  await tab.press('#to-profile');
  await tab.fill('#name', 'Ada King');
  await tab.press('#submit');
  assert.equal(await tab.text('#notice'), 'Saved.');

  await tab.reload();
  assert.ok(!(await tab.has('#notice')));
  await tab.press('#to-home');
  assert.equal(await tab.text('#account-name'), 'Ada King');
});

story('an address is changed by a link to the new one, and had back by a link to the former', async (openBrowser) => {
  const person = Person.make();
  const former = person.email;
  const tab = await atAccount(await openBrowser(), person, '/profile');

  await tab.press('#change-email');
  while (tab.address.pathname.startsWith('/j/')) await answer(tab, person);
  await tab.fill('#email', 'ada');
  await tab.press('#submit');
  assert.match(await tab.text('#email-error'), /full e-mail address/);
  person.email = `new-${former}`;
  await tab.fill('#email', person.email);
  await tab.press('#submit');
  assert.match(await tab.text('#wished'), new RegExp(person.email));
  await tab.visit(await linkMailedTo(person.email, /^Confirm your new e-mail address/));
  await tab.press('#submit');
  await tab.press('#continue');
  assert.match(await tab.text('#address'), new RegExp(person.email));

  const owner = await (await openBrowser()).tab(await linkMailedTo(former, /was changed$/));
  await owner.press('#submit');
  assert.match(await owner.text('h1'), /^Your address is back/);
  await owner.press('#continue');
  await tab.reload();
  assert.equal(tab.step, 'identify');
});

story('what is known is shown, and given away as a file', async (openBrowser) => {
  const person = Person.make();
  const tab = await atAccount(await openBrowser(), person, '/profile');

  await tab.press('#show-data');
  while (tab.address.pathname.startsWith('/j/')) await answer(tab, person);
  assert.match(await tab.text('#account'), new RegExp(person.email));
  assert.match(await tab.text('#sign_ins'), /Linux/);
  const download = tab.page.waitForEvent('download');
  await tab.page.click('#submit');
  const file = await download;
  assert.equal(file.suggestedFilename(), 'personal-data.json');
  const copy = JSON.parse(readFileSync(await file.path(), 'utf8'));
  assert.equal(copy.data.account[0].email, person.email);
});

story('an account is deleted, and a sign-in keeps it', async (openBrowser) => {
  const person = Person.make();
  const tab = await atAccount(await openBrowser(), person, '/profile');

  await tab.press('#delete-account');
  while (tab.address.pathname.startsWith('/j/')) await answer(tab, person);
  await tab.press('#submit');
  assert.match(await tab.text('h1'), /^Your account will be deleted/);
  await tab.press('#continue');
  await linkMailedTo(person.email, /will be deleted$/, /\/account/);

  const again = await atAccount(await openBrowser(), person);
  assert.equal(await again.text('#account-name'), person.email);
  await linkMailedTo(person.email, /is kept$/);
});

story('a device is signed out from another one, and then all others', async (openBrowser) => {
  const person = Person.make();
  const here = await atAccount(await openBrowser(), person);
  const phone = await atAccount(await openBrowser(), person);
  const laptop = await atAccount(await openBrowser(), person);

  await here.press('#to-sessions');
  assert.match(await here.text('#here'), /Chrom.* on .*Linux[\s\S]*This device/);
  assert.equal(await here.page.locator('.things > li').count(), 3);
  await here.press('#end-3');
  assert.equal(await here.text('#notice'), 'Signed out there.');
  await here.press('#end-all');
  assert.equal(await here.page.locator('.things > li').count(), 1);

  for (const tab of [phone, laptop]) {
    await tab.reload();
    assert.equal(tab.step, 'identify');
  }
});

story('an application that lost access is signed in to no more, and asks again', async (openBrowser) => {
  const person = Person.make();
  const browser = await openBrowser();
  const application = await browser.tab(firstClient);
  await signIn(application, person);

  const tab = await atAccount(browser, person, '/applications');
  assert.match(await tab.text('#application-1'), /Know that it’s you/);
  await tab.press('#withdraw-1');
  assert.equal(await tab.text('#notice'), 'Access removed.');
  assert.ok(!(await tab.has('#application-1')));

  await application.press('#refresh');
  assert.equal(await application.text('#error-code'), 'invalid_grant');
  assert.ok((await signIn(application, person)).includes('consent'));
  await assertSignedIn(application);
});

story('an authenticator app is set up and removed, and the password is changed', async (openBrowser) => {
  const person = Person.make();
  const tab = await atAccount(await openBrowser(), person, '/security');

  await tab.press('#set-up-totp');
  await answerTotp(tab, person);
  assert.equal(tab.step, 'recovery-codes');
  await tab.press('#submit');
  assert.match(await tab.text('#recovery-codes'), /10\W? codes left/);

  await tab.press('#change-password');
  person.password = 'seven boats behind the lighthouse';
  await tab.fill('#password', person.password);
  await tab.press('#submit');
  assert.match(await tab.text('#notice'), /^Your password is changed/);

  await tab.press('#remove-totp');
  await tab.press('#submit');
  assert.equal(await tab.text('#notice'), 'The authenticator app is removed.');
  assert.ok(!(await tab.has('#recovery-codes')));
});

async function answerTotp(tab, person) {
  person.totpSecret = await tab.text('#secret');
  await tab.fill('#code', await person.nextCode());
  await tab.press('#submit');
}

if (scriptsAllowed) {
  story('a passkey is added, named and removed, and the browser forgets it', async (openBrowser) => {
    const person = Person.make();
    const tab = await atAccount(await openBrowser(), person, '/security');
    const authenticator = await Authenticator.in(tab);

    await tab.press('#manage-passkeys');
    await tab.press('#add-passkey');
    await tab.press('#passkey');
    assert.equal(tab.step, 'recovery-codes');
    await tab.press('#submit');
    await tab.press('#manage-passkeys');
    await tab.press('#name-1');
    await tab.fill('#passkey_name', 'Blue key');
    await tab.press('#submit');
    assert.match(await tab.text('#passkey-1'), /Blue key[\s\S]*Not used yet/);
    assert.equal((await authenticator.passkeys()).length, 1);

    await tab.press('#remove-1');
    assert.equal(await tab.text('#subject'), 'Blue key');
    await tab.press('#submit');
    assert.equal(await tab.text('#notice'), 'The passkey is removed.');
    assert.ok(!(await tab.has('#passkey-1')));
    assert.equal(await left(authenticator), 0);
  });
} else {
  story('without scripts the page that adds a passkey says so and can be left', async (openBrowser) => {
    const person = Person.make();
    const tab = await atAccount(await openBrowser(), person, '/security/passkeys');

    await tab.press('#add-passkey');
    assert.ok(await tab.has('[data-without-passkeys]:visible'));
    await tab.press('#skip');
    assert.equal(tab.address.pathname, '/account/security');
  });
}

/** How many passkeys an authenticator holds once it has heard what the page says; waits for it a moment. */
async function left(authenticator) {
  let passkeys = await authenticator.passkeys();
  for (let tries = 0; passkeys.length && tries < 20; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    passkeys = await authenticator.passkeys();
  }
  return passkeys.length;
}
