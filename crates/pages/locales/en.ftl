# Texts of all pages and mails. Short, in the second person, without blame. Every language has the same keys.

## Common

title-error-prefix = Error:
languages = Languages
continue = Continue
continue-to = Continue to { $client }
to-continue-to = to continue to { $client }
back-to-sign-in = Back to sign-in
not-now = Not now
another-account = Use another account
start-again = Start again
start-again-for = Start again for { $client }
start-again-at = Start again at { $client }
may-close = You can close this page.
reference = Reference
why-title = Why am I asked this?
why-text = If you ask for help, name this:
sign-in-link = Sign in
register-link = Create an account
forgot-password-link = Forgot your password?

## Fields

field-email = E-mail address
field-account = Account
field-password = Password
field-new-password = New password
field-name = Your name
field-code = Code
field-recovery-code = Recovery code
field-user-code = Code on your device
user-code-hint = Capital or small letters; dashes do not matter
field-optional = (optional)
field-choose = Choose one
password-rules = At least { $count } characters. A few unrelated words make a good password; any characters are fine.
code-hint = 6 digits from your authenticator app
recovery-code-hint = One of the codes you saved. Each works once.

## Problems

problem-wrong-credentials = E-mail or password is wrong.
problem-too-many-attempts = There were too many attempts.
problem-email-missing = Enter your e-mail address.
problem-email-malformed = Enter a full e-mail address, such as name@example.com.
problem-email-same = This is your address already.
problem-name-missing = Enter your name.
problem-name-long = Shorten the name to { $count } characters.
problem-password-missing = Enter your password.
problem-password-wrong = This password is not right.
problem-password-short = Use at least { $count } characters.
problem-password-long = Use at most { $count } characters.
problem-password-common = This password is easy to guess. Choose another one.
problem-password-personal = Choose a password without your name or address in it.
problem-code-missing = Enter the code.
problem-code-malformed = This does not look like a code. Check it and try again.
problem-code-wrong = This code is not right. Enter the newest one.
problem-code-used = This code was used before. Wait for the next one.
problem-code-short = Codes for this address are longer now. Ask for a new one.
problem-recovery-code-wrong = This code is not right. Check it, or use another of your codes.
problem-recovery-code-used = This code was used before. Use another one.
problem-user-code-missing = Enter the code that your device shows.
problem-user-code-unknown = No device is waiting with this code. Check it, or get a new one on the device.
problem-at-field = { $label }: { $problem }
problem-attribute-missing = Fill this in.
problem-attribute-long = Shorten it to { $count } characters.
problem-attribute-line = Use one line of ordinary text.
problem-attribute-phone = Enter the number with its country code, such as +44 20 7946 0000.
problem-attribute-integer = Enter a whole number.
problem-attribute-date = Enter a day, such as 1990-12-31.
problem-attribute-choice = Choose one from the list.
problem-own-device = Confirm that you started this on your own device. If you did not, choose Deny.
problem-passkey-expired = That took too long. Try again.
problem-passkey-unknown = No account here uses this passkey. Try another one, or sign in another way.
problem-passkey-removed = This passkey was removed from its account. Use another one, or sign in another way.
problem-passkey-other-account = This passkey belongs to another account.
problem-passkey-not-verified = Your device did not check that it’s you. Set up a screen lock or a PIN on it, or sign in another way.
problem-passkey-copied = This passkey was refused: it may have been copied. Sign in another way and remove it.
problem-passkey-not-added = This passkey could not be added. Your account may have it already.
problem-passkey-model = Passkeys from this device or app are not accepted here. Use another one.
problem-passkey-invalid = This passkey could not be checked. Try again, or sign in another way.
passkey-cancelled = No passkey was used. Try again when you are ready, or choose another way.
passkey-timeout = Time ran out before a passkey was used. Try again.
passkey-exists = This device already has a passkey for your account. You can sign in with it.
passkey-security = Passkeys do not work at this address. Open the page at its usual address.
passkey-unsupported = This device cannot be used for a passkey here. Choose another device or another way.
passkey-other = Your device could not use a passkey. Try again, or choose another way.
wait-seconds = { $count ->
    [one] Try again in { $count } second.
   *[other] Try again in { $count } seconds.
}
wait-minutes = { $count ->
    [one] Try again in { $count } minute.
   *[other] Try again in { $count } minutes.
}
wait-hours = { $count ->
    [one] Try again in { $count } hour.
   *[other] Try again in { $count } hours.
}

## Notices

notice-page-outdated = That page was out of date, so nothing was sent. This is where you are now.
notice-password-changed = Your password is changed. Sign in with the new one.
notice-email-confirmed = Your e-mail address is confirmed.
notice-signed-out = You are signed out.

## Signing in

identify-title = Sign in
identify-submit = Sign in
identify-new = New here?
password-title = Confirm it’s you
password-lede = { $client } asks for your password again.
password-lede-by-code = { $client } asks you to sign in again.
email-code-ask = Mail me a code
email-code-title = Enter the code from the mail
email-code-sent = If there is an account for { $email }, a code is on its way there.
email-code-sent-registering = A code is on its way to { $email }.
email-code-hint = { $count ->
    [one] The digits from the mail; they work for { $count } minute, in this browser
   *[other] The digits from the mail; they work for { $count } minutes, in this browser
}
email-code-resend = Send a new code
email-code-other-way = Sign in another way
confirm-sign-in-title = Confirm that it is you
confirm-sign-in-lede = This sign-in is unusual for your account, so we ask for one thing more.

## Telephone number

phone-code-title = Confirm your phone number
phone-code-to-send = We will send a code to { $number } by text message.
phone-code-send = Send the code
phone-code-sent = A code is on its way to { $number } by text message.
phone-code-hint = { $count ->
    [one] 6 digits; they work for { $count } minute
   *[other] 6 digits; they work for { $count } minutes
}
phone-code-submit = Confirm
phone-code-other-number = Use another number
phone-code-not-served = We cannot send text messages to { $number }. Use another number.
phone-code-back = Back to your profile
phone-unconfirmed = Your phone number is not confirmed
phone-confirm = Confirm it by text message
notice-phone-confirmed = Your phone number is confirmed.
text-phone-code = { $code } is your code for { $tenant }. Give it to nobody.
text-phone-code-valid = { $count ->
    [one] It works for { $count } minute.
   *[other] It works for { $count } minutes.
}
text-recovery-announced = Somebody wants to remove the second factors of your account at { $tenant }. Not you? Sign in and stop it:

## Authenticator app and recovery codes

totp-title = Enter your code
totp-no-phone = App out of reach?
totp-link = Use your authenticator app instead
recovery-code-link = Use a recovery code
recovery-code-title = Use a recovery code
enrolment-title = Set up an authenticator app
enrolment-lede = From now on you sign in with your password and a code from the app.
enrolment-lede-by-code = From now on you sign in with a code by mail and a code from the app.
enrolment-app-title = Open your authenticator app
enrolment-app-text = Any app for time-based codes works. Many password managers have one built in.
enrolment-scan-title = Scan this code
enrolment-qr-label = QR code for your authenticator app. The same key stands beside it as text.
enrolment-key = Or enter this key:
enrolment-open-app = Open the app on this device
enrolment-code-title = Enter the code it shows
enrolment-code-hint = 6 digits, new every 30 seconds
enrolment-submit = Turn on
recovery-codes-title = Save your recovery codes
recovery-codes-lede = If you cannot use your authenticator app or your passkey, one of these codes lets you in. Each works once.
recovery-codes-once = These codes are shown only now.
recovery-codes-how = Print this page, or copy the list into your password manager.
recovery-codes-submit = I have saved them
lost-link = I have lost all of these
lost-title = Lost every second step?
lost-wait = { $count ->
    [one] We can remove them. That takes { $count } hour: until then you, or whoever else this account belongs to, can stop it.
   *[other] We can remove them. That takes { $count } hours: until then you, or whoever else this account belongs to, can stop it.
}
lost-next = We mail you now, and a link when the time is over. Follow it to remove the old second step, sign in, and set up a new one.
lost-submit = Ask for it
lost-asked = { $count ->
    [one] You asked for it. In about { $count } hour we mail you a link.
   *[other] You asked for it. In about { $count } hours we mail you a link.
}
lost-due = The link is on its way to your mailbox.
lost-stop = Found it after all? Use it to sign in, and nothing is removed.
lost-back = Back to the code

## Passkeys

passkey-or = or
passkey-sign-in = Sign in with a passkey
passkey-title = Use your passkey
passkey-lede = Confirm with your fingerprint, face or screen lock that it’s you.
passkey-use = Use passkey
passkey-link = Use your passkey instead
passkey-no-script = Your browser needs JavaScript for passkeys.
passkey-cannot = I can’t use my passkey
passkey-recovery = Passkey out of reach?
passkey-enrolment-title = Add a passkey
passkey-enrolment-lede = Next time you sign in with your fingerprint, face or screen lock. There is no code to type, and nobody can trick you into giving it away.
passkey-enrolment-submit = Add passkey
passkey-enrolment-link = Add a passkey instead
passkey-enrolment-totp = Use an authenticator app instead

## Consent

consent-title = Let { $client } use your account?
consent-verified = Checked by { $tenant }
consent-unverified = { $tenant } has not checked who is behind this application. Continue only if you trust it.
consent-signed-in-as = Signed in as
consent-not-you = Not you?
consent-scopes = { $client } would like to
consent-resources = Used with
consent-fact = { $label }: { $value }
consent-while-signed-in = Access ends when you sign out.
consent-days = { $count ->
    [one] Access lasts { $count } day.
   *[other] Access lasts { $count } days.
}
consent-until-withdrawn = Access lasts until you withdraw it.
consent-described-at = This application describes itself at { $host }. Continue only if you know that address.
consent-on-device = This application runs on your device, and another program there could pass for it. Continue only if you have just started it.
consent-host = Next, you return to { $host }.
consent-allow = Allow
consent-deny = Deny
consent-remember = We remember if you allow this, and do not ask again for the same.
consent-withdraw-link = Manage access
consent-about = About { $client }
consent-home = Website
consent-policy = Privacy policy
consent-terms = Terms of service
tell-title = A few details
tell-hint = What you enter becomes part of your profile. You can see it in your account.
terms-title = Read and agree
terms-version = Version { $version }
terms-changed = Changed since you agreed
terms-hint = They open in a new tab. We keep what you agreed to and when, and show it in your account.
terms-agree = I agree
terms-decline = I do not agree

## Devices

device-title = Connect a device
device-lede = Enter the code that your device shows.
device-submit = Continue
device-warning = Did somebody send you this code or link? Then stop: entering it would let them use your account.
device-approval-title = Let { $client } on this device use your account?
device-approval-compare = Your device must show this code:
device-approval-warning = Go on only if you started this yourself, just now. Nobody else needs your approval.
device-approval-origin = The device asked from
device-approval-own = I started this on my own device
approvals-title = Waiting for you
approvals-lede = These applications asked to sign you in somewhere else. Open one to decide.
approvals-nothing = Nothing waits for your decision.
backchannel-approval-title = Did you start this with { $client }?
backchannel-approval-compare = The other device must show the same message:
backchannel-approval-warning = Go on only if you started this yourself, just now. If you did not, choose Deny.
scope-openid = Know that it’s you
scope-openid-why = An identifier, so that it recognises you next time
scope-profile = See your name and profile
scope-profile-why = Name, picture, language and time zone, to address you properly
scope-email = See your e-mail address
scope-email-why = And whether it is confirmed, to contact you
scope-phone = See your phone number
scope-phone-why = And whether it is confirmed, to reach you
scope-address = See your postal address
scope-address-why = To send you something or fill in a form
scope-offline = Keep access while you’re away
scope-offline-why = It can use this access without asking you to sign in again

## Accounts

select-account-title = Choose an account
select-account-signed-in = Signed in
select-account-signed-out = Signed out

## Registering and recovering

register-title = Create your account
register-submit = Create account
register-existing = Already have an account?
check-mail-title = Check your mail
check-mail-reset = If there is an account for { $email }, we have sent a link to choose a new password.
check-mail-verify = We have sent a mail to { $email }. Follow its link to go on.
check-mail-valid = { $count ->
    [one] The link works for { $count } minute.
   *[other] The link works for { $count } minutes.
}
check-mail-nothing = Nothing there? Look in your spam folder, and check the address.
check-mail-resend = Send it again
confirm-email-title = Confirm your e-mail address
confirm-email-text = Press the button to confirm that { $email } is yours.
confirm-email-submit = Confirm address
confirm-email-not-you = It was not you? Press the button: everybody is signed out, and you choose a new password.
confirm-email-not-you-by-code = It was not you? Press the button: whatever others have set up is removed, and everybody is signed out.
forgot-password-title = Choose a new password
forgot-password-lede = Enter your e-mail address and we send you a link.
forgot-password-submit = Send link
reset-password-title = Choose a new password
reset-password-lede = You will be signed out on your other devices.
reset-password-submit = Save password

## Your account

account-title = Your account
account-places = Your account
account-home = Overview
account-profile = Profile
account-profile-text = Your names and your address
account-security = Security
account-security-text = Password, passkeys, authenticator app, recovery codes
account-security-text-by-code = Passkeys, authenticator app, recovery codes
account-sessions = Devices
account-sessions-text = Where you are signed in
sessions-lede = These browsers are signed in to your account.
sessions-unknown = You do not know one of them? Sign it out, then:
session-on = { $browser } on { $system }
session-unknown = A browser that does not say its name
session-here = This device
session-began = Signed in
session-seen = Last used
session-network = Network
session-place = Place
place-near = near { $place }
session-end = Sign out there
session-end-all = Sign out everywhere else
notice-signed-out-elsewhere = Signed out there.
account-applications = Apps
account-applications-text = Who may use your account
applications-none = No application uses your account.
applications-lede = These applications may use your account.
applications-after = Removing access ends it at once. What an application has already read, it may have kept.
application-since = Let in
application-withdraw = Remove access
notice-access-taken-back = Access removed.
save = Save
cancel = Cancel
field-given-name = First name
field-family-name = Last name
field-nickname = Nickname
profile-lede = Applications see of this what you let them see.
email-change = Change address
email-title = Change your e‑mail address
field-new-email = New e-mail address
email-hint = We send a link to it. Your address changes when you follow the link.
email-submit = Send link
email-wished-title = Waiting for the link to be followed
email-wished-text = Open the mail we sent there, in a browser where you are signed in. If none came, the address may be mistyped or in use.
email-drop = Keep the old address
notice-email-asked = We have sent a mail to your new address.
notice-email-kept = Your address stays as it is.
notice-last-administrator = You are the only administrator here. Make somebody else one before you delete your account.
deletion-heading = Delete account
deletion-hint = Everything we know about you goes with it.
deletion-title = Delete your account?
deletion-text = You are signed out everywhere at once, and no application can use the account any more.
deletion-days = { $count ->
    [one] Within { $count } day you can sign in again to keep it. After that everything we know about you is erased for good.
   *[other] Within { $count } days you can sign in again to keep it. After that everything we know about you is erased for good.
}
deletion-submit = Delete account
data-title = Your data
data-lede = Everything we know about you, as far as it is kept. Passwords, keys and codes themselves are left out.
data-submit = Download as a file
data-hint = See and download what we know about you.
data-show = Show my data
accepted-title = Terms you agreed to
accepted-hint = Which version, and when.
accepted-show = Show them
accepted-none = You have not agreed to any terms here.
accepted-since = Agreed
accepted-client = On the way to { $client }
attribute-operators = Only the operator can change this.
data-attributes = More about you
data-left-empty = Left empty
data-by-operator = Written by the operator
data-yes = Yes
data-no = No
data-failures = Failed attempts
data-sign-ins = Sign-ins
data-consents = What you agreed to
data-grants = Access of apps
data-requests = Requests to confirm it’s you
data-other-issuers = You at other services
data-email-changes = Changes of your address
data-mailed-links = Links we mailed
data-subject = Identifier
data-former-email = Former address
data-email-confirmed = Address confirmed
data-phone-confirmed = Phone number confirmed
data-name = Name
data-middle-name = Middle name
data-username = User name
data-profile-url = Profile page
data-picture = Picture
data-website = Website
data-gender = Gender
data-birthdate = Birthday
data-zoneinfo = Time zone
data-locale = Language
data-phone = Phone number
data-address = Postal address
data-administrator = Administrator
data-since = Since
data-used = Used
data-removed = Removed
data-ended = Ended
data-expires = Valid until
data-confirmed = Confirmed
data-allowed = Allowed
data-refused = Refused
data-reason = Reason
data-proofs = Signed in with
data-count = How many
data-model = Model
data-copied = Copied to other devices
data-attested = Model vouched for
data-browser = Browser
data-system = System
data-country = Country
data-city = City
data-point = Latitude and longitude
data-client = App
data-scope = May see
data-resources = At
data-details = Details
data-claims = Asked for
data-message = Message
data-issuer = Service
data-purpose = Purpose
data-terms = Terms
data-version = Version
data-read-at = Read at
data-nothing = Not given
data-attested-passkey = Passkey of a model that is vouched for
data-email-code = Code by mail
data-end-revoked = Ended by an administrator
data-end-disowned = You said that it was not you
data-end-deletion = You wanted the account deleted
data-end-withdrawn = You removed the access
data-end-client-gone = The application was removed here
data-end-given-up = The application gave it back
data-end-replayed = Used twice, so it may have been stolen
data-link-setup = Set up the account
data-link-undo = Get your address back
data-more = { $count ->
    [one] { $count } more is in the file.
   *[other] { $count } more are in the file.
}
security-lede = Before you change anything here, we ask you to sign in again.
security-changed = Changed
security-set-up = Set up
security-none = None yet
security-change-password = Change password
security-totp = Authenticator app
security-totp-none = A second step that protects you when somebody learns your password
security-totp-none-by-code = A second step that protects you when somebody reads your mail
security-add = Set up
security-replace = Replace
security-remove = Remove
security-demanded = Everybody needs a second step here, so you can replace it but not remove it.
security-codes = Recovery codes
security-codes-left = { $count ->
    [one] { $count } code left
   *[other] { $count } codes left
}
security-renew-codes = Make new codes
security-recovery = { $count ->
    [one] Somebody who knows how you start to sign in asked us to remove your second step in about { $count } hour. If it was not you, stop it and change your password.
   *[other] Somebody who knows how you start to sign in asked us to remove your second step in about { $count } hours. If it was not you, stop it and change your password.
}
security-recovery-by-code = { $count ->
    [one] Somebody who knows how you start to sign in asked us to remove your second step in about { $count } hour. If it was not you, stop it and see who reads your mail.
   *[other] Somebody who knows how you start to sign in asked us to remove your second step in about { $count } hours. If it was not you, stop it and see who reads your mail.
}
security-recovery-stop = Stop it
notice-recovery-stopped = Stopped. Your second step stays.
security-passkeys = Passkeys
security-passkeys-none = Sign in with a fingerprint, a face or a screen lock
security-passkeys-count = { $count ->
    [one] { $count } passkey
   *[other] { $count } passkeys
}
security-manage = Manage
passkeys-lede = Each of these signs you in by itself.
passkey-unnamed = Passkey
passkey-added = Added
passkey-not-used = Not used yet
passkey-copied = Copied to your other devices
passkey-one-device = On one device only
passkey-rename = Rename
passkey-last = Without it you could not sign in as is needed here, so it stays until there is another way.
passkey-name-title = Name this passkey
field-passkey-name = Name
remove-passkey-title = Remove this passkey?
remove-passkey-text = It no longer signs you in. Where you are signed in already, you stay signed in.
remove-other-totp-text = Your passkey stays, and so do your recovery codes.
notice-passkey-added = The passkey is added.
notice-passkey-removed = The passkey is removed.
remove-totp-title = Remove the authenticator app?
remove-totp-text = From then on your password alone lets you in. Your recovery codes stop working too.
remove-totp-text-by-code = From then on a code by mail alone lets you in. Your recovery codes stop working too.
remove-totp-submit = Remove it
renew-codes-title = Make new recovery codes?
renew-codes-text = You see the new codes once. The ones you have now stop working.
renew-codes-submit = Make new codes
notice-profile-saved = Saved.
notice-password-replaced = Your password is changed. Your other devices are signed out.
notice-totp-removed = The authenticator app is removed.
notice-codes-saved = Keep your recovery codes where you find them without your phone.
ago-now = just now
ago-minutes = { $count ->
    [one] { $count } minute ago
   *[other] { $count } minutes ago
}
ago-hours = { $count ->
    [one] { $count } hour ago
   *[other] { $count } hours ago
}
ago-days = { $count ->
    [one] { $count } day ago
   *[other] { $count } days ago
}
ago-months = { $count ->
    [one] { $count } month ago
   *[other] { $count } months ago
}
ago-years = { $count ->
    [one] { $count } year ago
   *[other] { $count } years ago
}
invitation-title = Accept the invitation
invitation-text = This invitation is for { $email }.
invitation-client = Afterwards you go on to { $client }.
invitation-other = You are signed in here as { $email }. That account stays as it is and stays signed in.
invitation-stay = Go on with that account
invitation-submit = Accept
invitation-otherwise = You did not expect this? Close this page; nothing happens.
not-me-title = Was this somebody else?
not-me-text = Somebody changed how you sign in to the account of { $email }.
not-me-next = If it was not you, we sign everybody out, switch the password off, remove passkeys that are new, and mail you a link to choose a new password.
not-me-next-by-code = If it was not you, we sign everybody out and remove passkeys that are new.
not-me-submit = It was not me
not-me-otherwise = It was you? Close this page; nothing happens.
remove-lost-title = Remove your second step?
remove-lost-text = You said that you lost every second step of the account of { $email }.
remove-lost-next = We remove your authenticator app, passkeys and recovery codes, and sign you out everywhere. Then you sign in and set up a new second step.
remove-lost-submit = Remove the second step
remove-lost-otherwise = You still have it, or did not ask for this? Close this page and sign in as usual; that stops it.
new-email-title = Use this address?
new-email-text = Press the button to sign in with { $email } from now on. Your former address gets a notice.
new-email-submit = Use this address
new-email-otherwise = You did not ask for this? Close this page; nothing happens.
former-email-title = Get your address back?
former-email-text = Somebody put another address in the place of { $email }.
former-email-next = If it was not you, we put yours back, sign everybody out, switch the password off, remove passkeys that are new, and mail you a link to choose a new password.
former-email-next-by-code = If it was not you, we put yours back, sign everybody out, and remove passkeys that are new.
former-email-submit = Get it back
done-shut-out-title = Everybody is signed out
done-shut-out-text = The old password no longer works. Open the mail we have just sent and choose a new one.
done-shut-out-text-by-code = Sign in again with a code by mail.
done-lost-title = Second step removed
done-lost-text = Sign in now. We ask you to set up a new second step on the way.

## Done

done-email-title = Address confirmed
done-email-text = Your e-mail address is confirmed.
done-new-email-title = Address changed
done-new-email-text = Sign in with your new e-mail address from now on.
done-former-email-title = Your address is back
done-deletion-title = Your account will be deleted
done-deletion-text = You are signed out everywhere. Changed your mind? Sign in again before the day in the mail we have just sent.
done-password-title = Password changed
done-password-text = Use your new password from now on.
done-signed-in-title = You’re signed in
done-signed-in-text = Everything is ready.
done-factor-title = Authenticator app is on
done-factor-text = From now on you also enter a code when you sign in.
done-device-allowed-title = Device connected
done-device-allowed-text = You can go back to your device.
done-device-refused-title = Device turned away
done-device-refused-text = It has no access to your account.
done-device-late-title = This code no longer works
done-device-late-text = It was used before or has expired. Start again on your device.
done-request-allowed-title = Approved
done-request-allowed-text = You can go back to where you started.
done-request-refused-title = Turned away
done-request-refused-text = The application has no access to your account.
done-request-late-title = This request is over
done-request-late-text = It was decided on before or has expired.
done-request-other-title = This request is for somebody else
done-request-other-text = Only the person it names can decide. Nothing has changed.

## When a journey cannot go on here

elsewhere-title = Continue where you started
elsewhere-text = You began in another browser or on another device. Go back there to continue; nothing is lost. Or start again here.
over-title = This has ended
over-text = It was finished, took too long, or is no longer possible. If you are not where you wanted to be, start again.

## Signing out

logout-title = Sign out?
logout-asked-by = { $client } asks to sign you out.
logout-account = You are signed in as { $email }.
logout-effect = Applications you use with this account may sign you out too.
logout-submit = Sign out
logout-stay = Stay signed in
logout-done-title = You’re signed out
logout-done-text = On a shared computer, close the browser as well.
logout-applications-text = Applications you used with this account are signing you out too.
logout-frame-title = Signing out at an application

## Errors

error-advice-title = What you can do
error-status = Status
error-technical = For developers
error-request-title = This request can’t be read
error-request-text = The application that sent you here asked for something we can’t do.
error-request-advice = Go back to the application and try again. If it happens again, tell its makers the reference below.
error-client-title = This application isn’t known here
error-client-text = The application that sent you here is not registered, or is switched off.
error-client-advice = Check that you followed the right link. The application’s makers can help with the reference below.
error-return-title = We can’t send you back
error-return-text = The application wants its answer at an address that is not registered. To protect you, we stop here.
error-return-advice = Tell the application’s makers the reference below.
error-expired-title = This page has expired
error-expired-text = It was open too long, or you are already done.
error-expired-advice = Start again at the application you came from.
error-link-title = This link no longer works
error-link-text = It is too old, was used before, or a newer one was sent.
error-link-advice = Open the newest mail, or ask for a new link.
error-form-title = We couldn’t accept this form
error-form-text = Your browser did not send the cookie that goes with it.
error-form-advice = Allow cookies for this site, go back, load the page anew and try again.
error-forbidden-title = You can’t open this
error-forbidden-text = Your account is not allowed to do this.
error-forbidden-advice = Sign in with another account, or ask whoever looks after this service.
error-not-found-title = There is no such page
error-not-found-text = The address may be mistyped, or the page is gone.
error-not-found-advice = Check the address, or start at the application you want to use.
error-internal-title = Something went wrong here
error-internal-text = It is our mistake, not yours.
error-internal-advice = Try again in a moment. If it happens again, tell us the reference below.
error-unavailable-title = One moment, please
error-unavailable-text = The service is busy or restarting.
error-unavailable-advice = Wait a few seconds and load the page anew.
too-many-title = Take a short break
too-many-text = There were too many attempts, so we pause to protect accounts.
too-many-back = Try again

## Other pages

home-title = Sign-in service
home-heading = This is the sign-in service of { $tenant }
home-text = Applications send you here to sign in, and you return to them when you are done.
home-account = Your account
redirecting-title = Sending you on
redirecting-to = Sending you to { $client }
redirecting-text = If nothing happens, press Continue.

## Mails

mail-sent-by = This mail was sent by { $tenant }.
mail-link-plain = If the button does not work, copy this address into your browser:
mail-link-label = { $label }:
mail-valid = { $count ->
    [one] The link works once, for { $count } minute.
   *[other] The link works once, for { $count } minutes.
}
mail-ignore = You did not ask for this? Then ignore this mail; nothing changes.
mail-code-subject = Your code for { $tenant }
mail-code-text = Enter this code on the page where you are signing in to { $tenant }:
mail-code-action = Fill the code in for me
mail-code-valid = { $count ->
    [one] The code works once, for { $count } minute, in the browser where you asked for it.
   *[other] The code works once, for { $count } minutes, in the browser where you asked for it.
}
mail-code-long = The code is longer than usual, because many wrong ones were typed for this address. The button fills it in for you.
mail-code-secret = Keep it to yourself. Whoever asks you for it wants to get into your account.
mail-invitation-subject = You are invited to { $tenant }
mail-invitation-text = You are invited to have an account at { $tenant }.
mail-invitation-action = See the invitation
mail-invitation-until = The link works once, until { $when }.
mail-reset-subject = Choose a new password for { $tenant }
mail-reset-text = Someone, we hope you, asked for a new password for your account at { $tenant }.
mail-reset-action = Choose new password
mail-verify-subject = Confirm your e-mail address for { $tenant }
mail-verify-text = Confirm that this address is yours to finish setting up your account at { $tenant }.
mail-verify-action = Confirm address
mail-approval-subject = Confirm that it is you at { $tenant }
mail-approval-text = An application asked { $tenant } to sign you in somewhere else. See what it wants, and approve it only if you started it yourself.
mail-approval-action = See the request
mail-exists-subject = You already have an account at { $tenant }
mail-exists-text = Someone, perhaps you, tried to create an account at { $tenant } with this address. You already have one, so nothing was created.
mail-exists-action = Sign in
mail-exists-forgot = If you have forgotten your password, choose a new one on the sign-in page.
mail-exists-ignore = It was not you? Then there is nothing to do; nobody has seen anything of your account.
mail-taken-text = Someone, perhaps you, wanted to use this address for another account at { $tenant }. It belongs to your account, so nothing was changed.
mail-new-email-subject = Confirm your new e-mail address for { $tenant }
mail-new-email-text = Someone, we hope you, wants to sign in to { $tenant } with this address from now on. Open the link in a browser where you are signed in.
mail-email-changed-subject = Your e-mail address at { $tenant } was changed
mail-email-changed-text = Your account at { $tenant } has another e-mail address now. Mail to this one ends here.
mail-email-changed-not-you = It was not you? Press the button: you get your address back, everybody is signed out, and you choose a new password.
mail-email-changed-not-you-by-code = It was not you? Press the button: you get your address back, and everybody is signed out.
mail-deletion-subject = Your account at { $tenant } will be deleted
mail-deletion-text = Someone, we hope you, asked { $tenant } to delete your account. Until then it is out of use.
mail-deletion-due = Erased for good: { $when }
mail-deletion-not-you = It was not you? Press the button: your account is kept, and everybody is signed out.
mail-deletion-keep = You have changed your mind? Sign in again before then, and nothing is lost.
mail-deletion-action = Sign in and keep it
mail-deletion-former-text = Your account at { $tenant } had this e-mail address until lately. Now someone has asked us to delete it. Until then it is out of use.
mail-deletion-former-not-you = It was not you? Press the button: you get your address and your account back, and everybody is signed out.
mail-kept-subject = Your account at { $tenant } is kept
mail-kept-text = Someone signed in to your account at { $tenant }, or pressed “It was not me” in one of our mails, so it will not be deleted.
mail-sign-in-subject = New sign-in to your account at { $tenant }
mail-sign-in-text = Someone signed in to your account at { $tenant } on a device, or from a place, that we did not know.
mail-sign-in-device = Device: { $device }
mail-sign-in-network = Network: { $network }
mail-sign-in-place = Place: { $place }
mail-confirm-subject = Is this you, signing in to { $tenant }?
mail-confirm-text = Someone who knows your password is signing in to your account at { $tenant }, on a device or from a place that we do not know.
mail-confirm-not-you = It is not you? Do not use the code, and choose a new password: yours is known to somebody else.
mail-confirm-code = It is you? Enter this code on the page where you are signing in:
mail-password-subject = Your password at { $tenant } was changed
mail-password-text = The password of your account at { $tenant } was changed. Other devices were signed out.
mail-factor-subject = New sign-in method at { $tenant }
mail-factor-totp = An authenticator app was set up for your account at { $tenant }.
mail-factor-recovery = New recovery codes were made for your account at { $tenant }. The old ones no longer work.
mail-factor-passkey = A passkey was added to your account at { $tenant }.
mail-passkey-copied-subject = A passkey was refused at { $tenant }
mail-passkey-copied-text = Someone used a passkey of your account at { $tenant } that may have been copied, so it was refused.
mail-passkey-copied-advice = If it was you, remove this passkey and add a new one. It was not you? Then choose a new password at once.
mail-passkey-copied-advice-by-code = If it was you, remove this passkey and add a new one. It was not you? Then press the button at once.
mail-recovery-subject = A recovery code was used at { $tenant }
mail-recovery-text = Someone signed in to your account at { $tenant } with your password and one of your recovery codes. That code no longer works.
mail-recovery-text-by-code = Someone signed in to your account at { $tenant } with a code by mail and one of your recovery codes. That recovery code no longer works.
mail-removed-subject = Sign-in method removed at { $tenant }
mail-removed-totp = The authenticator app of your account at { $tenant } was removed.
mail-removed-passkey = A passkey of your account at { $tenant } was removed. It no longer signs anybody in.
mail-lost-subject = Your second step at { $tenant } will be removed
mail-lost-text = Someone, we hope you, said that they lost every second step of your account at { $tenant }. They had started to sign in correctly.
mail-lost-due = We mail a link to remove it: { $when }
mail-lost-not-you = It was not you? Press the button: nothing is removed, everybody is signed out, and you choose a new password. Signing in with your second step stops it too.
mail-lost-not-you-by-code = It was not you? Press the button: nothing is removed, and everybody is signed out. Signing in with your second step stops it too.
mail-lost-due-subject = Remove your second step at { $tenant }
mail-lost-due-text = The wait is over. If you lost every second step of your account at { $tenant }, remove it now and set up a new one. If you still have it, sign in as usual instead; that stops it.
mail-lost-due-valid = { $count ->
    [one] The link works once, for { $count } day.
   *[other] The link works once, for { $count } days.
}
mail-lost-stopped-subject = Your second step at { $tenant } stays
mail-lost-stopped-text = Someone who is signed in to your account at { $tenant } stopped the removal of your second step.
mail-not-me-valid = { $count ->
    [one] The button works for { $count } day.
   *[other] The button works for { $count } days.
}
mail-when = When: { $when }
mail-not-you = It was not you? Press the button: everybody is signed out, and you choose a new password.
mail-not-you-by-code = It was not you? Press the button: everybody is signed out, and passkeys that are new are removed.
mail-not-you-action = It was not me
