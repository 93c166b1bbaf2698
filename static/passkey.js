// Asks the browser for a passkey and sends its answer with the form (Web Authentication Level 3 §5.1). Without this script,
// or without passkeys in the browser, the form stays hidden, and the page's other ways are there.
const form = document.getElementById('passkey-form');
const options = JSON.parse(form.dataset.options);
const remembered = 'passkey';
let asking = null;

function bytes(text) {
  return Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0));
}

function base64url(buffer) {
  const text = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return text.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

function question() {
  const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));
  const asked = { ...options, challenge: bytes(options.challenge) };
  if (options.user) {
    asked.user = { ...options.user, id: bytes(options.user.id) };
    asked.excludeCredentials = known(options.excludeCredentials);
  } else {
    asked.allowCredentials = known(options.allowCredentials);
  }
  return asked;
}

function answer({ id, rawId, type, response }, extensions) {
  const told = { clientDataJSON: base64url(response.clientDataJSON) };
  if (response.attestationObject) {
    told.attestationObject = base64url(response.attestationObject);
    told.transports = response.getTransports ? response.getTransports() : [];
  } else {
    told.authenticatorData = base64url(response.authenticatorData);
    told.signature = base64url(response.signature);
    told.userHandle = response.userHandle && base64url(response.userHandle);
  }
  return { id, rawId: base64url(rawId), type, response: told, clientExtensionResults: extensions };
}

function tell(error, milliseconds) {
  const told = {
    NotAllowedError: milliseconds >= options.timeout ? 'timeout' : 'cancelled',
    InvalidStateError: 'exists',
    SecurityError: 'security',
    NotSupportedError: 'unsupported',
    ConstraintError: 'unsupported',
  };
  const place = document.getElementById('passkey-problem');
  place.hidden = false;
  place.textContent = form.dataset[told[error.name] || 'other'];
}

// `mediation` is "conditional" for the list at the address field, which is silent until somebody picks from it.
async function ask(mediation, isAskedFor) {
  if (asking) {
    asking.abort();
  }
  const mine = asking = new AbortController();
  const started = Date.now();
  try {
    const request = { publicKey: question(), signal: mine.signal };
    if (mediation) {
      request.mediation = mediation;
    }
    const credential = await (options.user ? navigator.credentials.create(request) : navigator.credentials.get(request));
    sessionStorage.setItem(remembered, credential.id);
    form.elements.credential.value = JSON.stringify(answer(credential, credential.getClientExtensionResults()));
    form.submit();
  } catch (error) {
    if (isAskedFor && mine === asking) {
      tell(error, Date.now() - started);
    }
  }
}

async function begin() {
  document.querySelectorAll('[data-without-passkeys]').forEach((element) => { element.hidden = true; });
  form.hidden = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    document.getElementById('passkey-problem').hidden = true;
    ask(undefined, true);
  });
  const dead = form.dataset.dead === undefined ? null : sessionStorage.getItem(remembered);
  if (dead && PublicKeyCredential.signalUnknownCredential) {
    PublicKeyCredential.signalUnknownCredential({ rpId: options.rpId, credentialId: dead }).catch(() => {});
  }
  if (form.dataset.mediation === 'immediate') {
    ask(undefined, false);
  } else if (form.dataset.mediation === 'conditional' && PublicKeyCredential.isConditionalMediationAvailable
      && await PublicKeyCredential.isConditionalMediationAvailable()) {
    ask('conditional', false);
  }
}

if (window.PublicKeyCredential && navigator.credentials) {
  begin();
}
