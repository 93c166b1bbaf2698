// What must hold for every page of the issuer, whatever the story: headers, cookies, policy, requests, console.
// Owns collecting what is wrong; the story fails at its end when there is anything. SECURITY rules 20-22, S-095, S-130.

import { issuer, relyingParty } from './deployment.mjs';

const OWN_ORIGINS = [issuer, relyingParty];
/** The one cookie that scripts may read: it says that a sign-in has changed, and nothing else. */
const FOR_SCRIPTS = /^(__Host-)?portreeve_state(-[a-z0-9-]+)?=/;

/** The headers of a page, by name in lower case, and what each must look like. */
const PAGE_HEADERS = {
  'content-security-policy': /default-src 'none'.*frame-ancestors 'none'/,
  'x-content-type-options': /^nosniff$/,
  'x-frame-options': /^DENY$/,
  'referrer-policy': /^(same-origin|no-referrer)$/,
  'cache-control': /no-store/,
};

export class Watch {
  constructor(context) {
    /** What was wrong, each with the address where it was. */
    this.complaints = [];
    this.underWay = [];
    this.origins = [...OWN_ORIGINS];
    context.on('request', (request) => this.#checkRequest(request));
    context.on('response', (response) => this.underWay.push(this.#checkResponse(response)));
    context.on('console', (message) => this.#checkMessage(message));
    context.on('weberror', (event) => this.complain(event.page()?.url(), `script error: ${event.error()}`));
  }

  /** Takes requests to an application of the story's own for right. */
  expect(origin) {
    this.origins.push(origin);
  }

  complain(address, what) {
    this.complaints.push(`${address}: ${what}`);
  }

  /** Listens to what Chromium itself objects to in a tab; this needs no script in the page. */
  async follow(page) {
    const session = await page.context().newCDPSession(page);
    session.on('Audits.issueAdded', ({ issue }) => {
      if (issue.code === 'ContentSecurityPolicyIssue' || issue.code === 'QuirksModeIssue') {
        this.complain(page.url(), `${issue.code} ${JSON.stringify(issue.details)}`);
      }
    });
    await session.send('Audits.enable');
  }

  /** Waits for checks that still run and returns all complaints. */
  async verdict() {
    await Promise.allSettled(this.underWay);
    return this.complaints;
  }

  #checkRequest(request) {
    if (!this.origins.includes(new URL(request.url()).origin)) {
      this.complain(request.frame().url(), `a request to ${request.url()}`);
    }
  }

  async #checkResponse(response) {
    if (new URL(response.url()).origin !== issuer) return;
    for (const { name, value } of await response.headersArray()) {
      if (name.toLowerCase() === 'set-cookie' && !/; *HttpOnly(;|$)/i.test(value) && !FOR_SCRIPTS.test(value)) {
        this.complain(response.url(), `a cookie without HttpOnly: ${value.split('=')[0]}`);
      }
    }
    if (response.request().resourceType() !== 'document') {
      if (response.status() >= 400) this.complain(response.url(), `status ${response.status()}`);
      return;
    }
    const headers = response.headers();
    for (const [name, expected] of Object.entries(PAGE_HEADERS)) {
      if (!expected.test(headers[name] ?? '')) this.complain(response.url(), `${name}: ${headers[name] ?? 'missing'}`);
    }
  }

  #checkMessage(message) {
    // The status of a page itself is the story's business; those of its parts are seen above.
    const isStatus = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isStatus) this.complain(message.location().url, message.text());
  }
}
