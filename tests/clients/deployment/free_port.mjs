// Ports of this machine.

import { createServer } from 'node:net';

/** Returns a port that nobody listened on a moment ago. */
export async function freePort() {
  const server = createServer();
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}
