// Chromium itself: where it is, and how it is started.
//
//   CHROMIUM   the program, where it is not /usr/bin/chromium

import { existsSync } from 'node:fs';

import { chromium } from 'playwright-core';

const PROGRAMS = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts Chromium; the caller closes it. */
export function start() {
  const executablePath = PROGRAMS.find((program) => program && existsSync(program));
  if (!executablePath) throw new Error('Chromium is missing; run scripts/install test');
  return chromium.launch({ executablePath, args: FLAGS });
}
