// The mails of the demo, as they lie in its folder. Owns waiting for one and finding its link.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { mailFolder } from './deployment.mjs';

/** Waits for a mail to `address` whose subject matches, and returns the link in it whose path begins like `path`. */
export async function linkMailedTo(address, subject, path = /\/link\//) {
  for (let tries = 0; tries < 80; tries += 1) {
    const mail = mails().find(({ to, title }) => to === address && subject.test(title));
    const link = mail?.text.match(new RegExp(`https?://[^\\s/"]+${path.source}[^\\s"]*`));
    if (link) return link[0];
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`no mail to ${address} about ${subject}`);
}

/** Waits until `count` mails with a code have come to `address`, and returns the code of the newest. */
export async function codeMailedTo(address, count) {
  for (let tries = 0; tries < 80; tries += 1) {
    const codes = mails().filter(({ to }) => to === address).flatMap(({ text }) => text.match(/^\d{6}(?=\s*$)/m) ?? []);
    if (codes.length >= count) return codes[0];
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`no ${count} mails with a code to ${address}`);
}

/** Every mail, the newest first. */
function mails() {
  const names = readdirSync(mailFolder).filter((name) => name.endsWith('.eml'));
  return names.sort().reverse().map((name) => read(readFileSync(join(mailFolder, name), 'utf8')));
}

/** Recipient, subject and words: RFC 5322 with bodies in quoted-printable (RFC 2045 §6.7) or as they are. */
function read(source) {
  const headers = source.slice(0, source.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
  const field = (name) => headers.match(new RegExp(`^${name}: (.*)$`, 'mi'))?.[1].trim() ?? '';
  const text = source.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return { to: field('To').replace(/^<|>$/g, ''), title: field('Subject'), text };
}
