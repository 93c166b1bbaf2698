// Answers Portreeve's pages by the names of their inputs: email, password, code; consent by decision=allow.

import { oneTimeCode } from './one_time_code.mjs';

/** Returns the answer to a page, or undefined when it asks for nothing. */
export function answer(page, user) {
  for (const form of page.forms) {
    const allow = form.submitter('decision', 'allow');
    if (allow) return { form, submitter: allow };
    const values = {
      ...(form.names.has('email') && { email: user.email }),
      ...(form.names.has('password') && { password: user.password }),
      ...(form.names.has('code') && { code: oneTimeCode(user.totp_secret) }),
    };
    const submitter = form.submitter('submit') ?? form.submitters[0];
    if (Object.keys(values).length > 0) return { form, values, submitter };
    // A page that only asks to confirm, such as the one for logout.
    if (form.submitter('submit')) return { form, submitter };
  }
  return undefined;
}
