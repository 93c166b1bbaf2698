// Looks with axe at every page and mail that `portreeve pages render` wrote: people who do not see, point or read small
// text must be able to use each. Prints what is wrong, and ends with 1 then.
//
//   node axe.mjs FOLDER
//
// WCAG 2.2 A and AA, and what axe calls best practice; in English, and in Arabic because it runs from right to left.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import axe from 'axe-core';

import { start } from './driver/chromium.mjs';

/** How a page is looked at: window in CSS pixels, colours, and the languages. */
const LOOKS = [
  { viewport: { width: 320, height: 640 }, colorScheme: 'light', languages: ['en', 'ar'] },
  { viewport: { width: 1280, height: 800 }, colorScheme: 'dark', languages: ['en'] },
];
/** Every look there is: `node axe.mjs FOLDER all`, some minutes. */
const EVERY_LOOK = [320, 1280].flatMap((width) =>
  ['light', 'dark'].map((colorScheme) => {
    const languages = ['en', 'de', 'fr', 'es', 'ar'];
    return { viewport: { width, height: 800 }, colorScheme, languages };
  }),
);
/** A mail is shown inside the page of whoever reads it, which has the landmarks. */
const RULES_OF_MAILS = { 'landmark-one-main': { enabled: false }, region: { enabled: false } };

/** Every page of a language, as a path from `folder` on. */
function pages(folder, language) {
  const names = readdirSync(join(folder, language), { recursive: true }).map((name) => join(language, name));
  return names.filter((name) => name.endsWith('.html'));
}

/** What axe objects to on the page that is open, each with the first element it is about. */
async function violations(page, rules) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate((rules) => window.axe.run(document, { rules }), rules);
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0].html}`);
}

/** Looks at every page one way and returns how many there were, and what is wrong. */
async function look(chrome, folder, { languages, ...way }) {
  const context = await chrome.newContext({ ...way, bypassCSP: true });
  // A page that leads on by itself, with a script or without, must stay to be looked at.
  await context.route(/^https?:|\.js$/, (route) => route.abort('aborted'));
  const page = await context.newPage();
  const names = languages.flatMap((language) => pages(folder, language));
  const wrong = [];
  for (const name of names) {
    await page.goto(pathToFileURL(join(folder, name)).href);
    const found = await violations(page, name.includes('/mail/') ? RULES_OF_MAILS : {});
    wrong.push(...found.map((what) => `${name}, ${way.viewport.width} px, ${way.colorScheme}: ${what}`));
  }
  return { looked: names.length, wrong };
}

const [folder, extent] = process.argv.slice(2);
const chrome = await start();
try {
  const seen = await Promise.all((extent === 'all' ? EVERY_LOOK : LOOKS).map((way) => look(chrome, folder, way)));
  const looked = seen.reduce((sum, part) => sum + part.looked, 0);
  const wrong = seen.flatMap((part) => part.wrong);
  console.log([...wrong, `looked ${looked} times, ${wrong.length} violations`].join('\n'));
  process.exitCode = wrong.length === 0 && looked > 0 ? 0 : 1;
} finally {
  await chrome.close();
}
