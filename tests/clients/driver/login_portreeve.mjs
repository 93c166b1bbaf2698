// Answers Portreeve's pages by the names of their inputs: email, password, code; consent by decision=allow.

import { oneTimeCode } from './one_time_code.mjs';

/** Where people find what waits for their decision. */
export const approvals = '/approve';

/** Returns the answer to a page, or undefined when it asks for nothing. */
export function answer(page, user) {
  // The list of what waits: the person opens the first.
  const waiting = page.links.find(({ id }) => id === 'request-1');
  if (waiting) return { link: waiting.href };
  for (const form of page.forms) {
    const allow = form.submitter('decision', 'allow');
    if (allow) return { form, submitter: allow, values: form.names.has('own_device') ? { own_device: 'yes' } : {} };
    const signOut = form.submitter('decision', 'sign_out');
    if (signOut) return { form, submitter: signOut };
    const values = {
      ...(form.names.has('email') && { email: user.email }),
      ...(form.names.has('password') && { password: user.password }),
      ...(form.names.has('code') && { code: oneTimeCode(user.totp_secret) }),
    };
    const submitter = form.submitter('submit') ?? form.submitters[0];
    // The code of a device is in the page already; the person compares and goes on.
    if (Object.keys(values).length > 0 || form.names.has('user_code')) return { form, values, submitter };
    // A page that only asks to confirm, such as the one for logout.
    if (form.submitter('submit')) return { form, submitter };
  }
  return undefined;
}
