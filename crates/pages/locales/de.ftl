# Texte aller Seiten und Mails. Kurz, in der Anrede „Sie“, ohne Vorwurf. Jede Sprache hat dieselben Schlüssel.

## Common

title-error-prefix = Fehler:
languages = Sprachen
continue = Weiter
continue-to = Weiter zu { $client }
to-continue-to = um mit { $client } fortzufahren
back-to-sign-in = Zurück zur Anmeldung
not-now = Jetzt nicht
another-account = Anderes Konto verwenden
start-again = Neu beginnen
start-again-for = Für { $client } neu beginnen
start-again-at = Bei { $client } neu beginnen
may-close = Sie können diese Seite schließen.
reference = Kennung
why-title = Warum werde ich das gefragt?
why-text = Wenn Sie um Hilfe bitten, nennen Sie dies:
sign-in-link = Anmelden
register-link = Konto erstellen
forgot-password-link = Passwort vergessen?

## Fields

field-email = E-Mail-Adresse
field-account = Konto
field-password = Passwort
field-new-password = Neues Passwort
field-name = Ihr Name
field-code = Code
field-recovery-code = Wiederherstellungscode
field-user-code = Code auf Ihrem Gerät
user-code-hint = Groß- oder Kleinbuchstaben; Striche sind egal
field-optional = (freiwillig)
field-choose = Bitte wählen
password-rules = Mindestens { $count } Zeichen. Einige Wörter ohne Zusammenhang sind ein gutes Passwort; alle Zeichen sind erlaubt.
code-hint = 6 Ziffern aus Ihrer Authenticator-App
recovery-code-hint = Einer der Codes, die Sie aufbewahrt haben. Jeder gilt einmal.

## Problems

problem-wrong-credentials = E-Mail-Adresse oder Passwort ist falsch.
problem-too-many-attempts = Es gab zu viele Versuche.
problem-email-missing = Geben Sie Ihre E-Mail-Adresse ein.
problem-email-malformed = Geben Sie eine vollständige E-Mail-Adresse ein, etwa name@example.com.
problem-email-same = Das ist schon Ihre Adresse.
problem-name-missing = Geben Sie Ihren Namen ein.
problem-name-long = Kürzen Sie den Namen auf { $count } Zeichen.
problem-password-missing = Geben Sie Ihr Passwort ein.
problem-password-wrong = Dieses Passwort stimmt nicht.
problem-password-short = Verwenden Sie mindestens { $count } Zeichen.
problem-password-long = Verwenden Sie höchstens { $count } Zeichen.
problem-password-common = Dieses Passwort ist leicht zu erraten. Wählen Sie ein anderes.
problem-password-personal = Wählen Sie ein Passwort, in dem Ihr Name und Ihre Adresse nicht vorkommen.
problem-code-missing = Geben Sie den Code ein.
problem-code-malformed = Das sieht nicht nach einem Code aus. Bitte prüfen und erneut eingeben.
problem-code-wrong = Dieser Code stimmt nicht. Geben Sie den neuesten ein.
problem-code-used = Dieser Code wurde schon benutzt. Warten Sie auf den nächsten.
problem-code-short = Codes für diese Adresse sind jetzt länger. Fordern Sie einen neuen an.
problem-recovery-code-wrong = Dieser Code stimmt nicht. Prüfen Sie ihn, oder verwenden Sie einen anderen Ihrer Codes.
problem-recovery-code-used = Dieser Code wurde schon benutzt. Verwenden Sie einen anderen.
problem-user-code-missing = Geben Sie den Code ein, den Ihr Gerät zeigt.
problem-user-code-unknown = Kein Gerät wartet mit diesem Code. Prüfen Sie ihn, oder holen Sie auf dem Gerät einen neuen.
problem-at-field = { $label }: { $problem }
problem-attribute-missing = Bitte ausfüllen.
problem-attribute-long = Kürzen Sie es auf { $count } Zeichen.
problem-attribute-line = Geben Sie eine Zeile gewöhnlichen Text ein.
problem-attribute-phone = Geben Sie die Nummer mit Ländervorwahl ein, etwa +49 30 901820.
problem-attribute-integer = Geben Sie eine ganze Zahl ein.
problem-attribute-date = Geben Sie einen Tag ein, etwa 1990-12-31.
problem-attribute-choice = Wählen Sie etwas aus der Liste.
problem-own-device = Bestätigen Sie, dass Sie das auf Ihrem eigenen Gerät begonnen haben. Wenn nicht, wählen Sie Ablehnen.
problem-passkey-expired = Das hat zu lange gedauert. Versuchen Sie es noch einmal.
problem-passkey-unknown = Zu diesem Passkey gibt es hier kein Konto. Nehmen Sie einen anderen oder melden Sie sich anders an.
problem-passkey-removed = Dieser Passkey wurde aus seinem Konto entfernt. Nehmen Sie einen anderen oder melden Sie sich anders an.
problem-passkey-other-account = Dieser Passkey gehört zu einem anderen Konto.
problem-passkey-not-verified = Ihr Gerät hat nicht geprüft, dass Sie es sind. Richten Sie dort eine Bildschirmsperre oder PIN ein oder melden Sie sich anders an.
problem-passkey-copied = Dieser Passkey wurde abgelehnt: Er ist möglicherweise kopiert worden. Melden Sie sich anders an und entfernen Sie ihn.
problem-passkey-not-added = Dieser Passkey konnte nicht hinzugefügt werden. Vielleicht hat Ihr Konto ihn schon.
problem-passkey-model = Passkeys dieses Geräts oder dieser App werden hier nicht angenommen. Nehmen Sie einen anderen.
problem-passkey-invalid = Dieser Passkey konnte nicht geprüft werden. Versuchen Sie es noch einmal oder melden Sie sich anders an.
passkey-cancelled = Es wurde kein Passkey verwendet. Versuchen Sie es noch einmal oder wählen Sie einen anderen Weg.
passkey-timeout = Die Zeit ist abgelaufen, bevor ein Passkey verwendet wurde. Versuchen Sie es noch einmal.
passkey-exists = Dieses Gerät hat schon einen Passkey für Ihr Konto. Sie können sich damit anmelden.
passkey-security = Unter dieser Adresse gibt es keine Passkeys. Öffnen Sie die Seite unter ihrer üblichen Adresse.
passkey-unsupported = Dieses Gerät kann hier keinen Passkey verwenden. Wählen Sie ein anderes Gerät oder einen anderen Weg.
passkey-other = Ihr Gerät konnte keinen Passkey verwenden. Versuchen Sie es noch einmal oder wählen Sie einen anderen Weg.
wait-seconds = { $count ->
    [one] Versuchen Sie es in { $count } Sekunde wieder.
   *[other] Versuchen Sie es in { $count } Sekunden wieder.
}
wait-minutes = { $count ->
    [one] Versuchen Sie es in { $count } Minute wieder.
   *[other] Versuchen Sie es in { $count } Minuten wieder.
}
wait-hours = { $count ->
    [one] Versuchen Sie es in { $count } Stunde wieder.
   *[other] Versuchen Sie es in { $count } Stunden wieder.
}

## Notices

notice-page-outdated = Die Seite war nicht mehr aktuell, es wurde nichts gesendet. Hier geht es weiter.
notice-password-changed = Ihr Passwort ist geändert. Melden Sie sich mit dem neuen an.
notice-email-confirmed = Ihre E-Mail-Adresse ist bestätigt.
notice-signed-out = Sie sind abgemeldet.

## Signing in

identify-title = Anmelden
identify-submit = Anmelden
identify-new = Neu hier?
password-title = Bestätigen Sie, dass Sie es sind
password-lede = { $client } bittet noch einmal um Ihr Passwort.
password-lede-by-code = { $client } bittet Sie, sich noch einmal anzumelden.
email-code-ask = Code per Mail senden
email-code-title = Code aus der Mail eingeben
email-code-sent = Wenn es zu { $email } ein Konto gibt, ist ein Code dorthin unterwegs.
email-code-sent-registering = Ein Code ist an { $email } unterwegs.
email-code-hint = { $count ->
    [one] Die Ziffern aus der Mail; sie gelten { $count } Minute, in diesem Browser
   *[other] Die Ziffern aus der Mail; sie gelten { $count } Minuten, in diesem Browser
}
email-code-resend = Neuen Code senden
email-code-other-way = Anders anmelden
confirm-sign-in-title = Bestätigen Sie, dass Sie es sind
confirm-sign-in-lede = Diese Anmeldung ist für Ihr Konto ungewöhnlich, deshalb fragen wir noch etwas.

## Telephone number

phone-code-title = Telefonnummer bestätigen
phone-code-to-send = Wir senden einen Code per SMS an { $number }.
phone-code-send = Code senden
phone-code-sent = Ein Code ist per SMS an { $number } unterwegs.
phone-code-hint = { $count ->
    [one] 6 Ziffern; sie gelten { $count } Minute
   *[other] 6 Ziffern; sie gelten { $count } Minuten
}
phone-code-submit = Bestätigen
phone-code-other-number = Andere Nummer verwenden
phone-code-not-served = An { $number } können wir keine SMS senden. Verwenden Sie eine andere Nummer.
phone-code-back = Zurück zu Ihrem Profil
phone-unconfirmed = Ihre Telefonnummer ist nicht bestätigt
phone-confirm = Per SMS bestätigen
notice-phone-confirmed = Ihre Telefonnummer ist bestätigt.
text-phone-code = { $code } ist Ihr Code für { $tenant }. Geben Sie ihn niemandem.
text-phone-code-valid = { $count ->
    [one] Er gilt { $count } Minute.
   *[other] Er gilt { $count } Minuten.
}
text-recovery-announced = Jemand möchte die zweiten Faktoren Ihres Kontos bei { $tenant } entfernen. Das waren nicht Sie? Melden Sie sich an und stoppen Sie es:

## Authenticator app and recovery codes

totp-title = Code eingeben
totp-no-phone = App nicht zur Hand?
totp-link = Stattdessen die Authenticator-App verwenden
recovery-code-link = Wiederherstellungscode verwenden
recovery-code-title = Wiederherstellungscode verwenden
enrolment-title = Authenticator-App einrichten
enrolment-lede = Künftig melden Sie sich mit Ihrem Passwort und einem Code aus der App an.
enrolment-lede-by-code = Künftig melden Sie sich mit einem Code per Mail und einem Code aus der App an.
enrolment-app-title = Öffnen Sie Ihre Authenticator-App
enrolment-app-text = Jede App für zeitbasierte Codes ist geeignet. Viele Passwortmanager können es auch.
enrolment-scan-title = Scannen Sie diesen Code
enrolment-qr-label = QR-Code für Ihre Authenticator-App. Derselbe Schlüssel steht daneben als Text.
enrolment-key = Oder geben Sie diesen Schlüssel ein:
enrolment-open-app = App auf diesem Gerät öffnen
enrolment-code-title = Geben Sie den angezeigten Code ein
enrolment-code-hint = 6 Ziffern, alle 30 Sekunden neu
enrolment-submit = Einschalten
recovery-codes-title = Wiederherstellungscodes aufbewahren
recovery-codes-lede = Wenn Sie Ihre Authenticator-App oder Ihren Passkey nicht verwenden können, kommen Sie mit einem dieser Codes ins Konto. Jeder gilt einmal.
recovery-codes-once = Diese Codes werden nur jetzt angezeigt.
recovery-codes-how = Drucken Sie diese Seite, oder kopieren Sie die Liste in Ihren Passwortmanager.
recovery-codes-submit = Ich habe sie aufbewahrt
lost-link = Ich habe nichts davon mehr
lost-title = Alle zweiten Schritte verloren?
lost-wait = { $count ->
    [one] Wir können sie entfernen. Das dauert { $count } Stunde: Bis dahin können Sie, oder wem dieses Konto sonst gehört, es aufhalten.
   *[other] Wir können sie entfernen. Das dauert { $count } Stunden: Bis dahin können Sie, oder wem dieses Konto sonst gehört, es aufhalten.
}
lost-next = Wir schreiben Ihnen jetzt eine Mail, und nach der Wartezeit einen Link. Mit ihm entfernen Sie den alten zweiten Schritt, melden sich an und richten einen neuen ein.
lost-submit = Beantragen
lost-asked = { $count ->
    [one] Sie haben es beantragt. In etwa { $count } Stunde senden wir Ihnen einen Link.
   *[other] Sie haben es beantragt. In etwa { $count } Stunden senden wir Ihnen einen Link.
}
lost-due = Der Link ist in Ihr Postfach unterwegs.
lost-stop = Doch noch gefunden? Melden Sie sich damit an, dann wird nichts entfernt.
lost-back = Zurück zum Code

## Passkeys

passkey-or = oder
passkey-sign-in = Mit Passkey anmelden
passkey-title = Passkey verwenden
passkey-lede = Bestätigen Sie mit Fingerabdruck, Gesicht oder Bildschirmsperre, dass Sie es sind.
passkey-use = Passkey verwenden
passkey-link = Stattdessen den Passkey verwenden
passkey-no-script = Für Passkeys braucht Ihr Browser JavaScript.
passkey-cannot = Ich kann meinen Passkey nicht verwenden
passkey-recovery = Passkey nicht zur Hand?
passkey-enrolment-title = Passkey hinzufügen
passkey-enrolment-lede = Beim nächsten Mal melden Sie sich mit Fingerabdruck, Gesicht oder Bildschirmsperre an. Sie tippen keinen Code, und niemand kann Ihnen den Passkey ablisten.
passkey-enrolment-submit = Passkey hinzufügen
passkey-enrolment-link = Stattdessen einen Passkey hinzufügen
passkey-enrolment-totp = Stattdessen eine Authenticator-App verwenden

## Consent

consent-title = Darf { $client } Ihr Konto verwenden?
consent-verified = Geprüft von { $tenant }
consent-unverified = { $tenant } hat nicht geprüft, wer hinter dieser Anwendung steht. Fahren Sie nur fort, wenn Sie ihr vertrauen.
consent-signed-in-as = Angemeldet als
consent-not-you = Das sind nicht Sie?
consent-scopes = { $client } möchte
consent-resources = Verwendet mit
consent-fact = { $label }: { $value }
consent-while-signed-in = Der Zugriff endet, wenn Sie sich abmelden.
consent-days = { $count ->
    [one] Der Zugriff gilt { $count } Tag.
   *[other] Der Zugriff gilt { $count } Tage.
}
consent-until-withdrawn = Der Zugriff gilt, bis Sie ihn widerrufen.
consent-described-at = Diese Anwendung beschreibt sich selbst unter { $host }. Fahren Sie nur fort, wenn Sie diese Adresse kennen.
consent-on-device = Diese Anwendung läuft auf Ihrem Gerät; ein anderes Programm dort könnte sich für sie ausgeben. Fahren Sie nur fort, wenn Sie sie gerade gestartet haben.
consent-host = Danach kehren Sie zu { $host } zurück.
consent-allow = Erlauben
consent-deny = Ablehnen
consent-remember = Wenn Sie zustimmen, merken wir uns das und fragen nicht noch einmal nach demselben.
consent-withdraw-link = Zugriffe verwalten
consent-about = Über { $client }
consent-home = Website
consent-policy = Datenschutzerklärung
consent-terms = Nutzungsbedingungen
tell-title = Ein paar Angaben
tell-hint = Was Sie eingeben, wird Teil Ihres Profils. Sie sehen es in Ihrem Konto.
terms-title = Lesen und zustimmen
terms-version = Fassung { $version }
terms-changed = Seit Ihrer Zustimmung geändert
terms-hint = Sie öffnen sich in einem neuen Tab. Wir bewahren auf, wem Sie wann zugestimmt haben, und zeigen es in Ihrem Konto.
terms-agree = Ich stimme zu
terms-decline = Ich stimme nicht zu

## Geräte

device-title = Gerät verbinden
device-lede = Geben Sie den Code ein, den Ihr Gerät zeigt.
device-submit = Weiter
device-warning = Hat Ihnen jemand diesen Code oder Link geschickt? Dann hören Sie hier auf: Mit der Eingabe könnte diese Person Ihr Konto verwenden.
device-approval-title = Darf { $client } auf diesem Gerät Ihr Konto verwenden?
device-approval-compare = Ihr Gerät muss diesen Code zeigen:
device-approval-warning = Fahren Sie nur fort, wenn Sie das gerade selbst begonnen haben. Niemand sonst braucht Ihre Zustimmung.
device-approval-origin = Das Gerät fragt von
device-approval-own = Ich habe das auf meinem eigenen Gerät begonnen
approvals-title = Wartet auf Sie
approvals-lede = Diese Anwendungen möchten Sie an anderer Stelle anmelden. Öffnen Sie eine, um zu entscheiden.
approvals-nothing = Nichts wartet auf Ihre Entscheidung.
backchannel-approval-title = Haben Sie das bei { $client } begonnen?
backchannel-approval-compare = Das andere Gerät muss dieselbe Nachricht zeigen:
backchannel-approval-warning = Fahren Sie nur fort, wenn Sie das gerade selbst begonnen haben. Wenn nicht, wählen Sie Ablehnen.
scope-openid = Wissen, dass Sie es sind
scope-openid-why = Eine Kennung, um Sie beim nächsten Mal wiederzuerkennen
scope-profile = Ihren Namen und Ihr Profil sehen
scope-profile-why = Name, Bild, Sprache und Zeitzone, um Sie richtig anzusprechen
scope-email = Ihre E-Mail-Adresse sehen
scope-email-why = Und ob sie bestätigt ist, um Ihnen zu schreiben
scope-phone = Ihre Telefonnummer sehen
scope-phone-why = Und ob sie bestätigt ist, um Sie zu erreichen
scope-address = Ihre Postanschrift sehen
scope-address-why = Um Ihnen etwas zu senden oder ein Formular auszufüllen
scope-offline = Auch in Ihrer Abwesenheit zugreifen
scope-offline-why = Ohne dass Sie sich dafür erneut anmelden müssen

## Accounts

select-account-title = Konto wählen
select-account-signed-in = Angemeldet
select-account-signed-out = Abgemeldet

## Registering and recovering

register-title = Konto erstellen
register-submit = Konto erstellen
register-existing = Sie haben schon ein Konto?
check-mail-title = Sehen Sie in Ihr Postfach
check-mail-reset = Falls es zu { $email } ein Konto gibt, haben wir einen Link gesendet, mit dem Sie ein neues Passwort wählen.
check-mail-verify = Wir haben eine Mail an { $email } gesendet. Folgen Sie dem Link darin.
check-mail-valid = { $count ->
    [one] Der Link gilt { $count } Minute.
   *[other] Der Link gilt { $count } Minuten.
}
check-mail-nothing = Nichts angekommen? Sehen Sie im Spam-Ordner nach, und prüfen Sie die Adresse.
check-mail-resend = Noch einmal senden
confirm-email-title = E-Mail-Adresse bestätigen
confirm-email-text = Bestätigen Sie mit der Schaltfläche, dass { $email } Ihnen gehört.
confirm-email-submit = Adresse bestätigen
confirm-email-not-you = Sie waren es nicht? Drücken Sie den Knopf: Alle werden abgemeldet, und Sie wählen ein neues Passwort.
confirm-email-not-you-by-code = Sie waren es nicht? Drücken Sie den Knopf: Was andere eingerichtet haben, wird entfernt, und alle werden abgemeldet.
forgot-password-title = Neues Passwort wählen
forgot-password-lede = Geben Sie Ihre E-Mail-Adresse ein, wir senden Ihnen einen Link.
forgot-password-submit = Link senden
reset-password-title = Neues Passwort wählen
reset-password-lede = Auf Ihren anderen Geräten werden Sie abgemeldet.
reset-password-submit = Passwort speichern

## Your account

account-title = Ihr Konto
account-places = Ihr Konto
account-home = Übersicht
account-profile = Profil
account-profile-text = Ihre Namen und Ihre Adresse
account-security = Sicherheit
account-security-text = Passwort, Authenticator-App, Wiederherstellungscodes
account-security-text-by-code = Passkeys, Authenticator-App, Wiederherstellungscodes
account-sessions = Geräte
account-sessions-text = Wo Sie angemeldet sind
sessions-lede = Diese Browser sind bei Ihrem Konto angemeldet.
sessions-unknown = Einer davon ist Ihnen fremd? Melden Sie ihn ab, danach:
session-on = { $browser } auf { $system }
session-unknown = Ein Browser, der seinen Namen nicht nennt
session-here = Dieses Gerät
session-began = Angemeldet
session-seen = Zuletzt benutzt
session-network = Netz
session-place = Ort
place-near = bei { $place }
session-end = Dort abmelden
session-end-all = Überall sonst abmelden
notice-signed-out-elsewhere = Dort abgemeldet.
account-applications = Apps
account-applications-text = Wer Ihr Konto benutzen darf
applications-none = Keine Anwendung benutzt Ihr Konto.
applications-lede = Diese Anwendungen dürfen Ihr Konto benutzen.
applications-after = Ein entzogener Zugriff endet sofort. Was eine Anwendung schon gelesen hat, kann sie behalten haben.
application-since = Zugelassen
application-withdraw = Zugriff entziehen
notice-access-taken-back = Zugriff entzogen.
save = Speichern
cancel = Abbrechen
field-given-name = Vorname
field-family-name = Nachname
field-nickname = Spitzname
profile-lede = Anwendungen sehen davon, was Sie ihnen zeigen.
email-change = Adresse ändern
email-title = E-Mail-Adresse ändern
field-new-email = Neue E-Mail-Adresse
email-hint = Wir senden einen Link dorthin. Ihre Adresse ändert sich, wenn Sie ihm folgen.
email-submit = Link senden
email-wished-title = Wartet darauf, dass Sie dem Link folgen
email-wished-text = Öffnen Sie die Mail, die wir dorthin gesendet haben, in einem Browser, in dem Sie angemeldet sind. Kam keine an, ist die Adresse vielleicht vertippt oder vergeben.
email-drop = Alte Adresse behalten
notice-email-asked = Wir haben eine Mail an Ihre neue Adresse gesendet.
notice-email-kept = Ihre Adresse bleibt, wie sie ist.
notice-last-administrator = Sie verwalten hier als einzige Person. Geben Sie diese Rolle weiter, bevor Sie Ihr Konto löschen.
deletion-heading = Konto löschen
deletion-hint = Alles, was wir über Sie wissen, verschwindet damit.
deletion-title = Ihr Konto löschen?
deletion-text = Sie werden sofort überall abgemeldet, und keine Anwendung kann das Konto mehr benutzen.
deletion-days = { $count ->
    [one] Innerhalb von { $count } Tag können Sie sich wieder anmelden, um es zu behalten. Danach wird alles, was wir über Sie wissen, endgültig gelöscht.
   *[other] Innerhalb von { $count } Tagen können Sie sich wieder anmelden, um es zu behalten. Danach wird alles, was wir über Sie wissen, endgültig gelöscht.
}
deletion-submit = Konto löschen
data-title = Ihre Daten
data-lede = Alles, was wir über Sie wissen, soweit es aufbewahrt wird. Passwörter, Schlüssel und Codes selbst fehlen.
data-submit = Als Datei herunterladen
data-hint = Sehen und herunterladen, was wir über Sie wissen.
data-show = Meine Daten zeigen
accepted-title = Bedingungen, denen Sie zugestimmt haben
accepted-hint = Welcher Fassung, und wann.
accepted-show = Zeigen
accepted-none = Sie haben hier keinen Bedingungen zugestimmt.
accepted-since = Zugestimmt
accepted-client = Auf dem Weg zu { $client }
attribute-operators = Nur der Betreiber kann das ändern.
data-attributes = Weiteres über Sie
data-left-empty = Leer gelassen
data-by-operator = Vom Betreiber eingetragen
data-yes = Ja
data-no = Nein
data-failures = Fehlversuche
data-sign-ins = Anmeldungen
data-consents = Ihre Zustimmungen
data-grants = Zugriffe von Apps
data-requests = Anfragen, ob Sie es sind
data-other-issuers = Sie bei anderen Diensten
data-email-changes = Änderungen Ihrer Adresse
data-mailed-links = Gemailte Links
data-subject = Kennung
data-former-email = Frühere Adresse
data-email-confirmed = Adresse bestätigt
data-phone-confirmed = Telefonnummer bestätigt
data-name = Name
data-middle-name = Mittlerer Name
data-username = Benutzername
data-profile-url = Profilseite
data-picture = Bild
data-website = Website
data-gender = Geschlecht
data-birthdate = Geburtstag
data-zoneinfo = Zeitzone
data-locale = Sprache
data-phone = Telefonnummer
data-address = Postanschrift
data-administrator = Verwaltet diesen Dienst
data-since = Seit
data-used = Benutzt
data-removed = Entfernt
data-ended = Beendet
data-expires = Gültig bis
data-confirmed = Bestätigt
data-allowed = Erlaubt
data-refused = Abgelehnt
data-reason = Grund
data-proofs = Angemeldet mit
data-count = Wie oft
data-model = Modell
data-copied = Auf andere Geräte kopiert
data-attested = Modell beglaubigt
data-browser = Browser
data-system = System
data-country = Land
data-city = Stadt
data-point = Breite und Länge
data-client = App
data-scope = Darf sehen
data-resources = Bei
data-details = Einzelheiten
data-claims = Erbeten
data-message = Nachricht
data-issuer = Dienst
data-purpose = Zweck
data-terms = Bedingungen
data-version = Fassung
data-read-at = Gelesen unter
data-nothing = Keine Angabe
data-attested-passkey = Passkey eines beglaubigten Modells
data-email-code = Code per Mail
data-end-revoked = Von der Verwaltung beendet
data-end-disowned = Sie haben gesagt, dass Sie es nicht waren
data-end-deletion = Sie wollten das Konto löschen
data-end-withdrawn = Sie haben den Zugriff entzogen
data-end-client-gone = Die Anwendung wurde hier entfernt
data-end-given-up = Die Anwendung hat ihn zurückgegeben
data-end-replayed = Zweimal benutzt, also vielleicht gestohlen
data-link-setup = Konto einrichten
data-link-undo = Adresse zurückholen
data-more = { $count ->
    [one] { $count } weiterer Eintrag steht in der Datei.
   *[other] { $count } weitere Einträge stehen in der Datei.
}
security-lede = Bevor Sie hier etwas ändern, melden Sie sich noch einmal an.
security-changed = Geändert
security-set-up = Eingerichtet
security-none = Noch keines
security-change-password = Passwort ändern
security-totp = Authenticator-App
security-totp-none = Ein zweiter Schritt, der Sie schützt, wenn jemand Ihr Passwort erfährt
security-totp-none-by-code = Ein zweiter Schritt, der Sie schützt, wenn jemand Ihre Mails liest
security-add = Einrichten
security-replace = Ersetzen
security-remove = Entfernen
security-demanded = Hier brauchen alle einen zweiten Schritt: Sie können ihn ersetzen, aber nicht entfernen.
security-codes = Wiederherstellungscodes
security-codes-left = { $count ->
    [one] Noch { $count } Code
   *[other] Noch { $count } Codes
}
security-renew-codes = Neue Codes erstellen
security-recovery = { $count ->
    [one] Jemand, der den ersten Schritt Ihrer Anmeldung kennt, lässt Ihren zweiten Schritt in etwa { $count } Stunde entfernen. Waren Sie es nicht, halten Sie es auf und ändern Sie Ihr Passwort.
   *[other] Jemand, der den ersten Schritt Ihrer Anmeldung kennt, lässt Ihren zweiten Schritt in etwa { $count } Stunden entfernen. Waren Sie es nicht, halten Sie es auf und ändern Sie Ihr Passwort.
}
security-recovery-by-code = { $count ->
    [one] Jemand, der den ersten Schritt Ihrer Anmeldung kennt, lässt Ihren zweiten Schritt in etwa { $count } Stunde entfernen. Waren Sie es nicht, halten Sie es auf und prüfen Sie, wer Ihre Mails liest.
   *[other] Jemand, der den ersten Schritt Ihrer Anmeldung kennt, lässt Ihren zweiten Schritt in etwa { $count } Stunden entfernen. Waren Sie es nicht, halten Sie es auf und prüfen Sie, wer Ihre Mails liest.
}
security-recovery-stop = Aufhalten
notice-recovery-stopped = Aufgehalten. Ihr zweiter Schritt bleibt.
security-passkeys = Passkeys
security-passkeys-none = Mit Fingerabdruck, Gesicht oder Displaysperre anmelden
security-passkeys-count = { $count ->
    [one] { $count } Passkey
   *[other] { $count } Passkeys
}
security-manage = Verwalten
passkeys-lede = Jeder davon meldet Sie für sich allein an.
passkey-unnamed = Passkey
passkey-added = Hinzugefügt
passkey-not-used = Noch nicht benutzt
passkey-copied = Auf Ihre anderen Geräte kopiert
passkey-one-device = Nur auf einem Gerät
passkey-rename = Umbenennen
passkey-last = Ohne ihn könnten Sie sich nicht so anmelden, wie es hier nötig ist; er bleibt, bis es einen anderen Weg gibt.
passkey-name-title = Diesen Passkey benennen
field-passkey-name = Name
remove-passkey-title = Diesen Passkey entfernen?
remove-passkey-text = Er meldet Sie nicht mehr an. Wo Sie schon angemeldet sind, bleiben Sie es.
remove-other-totp-text = Ihr Passkey bleibt, ebenso Ihre Wiederherstellungscodes.
notice-passkey-added = Der Passkey ist hinzugefügt.
notice-passkey-removed = Der Passkey ist entfernt.
remove-totp-title = Authenticator-App entfernen?
remove-totp-text = Danach genügt Ihr Passwort zur Anmeldung. Auch Ihre Wiederherstellungscodes gelten dann nicht mehr.
remove-totp-text-by-code = Danach genügt ein Code per Mail zur Anmeldung. Auch Ihre Wiederherstellungscodes gelten dann nicht mehr.
remove-totp-submit = Entfernen
renew-codes-title = Neue Wiederherstellungscodes erstellen?
renew-codes-text = Sie sehen die neuen Codes ein einziges Mal. Die bisherigen gelten dann nicht mehr.
renew-codes-submit = Neue Codes erstellen
notice-profile-saved = Gespeichert.
notice-password-replaced = Ihr Passwort ist geändert. Ihre anderen Geräte sind abgemeldet.
notice-totp-removed = Die Authenticator-App ist entfernt.
notice-codes-saved = Bewahren Sie die Codes so auf, dass Sie sie auch ohne Ihr Telefon finden.
ago-now = gerade eben
ago-minutes = { $count ->
    [one] vor { $count } Minute
   *[other] vor { $count } Minuten
}
ago-hours = { $count ->
    [one] vor { $count } Stunde
   *[other] vor { $count } Stunden
}
ago-days = { $count ->
    [one] vor { $count } Tag
   *[other] vor { $count } Tagen
}
ago-months = { $count ->
    [one] vor { $count } Monat
   *[other] vor { $count } Monaten
}
ago-years = { $count ->
    [one] vor { $count } Jahr
   *[other] vor { $count } Jahren
}
invitation-title = Einladung annehmen
invitation-text = Diese Einladung ist für { $email }.
invitation-client = Danach geht es weiter zu { $client }.
invitation-other = Hier sind Sie als { $email } angemeldet. Dieses Konto bleibt, wie es ist, und bleibt angemeldet.
invitation-stay = Mit diesem Konto weiter
invitation-submit = Annehmen
invitation-otherwise = Damit haben Sie nicht gerechnet? Schließen Sie die Seite; es geschieht nichts.
not-me-title = War das jemand anderes?
not-me-text = Jemand hat geändert, wie Sie sich beim Konto { $email } anmelden.
not-me-next = Wenn Sie es nicht waren, melden wir alle ab, schalten das Passwort aus, entfernen neue Passkeys und senden Ihnen einen Link für ein neues Passwort.
not-me-next-by-code = Wenn Sie es nicht waren, melden wir alle ab und entfernen neue Passkeys.
not-me-submit = Das war ich nicht
not-me-otherwise = Sie waren es? Schließen Sie die Seite; es geschieht nichts.
remove-lost-title = Zweiten Schritt entfernen?
remove-lost-text = Sie haben gesagt, dass Sie alle zweiten Schritte des Kontos { $email } verloren haben.
remove-lost-next = Wir entfernen Authenticator-App, Passkeys und Wiederherstellungscodes und melden Sie überall ab. Danach melden Sie sich an und richten einen neuen zweiten Schritt ein.
remove-lost-submit = Zweiten Schritt entfernen
remove-lost-otherwise = Sie haben ihn noch, oder Sie haben das nicht beantragt? Schließen Sie diese Seite und melden Sie sich wie gewohnt an; das hält es auf.
new-email-title = Diese Adresse benutzen?
new-email-text = Drücken Sie den Knopf, um sich künftig mit { $email } anzumelden. Ihre bisherige Adresse erhält eine Nachricht.
new-email-submit = Diese Adresse benutzen
new-email-otherwise = Sie wollten das nicht? Schließen Sie die Seite; es geschieht nichts.
former-email-title = Ihre Adresse zurückholen?
former-email-text = Jemand hat eine andere Adresse an die Stelle von { $email } gesetzt.
former-email-next = Wenn Sie es nicht waren, setzen wir Ihre wieder ein, melden alle ab, schalten das Passwort aus, entfernen neue Passkeys und senden Ihnen einen Link für ein neues Passwort.
former-email-next-by-code = Wenn Sie es nicht waren, setzen wir Ihre wieder ein, melden alle ab und entfernen neue Passkeys.
former-email-submit = Zurückholen
done-shut-out-title = Alle sind abgemeldet
done-shut-out-text = Das alte Passwort gilt nicht mehr. Öffnen Sie die eben gesendete Mail und wählen Sie ein neues.
done-shut-out-text-by-code = Melden Sie sich mit einem Code per Mail wieder an.
done-lost-title = Zweiter Schritt entfernt
done-lost-text = Melden Sie sich jetzt an. Dabei richten Sie einen neuen zweiten Schritt ein.

## Done

done-email-title = Adresse bestätigt
done-email-text = Ihre E-Mail-Adresse ist bestätigt.
done-new-email-title = Adresse geändert
done-new-email-text = Melden Sie sich künftig mit Ihrer neuen E-Mail-Adresse an.
done-former-email-title = Ihre Adresse ist wieder da
done-deletion-title = Ihr Konto wird gelöscht
done-deletion-text = Sie sind überall abgemeldet. Anders überlegt? Melden Sie sich vor dem Tag wieder an, den die eben gesendete Mail nennt.
done-password-title = Passwort geändert
done-password-text = Verwenden Sie von nun an Ihr neues Passwort.
done-signed-in-title = Sie sind angemeldet
done-signed-in-text = Alles ist bereit.
done-factor-title = Authenticator-App eingeschaltet
done-factor-text = Von nun an geben Sie beim Anmelden auch einen Code ein.
done-device-allowed-title = Gerät verbunden
done-device-allowed-text = Sie können zu Ihrem Gerät zurückkehren.
done-device-refused-title = Gerät abgewiesen
done-device-refused-text = Es hat keinen Zugriff auf Ihr Konto.
done-device-late-title = Dieser Code gilt nicht mehr
done-device-late-text = Er wurde schon verwendet oder ist abgelaufen. Beginnen Sie auf dem Gerät von vorn.
done-request-allowed-title = Zugestimmt
done-request-allowed-text = Sie können dorthin zurückkehren, wo Sie begonnen haben.
done-request-refused-title = Abgelehnt
done-request-refused-text = Die Anwendung hat keinen Zugriff auf Ihr Konto.
done-request-late-title = Diese Anfrage ist vorbei
done-request-late-text = Über sie wurde schon entschieden, oder sie ist abgelaufen.
done-request-other-title = Diese Anfrage gilt jemand anderem
done-request-other-text = Nur die genannte Person kann entscheiden. Es hat sich nichts geändert.

## When a journey cannot go on here

elsewhere-title = Machen Sie weiter, wo Sie begonnen haben
elsewhere-text = Sie haben in einem anderen Browser oder auf einem anderen Gerät begonnen. Machen Sie dort weiter; es ist nichts verloren. Oder beginnen Sie hier neu.
over-title = Dieser Vorgang ist beendet
over-text = Er ist abgeschlossen, hat zu lange gedauert oder ist nicht mehr möglich. Wenn Sie nicht dort sind, wo Sie hinwollten, beginnen Sie neu.

## Signing out

logout-title = Abmelden?
logout-asked-by = { $client } möchte Sie abmelden.
logout-account = Sie sind angemeldet als { $email }.
logout-effect = Anwendungen, die Sie mit diesem Konto verwenden, melden Sie vielleicht ebenfalls ab.
logout-submit = Abmelden
logout-stay = Angemeldet bleiben
logout-done-title = Sie sind abgemeldet
logout-done-text = Schließen Sie an einem gemeinsam genutzten Computer auch den Browser.
logout-applications-text = Anwendungen, die Sie mit diesem Konto verwendet haben, melden Sie ebenfalls ab.
logout-frame-title = Abmeldung bei einer Anwendung

## Errors

error-advice-title = Was Sie tun können
error-status = Status
error-technical = Für Entwickler
error-request-title = Diese Anfrage ist nicht lesbar
error-request-text = Die Anwendung, von der Sie kommen, hat um etwas gebeten, das wir nicht können.
error-request-advice = Gehen Sie zur Anwendung zurück und versuchen Sie es noch einmal. Geschieht es wieder, nennen Sie ihren Herstellern die Kennung unten.
error-client-title = Diese Anwendung ist hier nicht bekannt
error-client-text = Die Anwendung, von der Sie kommen, ist nicht registriert oder abgeschaltet.
error-client-advice = Prüfen Sie, ob der Link stimmt. Die Hersteller der Anwendung können mit der Kennung unten helfen.
error-return-title = Wir können Sie nicht zurücksenden
error-return-text = Die Anwendung erwartet die Antwort an einer Adresse, die nicht registriert ist. Zu Ihrem Schutz halten wir hier an.
error-return-advice = Nennen Sie den Herstellern der Anwendung die Kennung unten.
error-expired-title = Diese Seite ist abgelaufen
error-expired-text = Sie war zu lange offen, oder Sie sind schon fertig.
error-expired-advice = Beginnen Sie neu bei der Anwendung, von der Sie kommen.
error-link-title = Dieser Link gilt nicht mehr
error-link-text = Er ist zu alt, wurde schon benutzt, oder es gibt einen neueren.
error-link-advice = Öffnen Sie die neueste Mail, oder fordern Sie einen neuen Link an.
error-form-title = Dieses Formular konnten wir nicht annehmen
error-form-text = Ihr Browser hat das zugehörige Cookie nicht gesendet.
error-form-advice = Erlauben Sie Cookies für diese Seite, gehen Sie zurück, laden Sie neu und versuchen Sie es noch einmal.
error-forbidden-title = Das können Sie nicht öffnen
error-forbidden-text = Ihr Konto ist dafür nicht berechtigt.
error-forbidden-advice = Melden Sie sich mit einem anderen Konto an, oder fragen Sie, wer diesen Dienst betreut.
error-not-found-title = Diese Seite gibt es nicht
error-not-found-text = Vielleicht ist die Adresse falsch geschrieben, oder die Seite gibt es nicht mehr.
error-not-found-advice = Prüfen Sie die Adresse, oder beginnen Sie bei der Anwendung, die Sie verwenden möchten.
error-internal-title = Hier ist etwas schiefgegangen
error-internal-text = Es ist unser Fehler, nicht Ihrer.
error-internal-advice = Versuchen Sie es gleich noch einmal. Geschieht es wieder, nennen Sie uns die Kennung unten.
error-unavailable-title = Einen Moment, bitte
error-unavailable-text = Der Dienst ist ausgelastet oder startet neu.
error-unavailable-advice = Warten Sie einige Sekunden und laden Sie die Seite neu.
too-many-title = Eine kurze Pause
too-many-text = Es gab zu viele Versuche. Zum Schutz der Konten warten wir etwas.
too-many-back = Noch einmal versuchen

## Other pages

home-title = Anmeldedienst
home-heading = Dies ist der Anmeldedienst von { $tenant }
home-text = Anwendungen senden Sie zum Anmelden hierher; danach kehren Sie zu ihnen zurück.
home-account = Ihr Konto
redirecting-title = Es geht weiter
redirecting-to = Weiter zu { $client }
redirecting-text = Wenn nichts geschieht, wählen Sie „Weiter“.

## Mails

mail-sent-by = Diese Mail wurde von { $tenant } gesendet.
mail-link-plain = Wenn die Schaltfläche nicht funktioniert, kopieren Sie diese Adresse in Ihren Browser:
mail-link-label = { $label }:
mail-valid = { $count ->
    [one] Der Link gilt einmal, { $count } Minute lang.
   *[other] Der Link gilt einmal, { $count } Minuten lang.
}
mail-ignore = Sie haben das nicht veranlasst? Dann ignorieren Sie diese Mail; es ändert sich nichts.
mail-code-subject = Ihr Code für { $tenant }
mail-code-text = Geben Sie diesen Code auf der Seite ein, auf der Sie sich bei { $tenant } anmelden:
mail-code-action = Code für mich eintragen
mail-code-valid = { $count ->
    [one] Der Code gilt einmal, { $count } Minute lang, in dem Browser, in dem Sie ihn angefordert haben.
   *[other] Der Code gilt einmal, { $count } Minuten lang, in dem Browser, in dem Sie ihn angefordert haben.
}
mail-code-long = Der Code ist länger als sonst, weil für diese Adresse oft ein falscher eingegeben wurde. Die Schaltfläche trägt ihn für Sie ein.
mail-code-secret = Behalten Sie ihn für sich. Wer Sie danach fragt, will in Ihr Konto.
mail-invitation-subject = Sie sind eingeladen: { $tenant }
mail-invitation-text = Sie sind zu einem Konto bei { $tenant } eingeladen.
mail-invitation-action = Einladung ansehen
mail-invitation-until = Der Link gilt einmal, bis { $when }.
mail-reset-subject = Neues Passwort für { $tenant } wählen
mail-reset-text = Jemand, hoffentlich Sie, hat ein neues Passwort für Ihr Konto bei { $tenant } angefordert.
mail-reset-action = Neues Passwort wählen
mail-verify-subject = E-Mail-Adresse für { $tenant } bestätigen
mail-verify-text = Bestätigen Sie, dass diese Adresse Ihnen gehört, um Ihr Konto bei { $tenant } fertig einzurichten.
mail-verify-action = Adresse bestätigen
mail-approval-subject = Bestätigen Sie bei { $tenant }, dass Sie es sind
mail-approval-text = Eine Anwendung möchte Sie über { $tenant } an anderer Stelle anmelden. Sehen Sie nach, was sie möchte, und stimmen Sie nur zu, wenn Sie das selbst begonnen haben.
mail-approval-action = Anfrage ansehen
mail-exists-subject = Sie haben schon ein Konto bei { $tenant }
mail-exists-text = Jemand, vielleicht Sie, wollte mit dieser Adresse ein Konto bei { $tenant } erstellen. Sie haben schon eines, deshalb wurde keines erstellt.
mail-exists-action = Anmelden
mail-exists-forgot = Wenn Sie Ihr Passwort vergessen haben, wählen Sie auf der Anmeldeseite ein neues.
mail-exists-ignore = Sie waren es nicht? Dann ist nichts zu tun; niemand hat etwas von Ihrem Konto gesehen.
mail-taken-text = Jemand, vielleicht Sie, wollte diese Adresse für ein anderes Konto bei { $tenant } benutzen. Sie gehört zu Ihrem Konto, darum wurde nichts geändert.
mail-new-email-subject = Neue E-Mail-Adresse für { $tenant } bestätigen
mail-new-email-text = Jemand, hoffentlich Sie, möchte sich bei { $tenant } künftig mit dieser Adresse anmelden. Öffnen Sie den Link in einem Browser, in dem Sie angemeldet sind.
mail-email-changed-subject = Ihre E-Mail-Adresse bei { $tenant } wurde geändert
mail-email-changed-text = Ihr Konto bei { $tenant } hat jetzt eine andere E-Mail-Adresse. An diese senden wir nichts mehr.
mail-email-changed-not-you = Sie waren es nicht? Drücken Sie den Knopf: Sie bekommen Ihre Adresse zurück, alle werden abgemeldet, und Sie wählen ein neues Passwort.
mail-email-changed-not-you-by-code = Sie waren es nicht? Drücken Sie den Knopf: Sie bekommen Ihre Adresse zurück, und alle werden abgemeldet.
mail-deletion-subject = Ihr Konto bei { $tenant } wird gelöscht
mail-deletion-text = Jemand, hoffentlich Sie, hat { $tenant } gebeten, Ihr Konto zu löschen. Bis dahin ist es außer Betrieb.
mail-deletion-due = Endgültig gelöscht: { $when }
mail-deletion-not-you = Sie waren es nicht? Drücken Sie den Knopf: Ihr Konto bleibt bestehen, und alle werden abgemeldet.
mail-deletion-keep = Sie haben es sich anders überlegt? Melden Sie sich vorher wieder an, dann geht nichts verloren.
mail-deletion-action = Anmelden und behalten
mail-deletion-former-text = Ihr Konto bei { $tenant } hatte bis vor Kurzem diese E-Mail-Adresse. Jetzt hat uns jemand gebeten, es zu löschen. Bis dahin ist es außer Betrieb.
mail-deletion-former-not-you = Sie waren es nicht? Drücken Sie den Knopf: Sie bekommen Adresse und Konto zurück, und alle werden abgemeldet.
mail-kept-subject = Ihr Konto bei { $tenant } bleibt bestehen
mail-kept-text = Jemand hat sich bei Ihrem Konto bei { $tenant } angemeldet oder in einer unserer Mails „Das war ich nicht“ gedrückt, darum wird es nicht gelöscht.
mail-sign-in-subject = Neue Anmeldung bei Ihrem Konto bei { $tenant }
mail-sign-in-text = Jemand hat sich bei Ihrem Konto bei { $tenant } auf einem Gerät oder von einem Ort angemeldet, die wir nicht kannten.
mail-sign-in-device = Gerät: { $device }
mail-sign-in-network = Netz: { $network }
mail-sign-in-place = Ort: { $place }
mail-confirm-subject = Melden Sie sich gerade bei { $tenant } an?
mail-confirm-text = Jemand, der Ihr Passwort kennt, meldet sich gerade bei Ihrem Konto bei { $tenant } an, auf einem Gerät oder von einem Ort, die wir nicht kennen.
mail-confirm-not-you = Sie sind es nicht? Verwenden Sie den Code nicht, und wählen Sie ein neues Passwort: Ihres kennt noch jemand.
mail-confirm-code = Sie sind es? Geben Sie diesen Code auf der Seite ein, auf der Sie sich anmelden:
mail-password-subject = Ihr Passwort bei { $tenant } wurde geändert
mail-password-text = Das Passwort Ihres Kontos bei { $tenant } wurde geändert. Andere Geräte wurden abgemeldet.
mail-factor-subject = Neue Anmeldemethode bei { $tenant }
mail-factor-totp = Für Ihr Konto bei { $tenant } wurde eine Authenticator-App eingerichtet.
mail-factor-recovery = Für Ihr Konto bei { $tenant } wurden neue Wiederherstellungscodes erstellt. Die alten gelten nicht mehr.
mail-factor-passkey = Ihrem Konto bei { $tenant } wurde ein Passkey hinzugefügt.
mail-passkey-copied-subject = Ein Passkey wurde bei { $tenant } abgelehnt
mail-passkey-copied-text = Jemand hat einen Passkey Ihres Kontos bei { $tenant } verwendet, der möglicherweise kopiert wurde. Er wurde deshalb abgelehnt.
mail-passkey-copied-advice = Waren Sie es selbst, dann entfernen Sie diesen Passkey und fügen Sie einen neuen hinzu. Waren Sie es nicht? Dann wählen Sie sofort ein neues Passwort.
mail-passkey-copied-advice-by-code = Waren Sie es selbst, dann entfernen Sie diesen Passkey und fügen Sie einen neuen hinzu. Waren Sie es nicht? Dann drücken Sie sofort den Knopf.
mail-recovery-subject = Ein Wiederherstellungscode wurde bei { $tenant } benutzt
mail-recovery-text = Jemand hat sich bei { $tenant } mit Ihrem Passwort und einem Ihrer Wiederherstellungscodes angemeldet. Dieser Code gilt nicht mehr.
mail-recovery-text-by-code = Jemand hat sich bei { $tenant } mit einem Code per Mail und einem Ihrer Wiederherstellungscodes angemeldet. Dieser Wiederherstellungscode gilt nicht mehr.
mail-removed-subject = Anmeldemethode bei { $tenant } entfernt
mail-removed-totp = Die Authenticator-App Ihres Kontos bei { $tenant } wurde entfernt.
mail-removed-passkey = Ein Passkey Ihres Kontos bei { $tenant } wurde entfernt. Er meldet niemanden mehr an.
mail-lost-subject = Ihr zweiter Schritt bei { $tenant } wird entfernt
mail-lost-text = Jemand, hoffentlich Sie, hat gesagt, dass alle zweiten Schritte Ihres Kontos bei { $tenant } verloren sind. Der erste Schritt der Anmeldung war richtig.
mail-lost-due = Wir senden einen Link zum Entfernen: { $when }
mail-lost-not-you = Sie waren es nicht? Drücken Sie den Knopf: Nichts wird entfernt, alle werden abgemeldet, und Sie wählen ein neues Passwort. Auch eine Anmeldung mit Ihrem zweiten Schritt hält es auf.
mail-lost-not-you-by-code = Sie waren es nicht? Drücken Sie den Knopf: Nichts wird entfernt, und alle werden abgemeldet. Auch eine Anmeldung mit Ihrem zweiten Schritt hält es auf.
mail-lost-due-subject = Zweiten Schritt bei { $tenant } entfernen
mail-lost-due-text = Die Wartezeit ist um. Wenn Sie alle zweiten Schritte Ihres Kontos bei { $tenant } verloren haben, entfernen Sie sie jetzt und richten Sie einen neuen ein. Haben Sie ihn noch, melden Sie sich wie gewohnt an; das hält es auf.
mail-lost-due-valid = { $count ->
    [one] Der Link gilt einmal, { $count } Tag lang.
   *[other] Der Link gilt einmal, { $count } Tage lang.
}
mail-lost-stopped-subject = Ihr zweiter Schritt bei { $tenant } bleibt
mail-lost-stopped-text = Jemand, der bei Ihrem Konto bei { $tenant } angemeldet ist, hat das Entfernen Ihres zweiten Schritts aufgehalten.
mail-not-me-valid = { $count ->
    [one] Der Knopf wirkt { $count } Tag lang.
   *[other] Der Knopf wirkt { $count } Tage lang.
}
mail-when = Wann: { $when }
mail-not-you = Sie waren es nicht? Drücken Sie den Knopf: Alle werden abgemeldet, und Sie wählen ein neues Passwort.
mail-not-you-by-code = Sie waren es nicht? Drücken Sie den Knopf: Alle werden abgemeldet, und neue Passkeys werden entfernt.
mail-not-you-action = Das war ich nicht
