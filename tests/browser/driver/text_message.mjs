// The text messages of the demo, as they lie in its folder: the number in the first line.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { textMessageFolder } from './deployment.mjs';

/** Waits until `count` messages have come to `number`, a plus sign and digits, and returns the newest. */
export async function textedTo(number, count) {
  for (let tries = 0; tries < 80; tries += 1) {
    const texts = messages().filter((text) => text.startsWith(`${number}\n`));
    if (texts.length >= count) return texts[0];
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`no ${count} text messages to ${number}`);
}

/** Every message, the newest first. */
function messages() {
  const files = readdirSync(textMessageFolder).filter((name) => name.endsWith('.txt'));
  const dated = files.map((name) => join(textMessageFolder, name)).map((path) => [statSync(path).mtimeMs, path]);
  return dated.sort(([a], [b]) => b - a).map(([, path]) => readFileSync(path, 'utf8'));
}
