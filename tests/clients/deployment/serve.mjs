// Portreeve with the clients of cast.mjs: over TLS, with a listener of its own for certificates.
//
//   node serve.mjs --binary portreeve --folder FOLDER      prints the issuer when it is ready; ends with its standard input
//
// FOLDER gets demo.json, the certificates, the database and the log.

import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { bank, describe, makeCast, mcp, orders, stock } from './cast.mjs';
import { freePort } from './free_port.mjs';

const PATIENCE_MS = 180_000;
/** What portreeve ends with where a port is taken, and how often other ports are tried. */
const TRY_AGAIN = 75;
const TRIES = 3;

const { values: options } = parseArgs({ options: { binary: { type: 'string' }, folder: { type: 'string' } } });
const { binary, folder } = options;
const file = (name) => join(folder, name);

function settings(ports, { ca_file, server, proofs: { application } }) {
  return `
[server]
listen = "127.0.0.1:${ports.public}"
public_url = "https://localhost:${ports.public}"
tls = { cert = "${server.cert}", key = "${server.key}" }
[server.mutual_tls]
listen = "127.0.0.1:${ports.certificates}"
public_url = "https://localhost:${ports.certificates}"
authorities = "${ca_file}"
[admin]
listen = "127.0.0.1:${ports.admin}"
[database]
url = "sqlite:${file('portreeve.db')}"
[secrets]
key_encryption_key_file = "${file('kek')}"
[mail]
transport = "file:${file('mail')}"
from = "no-reply@id.example"
[outbound]
allow = ["localhost:${application.port}"]
extra_ca = "${ca_file}"
[limits]
drain_delay_ms = 0
`;
}

/** Returns the resources: the cast, and what only this server needs to know of it. */
function resources({ clients, grants, users, trusted_issuer: { issuer, subject, public_jwk } }) {
  const api = (resource) => ({ resource, scopes: ['orders.read'], token_profile: 'rfc9068' });
  const named = [...clients, ...grants].map(({ client_secret, ...client }, index) => {
    if (!client_secret) return client;
    const name = `SECRET_${index}`;
    process.env[name] = client_secret;
    return { ...client, client_secret: { env: name } };
  });
  const text = (title) => ({ type: 'string', title });
  const payment = {
    type: 'payment',
    texts: { en: { title: 'Pay from your account' } },
    schema: { required: ['amount'], properties: { amount: text('Amount'), creditor: text('Paid to') } },
  };
  const people = users.map(({ email, password }, index) => {
    const name = `PASSWORD_${index}`;
    process.env[name] = password;
    return { email, email_verified: true, password: { env: name } };
  });
  // The other issuer knows the first one.
  people[0].links = [{ issuer, subject }];
  return {
    // The profile `oidc` for its hybrid answers.
    tenants: [{ slug: 'default', profile: 'oidc', client_registration: 'open', dpop_nonces: 'required' }],
    resource_servers: [api(orders), api(stock), api(mcp), { ...api(bank), authorization_details_types: [payment] }],
    trusted_issuers: [{ issuer, jwks: { keys: [public_jwk] }, clients: ['agent'], scopes: ['orders.read'] }],
    clients: named,
    users: people,
  };
}

const cast = makeCast(folder, await freePort());
writeFileSync(file('kek'), randomBytes(32).toString('base64url'), { mode: 0o600 });
writeFileSync(file('resources.json'), JSON.stringify(resources(cast)));

const isReady = (admin) =>
  fetch(`http://127.0.0.1:${admin}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );

/** Starts on free ports; somebody else may take one of them before the server does. */
async function start() {
  const ports = { public: await freePort(), certificates: await freePort(), admin: await freePort() };
  writeFileSync(file('portreeve.toml'), settings(ports, cast));
  const run = (...arguments_) => execFileSync(binary, [...arguments_, '--config', file('portreeve.toml')]);
  run('migrate', 'up');
  run('apply', '-f', file('resources.json'));
  const log = openSync(file('log'), 'w');
  const server = spawn(binary, ['serve', '--config', file('portreeve.toml')], { stdio: ['ignore', log, log] });
  let ended;
  server.on('exit', (code) => (ended = code ?? 0));
  for (const end = Date.now() + PATIENCE_MS; !(await isReady(ports.admin)); await sleep(100)) {
    if (ended !== undefined) return { ended };
    if (Date.now() > end) throw new Error('portreeve did not become ready');
  }
  return { server, ports };
}

let started = await start();
for (let tries = 1; started.ended === TRY_AGAIN && tries < TRIES; tries += 1) started = await start();
const { server, ports, ended } = started;
if (!server) throw new Error(`portreeve ended with ${ended}: ${readFileSync(file('log'), 'utf8')}`);
process.stdin.resume();
process.stdin.on('end', () => server.kill());
server.on('exit', (code) => process.exit(code ?? 0));

const issuer = `https://localhost:${ports.public}`;
const known = { ...cast, clients: [...cast.clients, ...cast.grants] };
writeFileSync(file('demo.json'), describe(issuer, known), { mode: 0o600 });
console.log(issuer);
