// Loads an address as a browser does that goes there.
// `fetch` always says `Sec-Fetch-Mode: cors`, and mod_auth_openidc then answers 401 in the place of a redirect to the issuer.

import { request } from 'node:https';

/** Takes the address and options of `fetch` as the driver gives them; a body is a URLSearchParams. Follows no redirect. */
export function navigate(url, { method = 'GET', headers = {}, body } = {}) {
  const form = body && { 'content-type': 'application/x-www-form-urlencoded' };
  const navigation = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', ...form };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers: { ...headers, ...navigation } }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve(received(response, Buffer.concat(chunks))));
    });
    sent.on('error', reject);
    sent.end(body?.toString());
  });
}

function received({ statusCode: status, rawHeaders }, content) {
  const headers = new Headers();
  for (let at = 0; at < rawHeaders.length; at += 2) headers.append(rawHeaders[at], rawHeaders[at + 1]);
  return new Response(content.length > 0 ? content : null, { status, headers });
}
