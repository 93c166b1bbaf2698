// Tells the browser which passkeys the account has, so that it forgets the others (Web Authentication Level 3 §5.1.10.2).
const accepted = JSON.parse(document.currentScript.dataset.accepted);

if (window.PublicKeyCredential && PublicKeyCredential.signalAllAcceptedCredentials) {
  PublicKeyCredential.signalAllAcceptedCredentials(accepted).catch(() => {});
}
