// An authenticator inside Chromium, as the browser's own automation makes it: it holds passkeys and verifies its person
// without anybody there. Owns what it holds; the pages are asked by their own script.

/** As a phone or laptop is: discoverable credentials, and a screen lock. */
const PLATFORM = {
  protocol: 'ctap2',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
};

export class Authenticator {
  /** Plugs an authenticator into a tab; `touches` says whether its person answers every request at once. */
  static async in(tab, { touches = true } = {}) {
    const authenticator = new Authenticator();
    authenticator.session = await tab.page.context().newCDPSession(tab.page);
    await authenticator.session.send('WebAuthn.enable');
    const options = { ...PLATFORM, automaticPresenceSimulation: touches };
    const { authenticatorId } = await authenticator.session.send('WebAuthn.addVirtualAuthenticator', { options });
    authenticator.id = authenticatorId;
    return authenticator;
  }

  /** Lets its person answer every request from now on; one that waits already goes on waiting. */
  touch() {
    return this.session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: this.id, enabled: true });
  }

  /** Lets nobody answer. */
  rest() {
    return this.session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: this.id, enabled: false });
  }

  /** Lets the screen lock fail from now on, or hold again. */
  verifies(isUserVerified) {
    return this.session.send('WebAuthn.setUserVerified', { authenticatorId: this.id, isUserVerified });
  }

  async passkeys() {
    const { credentials } = await this.session.send('WebAuthn.getCredentials', { authenticatorId: this.id });
    return credentials;
  }

  /** Holds the same passkey as another one: a synced copy. */
  async copyFrom(other) {
    for (const credential of await other.passkeys()) {
      await this.session.send('WebAuthn.addCredential', { authenticatorId: this.id, credential });
    }
  }
}
