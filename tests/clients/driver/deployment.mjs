// Reads the description of a deployment, the JSON that `portreeve demo` writes: issuer, users[], clients[].
// Owns which of its clients and users stand for what; how to log in is left to the login files.

import { readFileSync } from 'node:fs';

/**
 * @typedef {object} Client
 * @property {string} client_id
 * @property {string} [client_secret] absent for a public client
 * @property {string[]} redirect_uris empty for a client without users
 * @property {string[]} [post_logout_redirect_uris]
 */

/** Returns the one entry of a list that fits, or fails with what was looked for. */
function find(list, what, fits) {
  const found = (list ?? []).find(fits);
  if (!found) throw new Error(`the deployment has no ${what}`);
  return found;
}

export class Deployment {
  constructor(description) {
    this.issuer = description.issuer;
    this.users = description.users;
    this.authority = description.ca_file;
    this.stranger = description.stranger;
    this.trustedIssuer = description.trusted_issuer;
    this.clients = description.clients.map((client) => ({ redirect_uris: [], ...client }));
  }

  /** Reads a description from a file. */
  static read(path) {
    return new Deployment(JSON.parse(readFileSync(path, 'utf8')));
  }

  /** A user who logs in with a password alone: the first, or the one that CHECKED_USER=last says. */
  get user() {
    const users = process.env.CHECKED_USER === 'last' ? this.users.toReversed() : this.users;
    return find(users, 'user with a password alone', (user) => !user.totp_secret);
  }

  /** A user who needs a one-time code as well, or undefined. */
  get twoFactorUser() {
    return this.users.find((user) => user.totp_secret);
  }

  /** @returns {Client} a client without a secret whose users come back to a redirect URI */
  get publicClient() {
    return find(this.clients, 'public client', (client) => !client.client_secret && client.redirect_uris.length > 0);
  }

  /** @returns {Client} a client with a secret whose users come back to a redirect URI */
  get confidentialClient() {
    return find(
      this.clients,
      'confidential client',
      (client) => client.client_secret && client.redirect_uris.length > 0,
    );
  }

  /** @returns {Client} a client that acts for itself; gateways, which only introspect, are told apart by their note */
  get serviceClient() {
    return find(
      this.clients,
      'service client',
      (client) =>
        client.client_secret &&
        client.redirect_uris.length === 0 &&
        !/gateway|introspect|backchannel/i.test(client.note ?? ''),
    );
  }

  /** @returns {Client} a client that asks by the back channel, by its note */
  get backchannelClient() {
    return find(this.clients, 'backchannel client', (client) => /backchannel/i.test(client.note ?? ''));
  }

  /** @returns {Client} a client on a device without a browser, by its note */
  get deviceClient() {
    return find(this.clients, 'device client', (client) => /device/i.test(client.note ?? ''));
  }

  /** @returns {Client} the client of an identifier, for the deployments of deployment/cast.mjs */
  client(id) {
    return find(this.clients, `client ${id}`, ({ client_id }) => client_id === id);
  }

  /** Whether the issuer speaks plain HTTP, which client libraries refuse unless told. */
  get isPlainHttp() {
    return this.issuer.startsWith('http:');
  }
}
