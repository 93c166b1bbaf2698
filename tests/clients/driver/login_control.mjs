// Answers the development pages of the npm package oidc-provider: login, consent and logout.

/** Returns the answer to a page, or undefined when it asks for nothing. */
export function answer(page, user) {
  for (const form of page.forms) {
    if (form.names.has('login')) {
      return { form, values: { login: user.email, password: user.password }, submitter: form.submitters[0] };
    }
    // The code of a device, typed and confirmed.
    if (form.names.has('user_code')) return { form, submitter: form.submitters.find(({ name }) => name !== 'abort') };
    const confirm = form.submitter('logout', 'yes');
    if (confirm) return { form, submitter: confirm };
    if (form.fields.some(({ name, value }) => name === 'prompt' && value === 'consent')) {
      return { form, submitter: form.submitters[0] };
    }
  }
  return undefined;
}
