// A browser without script: cookies, redirects, refreshes and forms.
// Owns reading a page's forms and submitting one; which values belong in them is left to the login files.

import { CookieJar } from 'tough-cookie';
import { parse } from 'node-html-parser';

/** More pages than any login has; the same page again and again means an answer was refused. */
const MAX_STEPS = 24;

/** A form as a page shows it: where it goes, what it holds, which buttons send it. */
class Form {
  constructor(element, root, pageUrl) {
    const id = element.getAttribute('id');
    const outside = id ? root.querySelectorAll(`[form="${id}"]`) : [];
    const controls = [...element.querySelectorAll('input, button, select, textarea'), ...outside];
    this.action = new URL(decode(element.getAttribute('action')) || pageUrl, pageUrl).href;
    this.method = (element.getAttribute('method') ?? 'get').toUpperCase();
    this.submitters = controls.filter(isSubmitter).map(nameAndValue);
    this.fields = controls.filter((control) => !isSubmitter(control) && isSuccessful(control)).map(nameAndValue);
    this.names = new Set(controls.map((control) => control.getAttribute('name')));
  }

  /** Returns the button of a name (and value), or undefined. */
  submitter(name, value) {
    return this.submitters.find((button) => button.name === name && (value === undefined || button.value === value));
  }
}

function typeOf(control) {
  const fallback = control.rawTagName.toLowerCase() === 'button' ? 'submit' : 'text';
  return (control.getAttribute('type') ?? fallback).toLowerCase();
}

function isSubmitter(control) {
  return typeOf(control) === 'submit';
}

/** Whether a browser would send the control: boxes only when checked, nothing without a name. */
function isSuccessful(control) {
  const type = typeOf(control);
  if (!control.getAttribute('name') || control.hasAttribute('disabled') || type === 'button') return false;
  return !['checkbox', 'radio'].includes(type) || control.hasAttribute('checked');
}

function nameAndValue(control) {
  return { name: control.getAttribute('name'), value: decode(control.getAttribute('value')) ?? '' };
}

// The parser decodes attributes already; this only maps absent to undefined.
function decode(value) {
  return value === null ? undefined : value;
}

/** A page as a user without script sees it. */
class Page {
  constructor(url, status, html) {
    const root = parse(html);
    this.url = url;
    this.status = status;
    this.text = root.textContent.replace(/\s+/g, ' ').trim();
    this.forms = root.querySelectorAll('form').map((form) => new Form(form, root, url));
    this.links = root.querySelectorAll('a[href]').map((link) => ({
      id: link.getAttribute('id'),
      href: new URL(decode(link.getAttribute('href')), url).href,
    }));
    const refresh = root.querySelector('meta[http-equiv=refresh i]');
    this.refresh = refresh ? decode(refresh.getAttribute('content')) : undefined;
  }
}

export class Browser {
  /** @param {object} [cookies] what `serialize` returned */
  constructor(cookies) {
    // Cookies of localhost and of loopback addresses are needed here.
    const options = { rejectPublicSuffixes: false, looseMode: true };
    this.jar = cookies ? CookieJar.fromJSON(cookies) : new CookieJar(undefined, options);
  }

  /** Returns the cookies as plain data. */
  serialize() {
    return this.jar.toJSON();
  }

  /**
   * Opens an address and answers every page until the browser would leave for `until`, which is not fetched.
   *
   * `answer(page)` returns `{ form, values, submitter }`, `{ link }`, or undefined when the page asks for nothing.
   * Returns the address the browser would leave for, or the last page's when a page asks for nothing.
   */
  async visit(start, until, answer) {
    let request = { url: start, method: 'GET' };
    for (let step = 0; step < MAX_STEPS; step += 1) {
      if (isAt(request.url, until)) return request.url;
      const response = await this.#fetch(request);
      const location = response.headers.get('location');
      if (response.status >= 300 && response.status < 400 && location) {
        request = redirected(request, response.status, new URL(location, request.url).href);
        continue;
      }
      const page = new Page(request.url, response.status, await response.text());
      const onward = refreshTarget(page, response.headers.get('refresh'));
      const reply = onward ? undefined : answer(page);
      if (onward) {
        request = { url: onward, method: 'GET' };
      } else if (reply?.link) {
        request = { url: reply.link, method: 'GET' };
      } else if (reply) {
        request = submission(reply);
      } else if (page.status >= 400) {
        throw new Error(`${page.status} at ${withoutQuery(page.url)}: ${page.text.slice(0, 300)}`);
      } else {
        return page.url;
      }
    }
    throw new Error(`no end after ${MAX_STEPS} pages; last at ${withoutQuery(request.url)}`);
  }

  async #fetch({ url, method, body }) {
    const cookie = await this.jar.getCookieString(url);
    const response = await fetch(url, {
      method,
      body,
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        ...(cookie ? { cookie } : {}),
        // What a browser sends with a form of the same site.
        ...(method === 'POST' ? { origin: new URL(url).origin, 'sec-fetch-site': 'same-origin' } : {}),
      },
    });
    for (const line of response.headers.getSetCookie()) {
      await this.jar.setCookie(line, url, { ignoreError: true });
    }
    return response;
  }
}

/** Whether an address is a redirect URI: the same but for query and fragment. */
function isAt(url, until) {
  if (!until) return false;
  const strip = (address) => address.split(/[?#]/)[0];
  return strip(url) === strip(until);
}

function withoutQuery(url) {
  return url.split('?')[0];
}

/** After 307 and 308 the request is repeated, after the others a GET follows. */
function redirected(request, status, url) {
  return status === 307 || status === 308 ? { ...request, url } : { url, method: 'GET' };
}

/** Returns where `Refresh: 0; url=…`, as a header or an element, leads, or undefined. */
function refreshTarget(page, header) {
  const target = /^\s*\d+\s*[;,]\s*url\s*=\s*['"]?([^'"]+)/i.exec(header ?? page.refresh ?? '');
  return target ? new URL(target[1].trim(), page.url).href : undefined;
}

function submission({ form, values = {}, submitter }) {
  const fields = new URLSearchParams();
  const filled = new Set();
  for (const { name, value } of form.fields) {
    fields.append(name, values[name] ?? value);
    filled.add(name);
  }
  for (const [name, value] of Object.entries(values)) {
    if (!filled.has(name)) fields.append(name, value);
  }
  if (submitter?.name) fields.append(submitter.name, submitter.value);
  if (form.method === 'POST') return { url: form.action, method: 'POST', body: fields };
  const url = new URL(form.action);
  url.search = fields.toString();
  return { url: url.href, method: 'GET' };
}
