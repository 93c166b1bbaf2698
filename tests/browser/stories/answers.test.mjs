// How an answer gets to an application, and how a logout does.

import assert from 'node:assert/strict';

import { Application } from '../driver/application.mjs';
import { scriptsAllowed } from '../driver/browser.mjs';
import { issuer, Person } from '../driver/deployment.mjs';
import { answer } from '../driver/journey.mjs';
import { story } from '../driver/story.mjs';

/** Presses what leaves the issuer and waits until the browser has arrived, without a look at what it passes. */
async function leaveBy(tab, selector, address) {
  await Promise.all([
    tab.page.waitForURL((url) => url.href.startsWith(address), { waitUntil: 'commit' }),
    tab.page.click(selector),
  ]);
}

/** Answers pages until the last one, which asks for consent. */
async function upToConsent(tab, person) {
  while (tab.step !== 'consent') await answer(tab, person);
}

story('an answer by form arrives, by itself or by a button, and what was sent as state stays text', async (openBrowser) => {
  const application = await Application.start();
  try {
    const person = Person.make();
    const browser = await openBrowser();
    browser.watch.expect(application.origin);
    const state = '"><script>document.title="taken"</script>&\'';
    const tab = await browser.tab(application.request({ response_mode: 'form_post', state }));
    await upToConsent(tab, person);

    if (scriptsAllowed) {
      await leaveBy(tab, '#allow', application.redirectUri);
    } else {
      await tab.press('#allow');
      assert.equal(application.received('/cb').length, 0);
      await leaveBy(tab, '#continue', application.redirectUri);
    }

    const [request] = application.received('/cb');
    assert.equal(request.method, 'POST');
    const fields = new URLSearchParams(request.body);
    assert.equal(fields.get('state'), state);
    assert.equal(fields.get('iss'), issuer);
    assert.ok(fields.get('code'));
    assert.equal(request.headers.referer, undefined);
  } finally {
    application.stop();
  }
});

story('an application whose callback redirects to another site is reached, and so is its page after a logout', async (openBrowser) => {
  const other = await Application.start();
  const home = `${other.origin}/home`;
  const application = await Application.start({
    passesOn: { '/cb': home, '/bye': home },
    metadata: (origin) => ({ post_logout_redirect_uris: [`${origin}/bye`] }),
  });
  try {
    const person = Person.make();
    const browser = await openBrowser();
    for (const one of [application, other]) browser.watch.expect(one.origin);
    const tab = await browser.tab(application.request());

    await upToConsent(tab, person);
    await tab.press('#allow');

    assert.equal(tab.page.url(), home);
    const [request] = application.received('/cb');
    assert.ok(new URL(request.path, application.origin).searchParams.get('code'));
    assert.equal(request.headers.referer, undefined);
    await tab.back();
    assert.ok(await tab.has('#start-again'), 'what was answered is not asked again');

    const asked = { client_id: application.clientId, post_logout_redirect_uri: `${application.origin}/bye`, state: 'a;b&c' };
    await tab.visit(`${issuer}/oauth2/logout?${new URLSearchParams(asked)}`);
    await tab.press('#submit');
    assert.equal(tab.page.url(), home);
    const [bye] = application.received('/bye');
    assert.equal(new URL(bye.path, application.origin).searchParams.get('state'), 'a;b&c');
  } finally {
    application.stop();
    other.stop();
  }
});

story('a logout that an application asks for by a form of its own signs out', async (openBrowser) => {
  const application = await Application.start({ metadata: (origin) => ({ post_logout_redirect_uris: [`${origin}/bye`] }) });
  application.contents['/leave'] = `<form method="post" action="${issuer}/oauth2/logout">
    <input type="hidden" name="client_id" value="${application.clientId}">
    <input type="hidden" name="post_logout_redirect_uri" value="${application.origin}/bye">
    <button id="leave">Sign out</button></form>`;
  try {
    const person = Person.make();
    const browser = await openBrowser();
    browser.watch.expect(application.origin);
    const tab = await browser.tab(application.request());
    await upToConsent(tab, person);
    await leaveBy(tab, '#allow', application.redirectUri);

    await tab.visit(`${application.origin}/leave`);
    await tab.press('#leave');
    await tab.press('#submit');

    assert.equal(tab.page.url(), `${application.origin}/bye`);
    await tab.visit(application.request());
    assert.equal(tab.step, 'identify');
  } finally {
    application.stop();
  }
});

story('a logout reaches every application in its frame and goes on although one hangs', async (openBrowser) => {
  const metadata = (origin) => ({
    frontchannel_logout_uri: `${origin}/signed-out`,
    post_logout_redirect_uris: [`${origin}/bye`],
  });
  const quick = await Application.start({ metadata });
  const hanging = await Application.start({ metadata, hangs: '/signed-out' });
  try {
    const person = Person.make();
    const browser = await openBrowser();
    for (const application of [hanging, quick]) browser.watch.expect(application.origin);
    const tab = await browser.tab(hanging.request());
    await upToConsent(tab, person);
    await leaveBy(tab, '#allow', hanging.redirectUri);
    await tab.visit(quick.request());
    await leaveBy(tab, '#allow', quick.redirectUri);

    const bye = `${quick.origin}/bye`;
    await tab.visit(
      `${issuer}/oauth2/logout?${new URLSearchParams({ client_id: quick.clientId, post_logout_redirect_uri: bye })}`,
    );
    if (scriptsAllowed) {
      await leaveBy(tab, '#submit', bye);
    } else {
      await Promise.all([tab.page.waitForSelector('#continue'), tab.page.click('#submit', { noWaitAfter: true })]);
      await leaveBy(tab, '#continue', bye);
    }

    for (const application of [quick, hanging]) {
      const [request] = application.received('/signed-out');
      const asked = new URL(request.path, application.origin).searchParams;
      assert.equal(asked.get('iss'), issuer);
      assert.match(asked.get('sid'), /^[0-9a-f]{32}$/);
    }
    await tab.visit(quick.request());
    assert.equal(tab.step, 'identify');
  } finally {
    quick.stop();
    hanging.stop();
  }
});
