// oidc-agent, which keeps somebody's tokens at a terminal: the device flow, and everything that follows from it.
// The agent is a daemon of this program's own, with its socket and its files in a folder that is removed.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { holds, refused, run, same } from './checks.mjs';

const PATIENCE_MS = 30_000;
const SCOPE = 'openid offline_access';
/** What `oidc-gen` says while it waits for the person. */
const INSTRUCTIONS = /visit:\s*(?<address>https:\S+)[\s\S]*enter the code:\s*(?<code>\S+)/;

const folder = mkdtempSync(join(tmpdir(), 'oidc-agent-'));
const file = (name) => join(folder, name);
const socket = file('socket');
/** Its files are in the home of its user, and sealed by a password. */
const env = { ...process.env, HOME: folder, OIDC_SOCK: socket };
writeFileSync(file('password'), randomBytes(16).toString('hex'), { mode: 0o600 });
const sealed = `--pw-file=${file('password')}`;

/** Starts the agent and waits until it listens. */
async function startAgent() {
  const agent = spawn('oidc-agent', ['--console', '--json', `--socket-path=${socket}`], { env, stdio: 'ignore' });
  for (const end = Date.now() + PATIENCE_MS; !existsSync(socket); await sleep(20)) {
    holds(Date.now() < end && agent.exitCode === null, 'oidc-agent does not listen');
  }
  return agent;
}

/** Ends the agent, and with it what it knew. */
async function stopAgent(agent) {
  const ended = new Promise((exit) => agent.once('exit', exit));
  agent.kill();
  await ended;
  rmSync(socket, { force: true });
}

/** Runs a command of the agent's; what it prints goes to `listen`. Returns that, or fails with it. */
function command(name, arguments_, listen = () => {}) {
  const child = spawn(name, arguments_, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: PATIENCE_MS });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      printed += chunk;
      listen(printed);
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(printed.trim()) : reject(new Error(`${name}: ${printed}`))));
  });
}

/** Makes an account: the person reads address and code at the terminal and, at a browser, types the code and `decides`. */
async function enrol(surroundings, account, decides) {
  const { deployment, browser } = surroundings;
  const { client_id, client_secret } = deployment.client('terminal');
  const person = Promise.withResolvers();
  const options = ['--flow=device', `--iss=${deployment.issuer}`, `--cp=${deployment.authority}`, `--scope=${SCOPE}`];
  const client = [`--client-id=${client_id}`, `--client-secret=${client_secret}`];
  const silent = [sealed, '--prompt=none', '--confirm-default', '--no-url-call'];
  const made = command('oidc-gen', [account, ...options, ...client, ...silent], (printed) => {
    const told = INSTRUCTIONS.exec(printed)?.groups;
    if (told) person.resolve(told);
  });
  const { address, code } = await Promise.race([person.promise, made.then((printed) => Promise.reject(new Error(printed)))]);
  await Promise.all([made, browser.visit(address, undefined, (page) => typed(code, decides(surroundings, page)))]);
}

/** The answer to a page, with the code where the page wants it. */
function typed(code, reply) {
  return reply?.form.names.has('user_code') ? { ...reply, values: { ...reply.values, user_code: code } } : reply;
}

const agrees = ({ answer, deployment }, page) => answer(page, deployment.user);

/** As who agrees, up to the button that says no; the control then asks for another code, and nobody has one. */
function declines() {
  let declined = false;
  return (surroundings, page) => {
    if (declined) return undefined;
    const form = page.forms.find((candidate) => refusalIn(candidate));
    declined = form !== undefined;
    return form ? { form, submitter: refusalIn(form) } : agrees(surroundings, page);
  };
}

const refusalIn = (form) => form.submitter('decision', 'deny') ?? form.submitter('abort');

/** Returns an access token of an account, as an application at the terminal asks for it. */
const token = (account, ...options) => command('oidc-token', [...options, account]);

/** Returns what the issuer says of a token to the client at the terminal. */
async function introspection(deployment, access_token) {
  const { client_id, client_secret } = deployment.client('terminal');
  const metadata = await (await fetch(`${deployment.issuer}/.well-known/openid-configuration`)).json();
  const response = await fetch(metadata.introspection_endpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` },
    body: new URLSearchParams({ token: access_token }),
  });
  return response.json();
}

let agent = await startAgent();

const checks = [
  [
    'a person types the code of a terminal and agrees; the terminal has a live token',
    async (surroundings) => {
      await enrol(surroundings, 'work', agrees);
      const { active, client_id, scope } = await introspection(surroundings.deployment, await token('work'));
      same(active, true, 'active');
      same(client_id, 'terminal', 'client_id');
      same(scope, SCOPE, 'scope');
    },
  ],
  [
    'the refresh token gives other access tokens, and ones of a smaller scope',
    async ({ deployment }) => {
      const before = await token('work');
      same(await token('work'), before, 'a token that is fresh enough');
      const after = await token('work', '--force-new');
      holds(after !== before, 'the access token is the old one');
      same((await introspection(deployment, after)).active, true, 'active');
      const narrow = await token('work', '--scope=openid');
      same((await introspection(deployment, narrow)).scope, 'openid', 'scope');
    },
  ],
  [
    'an agent that starts again goes on with what it had written down',
    async ({ deployment }) => {
      await stopAgent(agent);
      agent = await startAgent();
      await command('oidc-add', ['work', sealed]);
      same((await introspection(deployment, await token('work'))).active, true, 'active');
    },
  ],
  [
    'an account that is deleted is revoked, with every token of it',
    async ({ deployment }) => {
      const last = await token('work');
      await command('oidc-gen', ['--delete', 'work', sealed, '--prompt=none', '--confirm-yes']);
      same((await introspection(deployment, last)).active, false, 'active');
    },
  ],
  [
    'a person says no, and the terminal has nothing',
    async (surroundings) => {
      await refused(enrol(surroundings, 'declined', declines()), 'the terminal', ({ message }) => /access_denied/.test(message));
      await refused(token('declined'), 'an account that nobody agreed to');
    },
  ],
];

try {
  await run('oidc-agent', checks);
} finally {
  await stopAgent(agent);
  rmSync(folder, { recursive: true });
}
