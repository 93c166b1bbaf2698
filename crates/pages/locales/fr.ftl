# Textes de toutes les pages et de tous les e-mails. Courts, au vouvoiement, sans reproche. Chaque langue a les mêmes clés.

## Common

title-error-prefix = Erreur :
languages = Langues
continue = Continuer
continue-to = Continuer vers { $client }
to-continue-to = pour accéder à { $client }
back-to-sign-in = Retour à la connexion
not-now = Pas maintenant
another-account = Utiliser un autre compte
start-again = Recommencer
start-again-for = Recommencer pour { $client }
start-again-at = Recommencer depuis { $client }
may-close = Vous pouvez fermer cette page.
reference = Référence
why-title = Pourquoi cette question ?
why-text = Si vous demandez de l’aide, indiquez ceci :
sign-in-link = Se connecter
register-link = Créer un compte
forgot-password-link = Mot de passe oublié ?

## Fields

field-email = Adresse e-mail
field-account = Compte
field-password = Mot de passe
field-new-password = Nouveau mot de passe
field-name = Votre nom
field-code = Code
field-recovery-code = Code de récupération
field-user-code = Code affiché sur votre appareil
user-code-hint = En majuscules ou en minuscules, avec ou sans tirets
field-optional = (facultatif)
field-choose = Choisissez
password-rules = Au moins { $count } caractères. Quelques mots sans rapport entre eux font un bon mot de passe ; tous les caractères sont acceptés.
code-hint = Les 6 chiffres de votre application d’authentification
recovery-code-hint = L’un des codes que vous avez conservés. Chacun ne sert qu’une fois.

## Problems

problem-wrong-credentials = L’adresse e-mail ou le mot de passe est incorrect.
problem-too-many-attempts = Il y a eu trop de tentatives.
problem-email-missing = Saisissez votre adresse e-mail.
problem-email-malformed = Saisissez une adresse e-mail complète, par exemple nom@example.com.
problem-email-same = C’est déjà votre adresse.
problem-name-missing = Saisissez votre nom.
problem-name-long = Limitez le nom à { $count } caractères.
problem-password-missing = Saisissez votre mot de passe.
problem-password-wrong = Ce mot de passe est incorrect.
problem-password-short = Utilisez au moins { $count } caractères.
problem-password-long = Utilisez au plus { $count } caractères.
problem-password-common = Ce mot de passe est facile à deviner. Choisissez-en un autre.
problem-password-personal = Choisissez un mot de passe qui ne contient ni votre nom ni votre adresse.
problem-code-missing = Saisissez le code.
problem-code-malformed = Cela ne ressemble pas à un code. Vérifiez-le et réessayez.
problem-code-wrong = Ce code est incorrect. Saisissez le plus récent.
problem-code-used = Ce code a déjà été utilisé. Attendez le suivant.
problem-code-short = Les codes de cette adresse sont désormais plus longs. Demandez-en un nouveau.
problem-recovery-code-wrong = Ce code est incorrect. Vérifiez-le ou utilisez un autre de vos codes.
problem-recovery-code-used = Ce code a déjà été utilisé. Utilisez-en un autre.
problem-user-code-missing = Saisissez le code affiché sur votre appareil.
problem-user-code-unknown = Aucun appareil n’attend ce code. Vérifiez-le ou demandez-en un nouveau sur l’appareil.
problem-at-field = { $label } : { $problem }
problem-attribute-missing = Remplissez ce champ.
problem-attribute-long = Raccourcissez-le à { $count } caractères.
problem-attribute-line = Utilisez une seule ligne de texte ordinaire.
problem-attribute-phone = Saisissez le numéro avec l’indicatif du pays, par exemple +33 1 42 68 53 00.
problem-attribute-integer = Saisissez un nombre entier.
problem-attribute-date = Saisissez un jour, par exemple 1990-12-31.
problem-attribute-choice = Choisissez un élément de la liste.
problem-own-device = Confirmez que vous avez lancé cette demande sur votre propre appareil. Sinon, choisissez « Refuser ».
problem-passkey-expired = Le délai est dépassé. Réessayez.
problem-passkey-unknown = Aucun compte ici n’utilise cette clé d’accès. Essayez-en une autre ou connectez-vous autrement.
problem-passkey-removed = Cette clé d’accès a été retirée de son compte. Utilisez-en une autre ou connectez-vous autrement.
problem-passkey-other-account = Cette clé d’accès appartient à un autre compte.
problem-passkey-not-verified = Votre appareil n’a pas vérifié votre identité. Configurez-y un verrouillage de l’écran ou un code PIN, ou connectez-vous autrement.
problem-passkey-copied = Cette clé d’accès a été refusée : elle a peut-être été copiée. Connectez-vous autrement et retirez-la.
problem-passkey-not-added = Cette clé d’accès n’a pas pu être ajoutée. Elle figure peut-être déjà dans votre compte.
problem-passkey-model = Les clés d’accès de cet appareil ou de cette application ne sont pas acceptées ici. Utilisez-en une autre.
problem-passkey-invalid = Cette clé d’accès n’a pas pu être vérifiée. Réessayez ou connectez-vous autrement.
passkey-cancelled = Aucune clé d’accès n’a été utilisée. Réessayez ou choisissez un autre moyen.
passkey-timeout = Le délai a expiré avant l’utilisation d’une clé d’accès. Réessayez.
passkey-exists = Cet appareil a déjà une clé d’accès pour votre compte. Elle vous permet de vous connecter.
passkey-security = Les clés d’accès ne fonctionnent pas à cette adresse. Ouvrez la page à son adresse habituelle.
passkey-unsupported = Cet appareil ne permet pas d’utiliser une clé d’accès ici. Choisissez un autre appareil ou un autre moyen.
passkey-other = Votre appareil n’a pas pu utiliser de clé d’accès. Réessayez ou choisissez un autre moyen.
wait-seconds = { $count ->
    [one] Réessayez dans { $count } seconde.
   *[other] Réessayez dans { $count } secondes.
}
wait-minutes = { $count ->
    [one] Réessayez dans { $count } minute.
   *[other] Réessayez dans { $count } minutes.
}
wait-hours = { $count ->
    [one] Réessayez dans { $count } heure.
   *[other] Réessayez dans { $count } heures.
}

## Notices

notice-page-outdated = La page n’était plus à jour ; rien n’a été envoyé. Reprenez ici.
notice-password-changed = Votre mot de passe est modifié. Connectez-vous avec le nouveau.
notice-email-confirmed = Votre adresse e-mail est confirmée.
notice-signed-out = Déconnexion effectuée.

## Signing in

identify-title = Connexion
identify-submit = Se connecter
identify-new = Pas encore de compte ?
password-title = Confirmez votre identité
password-lede = { $client } demande à nouveau votre mot de passe.
password-lede-by-code = { $client } vous demande de vous connecter à nouveau.
email-code-ask = M’envoyer un code par e-mail
email-code-title = Saisissez le code reçu par e-mail
email-code-sent = S’il existe un compte pour { $email }, un code vient d’y être envoyé.
email-code-sent-registering = Un code vient d’être envoyé à { $email }.
email-code-hint = { $count ->
    [one] Les chiffres de l’e-mail, valables { $count } minute dans ce navigateur
   *[other] Les chiffres de l’e-mail, valables { $count } minutes dans ce navigateur
}
email-code-resend = Envoyer un nouveau code
email-code-other-way = Se connecter autrement
confirm-sign-in-title = Confirmez que c’est bien vous
confirm-sign-in-lede = Cette connexion est inhabituelle pour votre compte ; nous vous demandons donc une chose de plus.

## Telephone number

phone-code-title = Confirmez votre numéro de téléphone
phone-code-to-send = Nous enverrons un code par SMS au { $number }.
phone-code-send = Envoyer le code
phone-code-sent = Un code vient d’être envoyé par SMS au { $number }.
phone-code-hint = { $count ->
    [one] 6 chiffres, valables { $count } minute
   *[other] 6 chiffres, valables { $count } minutes
}
phone-code-submit = Confirmer
phone-code-other-number = Utiliser un autre numéro
phone-code-not-served = Nous ne pouvons pas envoyer de SMS au { $number }. Utilisez un autre numéro.
phone-code-back = Revenir à votre profil
phone-unconfirmed = Votre numéro de téléphone n’est pas confirmé
phone-confirm = Le confirmer par SMS
notice-phone-confirmed = Votre numéro de téléphone est confirmé.
text-phone-code = { $code } est votre code pour { $tenant }. Ne le donnez à personne.
text-phone-code-valid = { $count ->
    [one] Il est valable { $count } minute.
   *[other] Il est valable { $count } minutes.
}
text-recovery-announced = Quelqu’un veut supprimer les seconds facteurs de votre compte { $tenant }. Ce n’est pas vous ? Connectez-vous et arrêtez cela :

## Authenticator app and recovery codes

totp-title = Saisissez votre code
totp-no-phone = Application inaccessible ?
totp-link = Utiliser plutôt l’application d’authentification
recovery-code-link = Utiliser un code de récupération
recovery-code-title = Utilisez un code de récupération
enrolment-title = Configurez une application d’authentification
enrolment-lede = Désormais, vous vous connecterez avec votre mot de passe et un code de l’application.
enrolment-lede-by-code = Désormais, vous vous connecterez avec un code reçu par e-mail et un code de l’application.
enrolment-app-title = Ouvrez votre application d’authentification
enrolment-app-text = Toute application de codes temporaires convient. Beaucoup de gestionnaires de mots de passe en intègrent une.
enrolment-scan-title = Scannez ce code
enrolment-qr-label = Code QR pour votre application d’authentification. La même clé figure à côté sous forme de texte.
enrolment-key = Ou saisissez cette clé :
enrolment-open-app = Ouvrir l’application sur cet appareil
enrolment-code-title = Saisissez le code affiché
enrolment-code-hint = 6 chiffres, renouvelés toutes les 30 secondes
enrolment-submit = Activer
recovery-codes-title = Conservez vos codes de récupération
recovery-codes-lede = Si vous ne pouvez pas utiliser votre application d’authentification ou votre clé d’accès, l’un de ces codes vous permet de vous connecter. Chacun ne sert qu’une fois.
recovery-codes-once = Ces codes ne s’affichent qu’une seule fois.
recovery-codes-how = Imprimez cette page ou copiez la liste dans votre gestionnaire de mots de passe.
recovery-codes-submit = J’ai conservé mes codes
lost-link = Je n’ai plus rien de tout cela
lost-title = Vous avez perdu toutes vos deuxièmes étapes ?
lost-wait = { $count ->
    [one] Nous pouvons les retirer. Cela prend { $count } heure : d’ici là, vous ou le véritable titulaire du compte pouvez l’arrêter.
   *[other] Nous pouvons les retirer. Cela prend { $count } heures : d’ici là, vous ou le véritable titulaire du compte pouvez l’arrêter.
}
lost-next = Nous vous écrivons maintenant, puis nous vous envoyons un lien à la fin du délai. Il retire l’ancienne deuxième étape ; vous vous connectez ensuite et en configurez une nouvelle.
lost-submit = Demander
lost-asked = { $count ->
    [one] Vous l’avez demandé. Dans environ { $count } heure, nous vous enverrons un lien.
   *[other] Vous l’avez demandé. Dans environ { $count } heures, nous vous enverrons un lien.
}
lost-due = Le lien est en route vers votre boîte de réception.
lost-stop = Vous l’avez retrouvée ? Connectez-vous avec elle, et rien ne sera retiré.
lost-back = Retour au code

## Passkeys

passkey-or = ou
passkey-sign-in = Se connecter avec une clé d’accès
passkey-title = Utilisez votre clé d’accès
passkey-lede = Confirmez votre identité avec votre empreinte digitale, votre visage ou le verrouillage de l’écran.
passkey-use = Utiliser la clé d’accès
passkey-link = Utiliser plutôt la clé d’accès
passkey-no-script = Les clés d’accès nécessitent JavaScript dans votre navigateur.
passkey-cannot = Je ne peux pas utiliser ma clé d’accès
passkey-recovery = Clé d’accès inaccessible ?
passkey-enrolment-title = Ajoutez une clé d’accès
passkey-enrolment-lede = La prochaine fois, vous vous connecterez avec votre empreinte digitale, votre visage ou le verrouillage de l’écran. Aucun code à saisir, et personne ne peut vous soutirer votre clé.
passkey-enrolment-submit = Ajouter une clé d’accès
passkey-enrolment-link = Ajouter plutôt une clé d’accès
passkey-enrolment-totp = Utiliser plutôt une application d’authentification

## Consent

consent-title = Autoriser { $client } à utiliser votre compte ?
consent-verified = Application vérifiée par { $tenant }
consent-unverified = { $tenant } n’a pas vérifié qui est à l’origine de cette application. Ne continuez que si vous avez confiance en elle.
consent-signed-in-as = Vous utilisez le compte
consent-not-you = Ce n’est pas vous ?
consent-scopes = { $client } souhaite
consent-resources = Accès utilisé avec
consent-fact = { $label } : { $value }
consent-while-signed-in = L’accès prend fin quand vous vous déconnectez.
consent-days = { $count ->
    [one] L’accès dure { $count } jour.
   *[other] L’accès dure { $count } jours.
}
consent-until-withdrawn = L’accès dure jusqu’à ce que vous le retiriez.
consent-described-at = Cette application se présente elle-même à l’adresse { $host }. Ne continuez que si vous connaissez cette adresse.
consent-on-device = Cette application s’exécute sur votre appareil, où un autre programme pourrait se faire passer pour elle. Ne continuez que si vous venez de la lancer.
consent-host = Vous retournerez ensuite sur { $host }.
consent-allow = Autoriser
consent-deny = Refuser
consent-remember = Si vous acceptez, nous nous en souviendrons et ne vous redemanderons pas la même autorisation.
consent-withdraw-link = Gérer les accès
consent-about = En savoir plus sur { $client }
consent-home = Site web
consent-policy = Politique de confidentialité
consent-terms = Conditions d’utilisation
tell-title = Quelques informations
tell-hint = Ce que vous saisissez fait partie de votre profil. Vous le voyez dans votre compte.
terms-title = Lire et accepter
terms-version = Version { $version }
terms-changed = Modifié depuis votre accord
terms-hint = Ils s’ouvrent dans un nouvel onglet. Nous gardons ce que vous avez accepté et quand, et le montrons dans votre compte.
terms-agree = J’accepte
terms-decline = Je n’accepte pas

## Devices

device-title = Connectez un appareil
device-lede = Saisissez le code affiché sur votre appareil.
device-submit = Continuer
device-warning = Quelqu’un vous a envoyé ce code ou ce lien ? Arrêtez-vous là : en saisissant le code, vous lui permettriez d’utiliser votre compte.
device-approval-title = Autoriser { $client } à utiliser votre compte sur cet appareil ?
device-approval-compare = Votre appareil doit afficher ce code :
device-approval-warning = Ne continuez que si vous venez de lancer vous-même cette demande. Personne d’autre n’a besoin de votre accord.
device-approval-origin = Demande envoyée depuis
device-approval-own = J’ai lancé cette demande sur mon propre appareil
approvals-title = En attente de votre décision
approvals-lede = Ces applications demandent à vous connecter ailleurs. Ouvrez une demande pour décider.
approvals-nothing = Aucune demande n’attend votre décision.
backchannel-approval-title = Avez-vous lancé cette demande avec { $client } ?
backchannel-approval-compare = L’autre appareil doit afficher le même message :
backchannel-approval-warning = Ne continuez que si vous venez de lancer vous-même cette demande. Sinon, choisissez « Refuser ».
scope-openid = Savoir que c’est vous
scope-openid-why = Un identifiant, pour vous reconnaître la prochaine fois
scope-profile = Voir votre nom et votre profil
scope-profile-why = Nom, photo, langue et fuseau horaire, pour bien s’adresser à vous
scope-email = Voir votre adresse e-mail
scope-email-why = Et si elle est confirmée, pour vous écrire
scope-phone = Voir votre numéro de téléphone
scope-phone-why = Et s’il est confirmé, pour vous joindre
scope-address = Voir votre adresse postale
scope-address-why = Pour vous envoyer quelque chose ou remplir un formulaire
scope-offline = Garder l’accès en votre absence
scope-offline-why = Sans vous demander de vous reconnecter

## Accounts

select-account-title = Choisissez un compte
select-account-signed-in = Connecté
select-account-signed-out = Déconnecté

## Registering and recovering

register-title = Créez votre compte
register-submit = Créer un compte
register-existing = Vous avez déjà un compte ?
check-mail-title = Consultez votre messagerie
check-mail-reset = S’il existe un compte pour { $email }, nous y avons envoyé un lien pour choisir un nouveau mot de passe.
check-mail-verify = Nous avons envoyé un e-mail à { $email }. Suivez le lien qu’il contient pour continuer.
check-mail-valid = { $count ->
    [one] Le lien est valable { $count } minute.
   *[other] Le lien est valable { $count } minutes.
}
check-mail-nothing = Vous n’avez rien reçu ? Regardez dans les courriers indésirables et vérifiez l’adresse.
check-mail-resend = Renvoyer l’e-mail
confirm-email-title = Confirmez votre adresse e‑mail
confirm-email-text = Appuyez sur le bouton pour confirmer que l’adresse { $email } est la vôtre.
confirm-email-submit = Confirmer l’adresse
confirm-email-not-you = Ce n’était pas vous ? Appuyez sur le bouton : tous les appareils seront déconnectés et vous choisirez un nouveau mot de passe.
confirm-email-not-you-by-code = Ce n’était pas vous ? Appuyez sur le bouton : ce que d’autres ont configuré sera retiré et tous les appareils seront déconnectés.
forgot-password-title = Choisissez un nouveau mot de passe
forgot-password-lede = Saisissez votre adresse e-mail et nous vous enverrons un lien.
forgot-password-submit = Envoyer le lien
reset-password-title = Choisissez un nouveau mot de passe
reset-password-lede = Vos autres appareils seront déconnectés.
reset-password-submit = Enregistrer le mot de passe

## Your account

account-title = Votre compte
account-places = Votre compte
account-home = Accueil
account-profile = Profil
account-profile-text = Vos noms et votre adresse
account-security = Sécurité
account-security-text = Mot de passe, clés d’accès, application d’authentification, codes de récupération
account-security-text-by-code = Clés d’accès, application d’authentification, codes de récupération
account-sessions = Appareils
account-sessions-text = Où votre compte est connecté
sessions-lede = Ces navigateurs sont connectés à votre compte.
sessions-unknown = L’un d’eux vous est inconnu ? Déconnectez-le, puis :
session-on = { $browser } sur { $system }
session-unknown = Un navigateur qui ne dit pas son nom
session-here = Cet appareil
session-began = Connexion
session-seen = Dernière utilisation
session-network = Réseau
session-place = Lieu
place-near = près de { $place }
session-end = Déconnecter
session-end-all = Déconnecter tous les autres
notice-signed-out-elsewhere = Déconnexion effectuée.
account-applications = Applis
account-applications-text = Qui peut utiliser votre compte
applications-none = Aucune application n’utilise votre compte.
applications-lede = Ces applications peuvent utiliser votre compte.
applications-after = Un accès retiré prend fin aussitôt. Ce qu’une application a déjà lu, elle a pu le conserver.
application-since = Autorisée
application-withdraw = Retirer l’accès
notice-access-taken-back = Accès retiré.
save = Enregistrer
cancel = Annuler
field-given-name = Prénom
field-family-name = Nom de famille
field-nickname = Surnom
profile-lede = Les applications en voient ce que vous leur montrez.
email-change = Modifier l’adresse
email-title = Modifiez votre adresse e‑mail
field-new-email = Nouvelle adresse e-mail
email-hint = Nous y enverrons un lien ; votre adresse changera quand vous le suivrez.
email-submit = Envoyer le lien
email-wished-title = En attente de confirmation
email-wished-text = Ouvrez l’e-mail que nous y avons envoyé, dans un navigateur connecté à votre compte. S’il n’est pas arrivé, l’adresse est peut-être mal saisie ou déjà utilisée.
email-drop = Garder l’ancienne adresse
notice-email-asked = Nous avons envoyé un e-mail à votre nouvelle adresse.
notice-email-kept = Votre adresse reste inchangée.
notice-last-administrator = Personne d’autre que vous n’administre ce service. Confiez ce rôle à quelqu’un avant de supprimer votre compte.
deletion-heading = Supprimer le compte
deletion-hint = Tout ce que nous savons de vous disparaît avec lui.
deletion-title = Supprimer votre compte ?
deletion-text = Tous vos appareils sont aussitôt déconnectés, et plus aucune application ne peut utiliser le compte.
deletion-days = { $count ->
    [one] Pendant { $count } jour, vous pouvez vous reconnecter pour le garder. Ensuite, tout ce que nous savons de vous est définitivement effacé.
   *[other] Pendant { $count } jours, vous pouvez vous reconnecter pour le garder. Ensuite, tout ce que nous savons de vous est définitivement effacé.
}
deletion-submit = Supprimer le compte
data-title = Vos données
data-lede = Tout ce que nous savons de vous, tant que nous le conservons. Les mots de passe, clés et codes eux-mêmes n’y figurent pas.
data-submit = Télécharger le fichier
data-hint = Voir et télécharger ce que nous savons de vous.
data-show = Voir mes données
accepted-title = Conditions que vous avez acceptées
accepted-hint = Quelle version, et quand.
accepted-show = Les afficher
accepted-none = Vous n’avez accepté aucune condition ici.
accepted-since = Accepté
accepted-client = En accédant à { $client }
attribute-operators = Seul l’exploitant peut le modifier.
data-attributes = Plus sur vous
data-left-empty = Laissé vide
data-by-operator = Écrit par l’exploitant
data-yes = Oui
data-no = Non
data-failures = Tentatives échouées
data-sign-ins = Connexions
data-consents = Ce que vous avez accepté
data-grants = Accès des applications
data-requests = Demandes de confirmation d’identité
data-other-issuers = Vos comptes sur d’autres services
data-email-changes = Changements d’adresse
data-mailed-links = Liens envoyés par e-mail
data-subject = Identifiant
data-former-email = Ancienne adresse
data-email-confirmed = Adresse confirmée
data-phone-confirmed = Numéro de téléphone confirmé
data-name = Nom
data-middle-name = Deuxième prénom
data-username = Nom d’utilisateur
data-profile-url = Page de profil
data-picture = Photo
data-website = Site web
data-gender = Genre
data-birthdate = Date de naissance
data-zoneinfo = Fuseau horaire
data-locale = Langue
data-phone = Numéro de téléphone
data-address = Adresse postale
data-administrator = Administre ce service
data-since = Depuis
data-used = Utilisation
data-removed = Retrait
data-ended = Fin
data-expires = Fin de validité
data-confirmed = Confirmation
data-allowed = Autorisation
data-refused = Refus
data-reason = Motif
data-proofs = Moyen de connexion
data-count = Nombre
data-model = Modèle
data-copied = Copiée sur d’autres appareils
data-attested = Modèle certifié
data-browser = Navigateur
data-system = Système
data-country = Pays
data-city = Ville
data-point = Latitude et longitude
data-client = Application
data-scope = Peut voir
data-resources = Auprès de
data-details = Détails
data-claims = Informations demandées
data-message = Message
data-issuer = Service
data-purpose = Objet
data-terms = Conditions
data-version = Version
data-read-at = Lu à l’adresse
data-nothing = Non renseigné
data-attested-passkey = Clé d’accès d’un modèle certifié
data-email-code = Code par e-mail
data-end-revoked = Décision de l’administration du service
data-end-disowned = Vous avez signalé que ce n’était pas vous
data-end-deletion = Vous avez demandé la suppression du compte
data-end-withdrawn = Vous avez retiré l’accès
data-end-client-gone = L’application a été supprimée ici
data-end-given-up = L’application y a renoncé
data-end-replayed = Utilisé deux fois, donc peut-être volé
data-link-setup = Configurer le compte
data-link-undo = Récupérer l’adresse
data-more = { $count ->
    [one] { $count } autre élément se trouve dans le fichier.
   *[other] { $count } autres éléments se trouvent dans le fichier.
}
security-lede = Avant toute modification ici, nous vous demandons de vous reconnecter.
security-changed = Modifié
security-set-up = Configurée
security-none = Aucun pour l’instant
security-change-password = Modifier le mot de passe
security-totp = Application d’authentification
security-totp-none = Une deuxième étape qui vous protège si quelqu’un découvre votre mot de passe
security-totp-none-by-code = Une deuxième étape qui vous protège si quelqu’un lit vos e-mails
security-add = Configurer
security-replace = Remplacer
security-remove = Retirer
security-demanded = Une deuxième étape est obligatoire ici : vous pouvez la remplacer, mais pas la retirer.
security-codes = Codes de récupération
security-codes-left = { $count ->
    [one] { $count } code restant
   *[other] { $count } codes restants
}
security-renew-codes = Créer de nouveaux codes
security-recovery = { $count ->
    [one] Une personne qui connaît le début de votre connexion a demandé de retirer votre deuxième étape dans environ { $count } heure. Si ce n’était pas vous, arrêtez-le et changez votre mot de passe.
   *[other] Une personne qui connaît le début de votre connexion a demandé de retirer votre deuxième étape dans environ { $count } heures. Si ce n’était pas vous, arrêtez-le et changez votre mot de passe.
}
security-recovery-by-code = { $count ->
    [one] Une personne qui connaît le début de votre connexion a demandé de retirer votre deuxième étape dans environ { $count } heure. Si ce n’était pas vous, arrêtez-le et vérifiez qui lit vos e-mails.
   *[other] Une personne qui connaît le début de votre connexion a demandé de retirer votre deuxième étape dans environ { $count } heures. Si ce n’était pas vous, arrêtez-le et vérifiez qui lit vos e-mails.
}
security-recovery-stop = Arrêter
notice-recovery-stopped = Arrêté. Votre deuxième étape reste en place.
security-passkeys = Clés d’accès
security-passkeys-none = Connexion par empreinte digitale, visage ou verrouillage de l’écran
security-passkeys-count = { $count ->
    [one] { $count } clé d’accès
   *[other] { $count } clés d’accès
}
security-manage = Gérer
passkeys-lede = Chacune suffit, à elle seule, pour vous connecter.
passkey-unnamed = Clé d’accès
passkey-added = Ajoutée
passkey-not-used = Pas encore utilisée
passkey-copied = Copiée sur vos autres appareils
passkey-one-device = Sur un seul appareil
passkey-rename = Renommer
passkey-last = Sans elle, vous ne pourriez plus vous connecter comme ce service l’exige ; elle reste donc tant qu’il n’y a pas d’autre moyen.
passkey-name-title = Nommez cette clé d’accès
field-passkey-name = Nom
remove-passkey-title = Retirer cette clé d’accès ?
remove-passkey-text = Elle ne permettra plus de vous connecter. Les appareils déjà connectés le resteront.
remove-other-totp-text = Vous gardez votre clé d’accès et vos codes de récupération.
notice-passkey-added = La clé d’accès est ajoutée.
notice-passkey-removed = La clé d’accès est retirée.
remove-totp-title = Retirer l’application d’authentification ?
remove-totp-text = Votre mot de passe suffira alors pour vous connecter. Vos codes de récupération ne fonctionneront plus non plus.
remove-totp-text-by-code = Un code reçu par e-mail suffira alors pour vous connecter. Vos codes de récupération ne fonctionneront plus non plus.
remove-totp-submit = Retirer
renew-codes-title = Créer de nouveaux codes de récupération ?
renew-codes-text = Les nouveaux codes ne s’affichent qu’une fois. Les codes actuels ne fonctionneront plus.
renew-codes-submit = Créer de nouveaux codes
notice-profile-saved = Modifications enregistrées.
notice-password-replaced = Votre mot de passe est modifié. Vos autres appareils sont déconnectés.
notice-totp-removed = L’application d’authentification est retirée.
notice-codes-saved = Gardez vos codes de récupération là où vous les trouverez sans votre téléphone.
ago-now = à l’instant
ago-minutes = { $count ->
    [one] il y a { $count } minute
   *[other] il y a { $count } minutes
}
ago-hours = { $count ->
    [one] il y a { $count } heure
   *[other] il y a { $count } heures
}
ago-days = { $count ->
    [one] il y a { $count } jour
   *[other] il y a { $count } jours
}
ago-months = { $count ->
    [one] il y a { $count } mois
   *[other] il y a { $count } mois
}
ago-years = { $count ->
    [one] il y a { $count } an
   *[other] il y a { $count } ans
}
invitation-title = Accepter l’invitation
invitation-text = Cette invitation est pour { $email }.
invitation-client = Vous continuerez ensuite vers { $client }.
invitation-other = Vous êtes connecté ici avec { $email }. Ce compte reste tel quel et reste connecté.
invitation-stay = Continuer avec ce compte
invitation-submit = Accepter
invitation-otherwise = Vous ne vous y attendiez pas ? Fermez cette page ; rien ne se passera.
not-me-title = Était-ce quelqu’un d’autre ?
not-me-text = Quelqu’un a modifié la façon de se connecter au compte { $email }.
not-me-next = Si ce n’était pas vous, nous déconnectons tous les appareils, désactivons le mot de passe, retirons les nouvelles clés d’accès et vous envoyons un lien pour choisir un nouveau mot de passe.
not-me-next-by-code = Si ce n’était pas vous, nous déconnectons tous les appareils et retirons les nouvelles clés d’accès.
not-me-submit = Ce n’était pas moi
not-me-otherwise = C’était vous ? Fermez cette page ; il ne se passera rien.
remove-lost-title = Retirer votre deuxième étape ?
remove-lost-text = Vous avez indiqué avoir perdu toutes les deuxièmes étapes du compte { $email }.
remove-lost-next = Nous retirons votre application d’authentification, vos clés d’accès et vos codes de récupération, et nous vous déconnectons partout. Connectez-vous ensuite et configurez une nouvelle deuxième étape.
remove-lost-submit = Retirer la deuxième étape
remove-lost-otherwise = Vous l’avez encore, ou vous n’avez rien demandé ? Fermez cette page et connectez-vous comme d’habitude : cela arrête tout.
new-email-title = Utiliser cette adresse ?
new-email-text = Appuyez sur le bouton pour vous connecter désormais avec { $email }. Un message sera envoyé à votre ancienne adresse.
new-email-submit = Utiliser cette adresse
new-email-otherwise = Vous n’avez rien demandé ? Fermez cette page ; il ne se passera rien.
former-email-title = Récupérer votre adresse ?
former-email-text = Quelqu’un a remplacé { $email } par une autre adresse.
former-email-next = Si ce n’était pas vous, nous rétablissons votre adresse, déconnectons tous les appareils, désactivons le mot de passe, retirons les nouvelles clés d’accès et vous envoyons un lien pour choisir un nouveau mot de passe.
former-email-next-by-code = Si ce n’était pas vous, nous rétablissons votre adresse, déconnectons tous les appareils et retirons les nouvelles clés d’accès.
former-email-submit = Récupérer l’adresse
done-shut-out-title = Tous les appareils sont déconnectés
done-shut-out-text = L’ancien mot de passe ne fonctionne plus. Ouvrez l’e-mail que nous venons d’envoyer pour en choisir un nouveau.
done-shut-out-text-by-code = Reconnectez-vous avec un code reçu par e-mail.
done-lost-title = Deuxième étape retirée
done-lost-text = Connectez-vous maintenant. Vous configurerez une nouvelle deuxième étape au passage.

## Done

done-email-title = Adresse confirmée
done-email-text = Votre adresse e-mail est confirmée.
done-new-email-title = Adresse modifiée
done-new-email-text = Connectez-vous désormais avec votre nouvelle adresse e-mail.
done-former-email-title = Votre adresse est rétablie
done-deletion-title = Votre compte va être supprimé
done-deletion-text = Tous vos appareils sont déconnectés. Vous avez changé d’avis ? Reconnectez-vous avant la date indiquée dans l’e-mail que nous venons d’envoyer.
done-password-title = Mot de passe modifié
done-password-text = Utilisez désormais votre nouveau mot de passe.
done-signed-in-title = Connexion réussie
done-signed-in-text = Tout est prêt.
done-factor-title = Application d’authentification activée
done-factor-text = Désormais, vous saisirez aussi un code pour vous connecter.
done-device-allowed-title = Appareil connecté
done-device-allowed-text = Vous pouvez revenir à votre appareil.
done-device-refused-title = Appareil refusé
done-device-refused-text = Il n’a pas accès à votre compte.
done-device-late-title = Ce code n’est plus valable
done-device-late-text = Il a déjà été utilisé ou a expiré. Recommencez sur votre appareil.
done-request-allowed-title = Demande approuvée
done-request-allowed-text = Vous pouvez retourner là où vous avez commencé.
done-request-refused-title = Demande refusée
done-request-refused-text = L’application n’a pas accès à votre compte.
done-request-late-title = Cette demande est close
done-request-late-text = Une décision a déjà été prise, ou la demande a expiré.
done-request-other-title = Cette demande concerne quelqu’un d’autre
done-request-other-text = Seule la personne désignée peut décider. Rien n’a changé.

## When a journey cannot go on here

elsewhere-title = Continuez là où vous avez commencé
elsewhere-text = Vous avez commencé dans un autre navigateur ou sur un autre appareil. Retournez-y pour continuer ; rien n’est perdu. Ou recommencez ici.
over-title = Cette demande est terminée
over-text = Elle a abouti, a pris trop de temps ou n’est plus possible. Si vous n’êtes pas là où vous vouliez aller, recommencez.

## Signing out

logout-title = Se déconnecter ?
logout-asked-by = { $client } demande à vous déconnecter.
logout-account = Vous utilisez le compte { $email }.
logout-effect = Les applications que vous utilisez avec ce compte pourront aussi vous déconnecter.
logout-submit = Se déconnecter
logout-stay = Ne pas se déconnecter
logout-done-title = Déconnexion réussie
logout-done-text = Sur un ordinateur partagé, fermez aussi le navigateur.
logout-applications-text = Les applications que vous avez utilisées avec ce compte vous déconnectent aussi.
logout-frame-title = Déconnexion d’une application

## Errors

error-advice-title = Ce que vous pouvez faire
error-status = Statut
error-technical = Pour les développeurs
error-request-title = Cette demande est illisible
error-request-text = L’application d’où vous venez a demandé quelque chose que nous ne pouvons pas faire.
error-request-advice = Retournez à l’application et réessayez. Si cela se reproduit, communiquez la référence ci-dessous à son éditeur.
error-client-title = Cette application n’est pas connue ici
error-client-text = L’application d’où vous venez n’est pas enregistrée ou a été désactivée.
error-client-advice = Vérifiez que vous avez suivi le bon lien. L’éditeur de l’application peut vous aider avec la référence ci-dessous.
error-return-title = Retour à l’application impossible
error-return-text = L’application attend la réponse à une adresse qui n’est pas enregistrée. Pour vous protéger, nous nous arrêtons ici.
error-return-advice = Communiquez la référence ci-dessous à l’éditeur de l’application.
error-expired-title = Cette page a expiré
error-expired-text = Elle est restée ouverte trop longtemps, ou vous avez déjà terminé.
error-expired-advice = Recommencez depuis l’application d’où vous venez.
error-link-title = Ce lien n’est plus valable
error-link-text = Il est trop ancien, a déjà servi ou a été remplacé par un plus récent.
error-link-advice = Ouvrez l’e-mail le plus récent ou demandez un nouveau lien.
error-form-title = Nous n’avons pas pu accepter ce formulaire
error-form-text = Votre navigateur n’a pas envoyé le cookie qui l’accompagne.
error-form-advice = Autorisez les cookies pour ce site, revenez en arrière, actualisez la page et réessayez.
error-forbidden-title = Vous ne pouvez pas ouvrir cette page
error-forbidden-text = Votre compte n’a pas l’autorisation nécessaire.
error-forbidden-advice = Connectez-vous avec un autre compte ou adressez-vous au responsable de ce service.
error-not-found-title = Cette page n’existe pas
error-not-found-text = L’adresse est peut-être mal saisie, ou la page n’existe plus.
error-not-found-advice = Vérifiez l’adresse, ou partez de l’application que vous voulez utiliser.
error-internal-title = Un problème est survenu
error-internal-text = L’erreur vient de nous, pas de vous.
error-internal-advice = Réessayez dans un instant. Si cela se reproduit, communiquez-nous la référence ci-dessous.
error-unavailable-title = Un instant, s’il vous plaît
error-unavailable-text = Le service est très sollicité ou redémarre.
error-unavailable-advice = Attendez quelques secondes, puis actualisez la page.
too-many-title = Une courte pause
too-many-text = Il y a eu trop de tentatives. Pour protéger les comptes, nous attendons un peu.
too-many-back = Réessayer

## Other pages

home-title = Service de connexion
home-heading = Vous êtes sur le service de connexion { $tenant }
home-text = Les applications vous envoient ici pour vous connecter, puis vous reprenez là où vous étiez.
home-account = Votre compte
redirecting-title = Redirection en cours
redirecting-to = Redirection vers { $client }
redirecting-text = S’il ne se passe rien, choisissez « Continuer ».

## Mails

mail-sent-by = Cet e-mail a été envoyé par { $tenant }.
mail-link-plain = Si le bouton ne fonctionne pas, copiez cette adresse dans votre navigateur :
mail-link-label = { $label } :
mail-valid = { $count ->
    [one] Le lien est valable une seule fois, pendant { $count } minute.
   *[other] Le lien est valable une seule fois, pendant { $count } minutes.
}
mail-ignore = Vous n’avez rien demandé ? Ignorez cet e-mail ; rien ne changera.
mail-code-subject = Votre code pour { $tenant }
mail-code-text = Saisissez ce code sur la page où vous vous connectez à { $tenant } :
mail-code-action = Saisir le code à ma place
mail-code-valid = { $count ->
    [one] Le code est valable une seule fois, pendant { $count } minute, dans le navigateur où vous l’avez demandé.
   *[other] Le code est valable une seule fois, pendant { $count } minutes, dans le navigateur où vous l’avez demandé.
}
mail-code-long = Le code est plus long que d’habitude, car de nombreux codes erronés ont été saisis pour cette adresse. Le bouton le saisit à votre place.
mail-code-secret = Gardez-le pour vous. Toute personne qui vous le demande veut accéder à votre compte.
mail-invitation-subject = Vous êtes invité : { $tenant }
mail-invitation-text = Vous êtes invité à avoir un compte { $tenant }.
mail-invitation-action = Voir l’invitation
mail-invitation-until = Le lien fonctionne une fois, jusqu’au { $when }.
mail-reset-subject = Choisissez un nouveau mot de passe pour { $tenant }
mail-reset-text = Quelqu’un (vous, espérons-le) a demandé un nouveau mot de passe pour votre compte { $tenant }.
mail-reset-action = Choisir un nouveau mot de passe
mail-verify-subject = Confirmez votre adresse e-mail pour { $tenant }
mail-verify-text = Confirmez que cette adresse est la vôtre pour terminer la création de votre compte { $tenant }.
mail-verify-action = Confirmer l’adresse
mail-approval-subject = { $tenant } : confirmez votre identité
mail-approval-text = Une application a demandé à { $tenant } de vous connecter ailleurs. Voyez ce qu’elle veut, et n’acceptez que si vous avez lancé vous-même cette demande.
mail-approval-action = Voir la demande
mail-exists-subject = Vous avez déjà un compte { $tenant }
mail-exists-text = Quelqu’un (peut-être vous) a essayé de créer un compte { $tenant } avec cette adresse. Vous en avez déjà un ; rien n’a donc été créé.
mail-exists-action = Se connecter
mail-exists-forgot = Si vous avez oublié votre mot de passe, choisissez-en un nouveau sur la page de connexion.
mail-exists-ignore = Ce n’était pas vous ? Vous n’avez rien à faire ; personne n’a rien vu de votre compte.
mail-taken-text = Quelqu’un (peut-être vous) a voulu utiliser cette adresse pour un autre compte { $tenant }. C’est celle de votre compte ; rien n’a donc été modifié.
mail-new-email-subject = Confirmez votre nouvelle adresse e-mail pour { $tenant }
mail-new-email-text = Quelqu’un (vous, espérons-le) veut désormais se connecter à { $tenant } avec cette adresse. Ouvrez le lien dans un navigateur connecté à votre compte.
mail-email-changed-subject = L’adresse e-mail de votre compte { $tenant } a été modifiée
mail-email-changed-text = Votre compte { $tenant } a maintenant une autre adresse e-mail. Nous n’enverrons plus rien à l’ancienne.
mail-email-changed-not-you = Ce n’était pas vous ? Appuyez sur le bouton : vous récupérerez votre adresse, tous les appareils seront déconnectés et vous choisirez un nouveau mot de passe.
mail-email-changed-not-you-by-code = Ce n’était pas vous ? Appuyez sur le bouton : vous récupérerez votre adresse et tous les appareils seront déconnectés.
mail-deletion-subject = Votre compte { $tenant } va être supprimé
mail-deletion-text = Quelqu’un (vous, espérons-le) a demandé à { $tenant } de supprimer votre compte. En attendant, il est inutilisable.
mail-deletion-due = Effacement définitif : { $when }
mail-deletion-not-you = Ce n’était pas vous ? Appuyez sur le bouton : votre compte sera conservé et tous les appareils seront déconnectés.
mail-deletion-keep = Vous avez changé d’avis ? Reconnectez-vous avant cette date et rien ne sera perdu.
mail-deletion-action = Se connecter et le garder
mail-deletion-former-text = Votre compte { $tenant } avait cette adresse e-mail jusqu’à récemment. Quelqu’un nous a maintenant demandé de le supprimer. En attendant, il est inutilisable.
mail-deletion-former-not-you = Ce n’était pas vous ? Appuyez sur le bouton : vous récupérerez votre adresse et votre compte, et tous les appareils seront déconnectés.
mail-kept-subject = Votre compte { $tenant } est conservé
mail-kept-text = Quelqu’un s’est connecté à votre compte { $tenant } ou a appuyé sur « Ce n’était pas moi » dans l’un de nos e-mails ; il ne sera donc pas supprimé.
mail-sign-in-subject = Nouvelle connexion à votre compte { $tenant }
mail-sign-in-text = Quelqu’un s’est connecté à votre compte { $tenant } sur un appareil ou depuis un lieu que nous ne connaissions pas.
mail-sign-in-device = Appareil : { $device }
mail-sign-in-network = Réseau : { $network }
mail-sign-in-place = Lieu : { $place }
mail-confirm-subject = Est-ce vous qui vous connectez à { $tenant } ?
mail-confirm-text = Quelqu’un qui connaît votre mot de passe se connecte à votre compte { $tenant }, sur un appareil ou depuis un lieu que nous ne connaissons pas.
mail-confirm-not-you = Ce n’est pas vous ? N’utilisez pas le code et choisissez un nouveau mot de passe : quelqu’un d’autre connaît le vôtre.
mail-confirm-code = C’est bien vous ? Saisissez ce code sur la page où vous vous connectez :
mail-password-subject = Votre mot de passe { $tenant } a été modifié
mail-password-text = Le mot de passe de votre compte { $tenant } a été modifié. Les autres appareils ont été déconnectés.
mail-factor-subject = { $tenant } : nouveau moyen de connexion
mail-factor-totp = Une application d’authentification a été configurée pour votre compte { $tenant }.
mail-factor-recovery = De nouveaux codes de récupération ont été créés pour votre compte { $tenant }. Les anciens ne fonctionnent plus.
mail-factor-passkey = Une clé d’accès a été ajoutée à votre compte { $tenant }.
mail-passkey-copied-subject = { $tenant } : une clé d’accès a été refusée
mail-passkey-copied-text = Quelqu’un a utilisé une clé d’accès de votre compte { $tenant }. Elle a peut-être été copiée et a donc été refusée.
mail-passkey-copied-advice = Si c’était vous, retirez cette clé d’accès et ajoutez-en une nouvelle. Ce n’était pas vous ? Choisissez tout de suite un nouveau mot de passe.
mail-passkey-copied-advice-by-code = Si c’était vous, retirez cette clé d’accès et ajoutez-en une nouvelle. Ce n’était pas vous ? Appuyez tout de suite sur le bouton.
mail-recovery-subject = { $tenant } : un code de récupération a été utilisé
mail-recovery-text = Quelqu’un s’est connecté à votre compte { $tenant } avec votre mot de passe et l’un de vos codes de récupération. Ce code ne fonctionne plus.
mail-recovery-text-by-code = Quelqu’un s’est connecté à votre compte { $tenant } avec un code reçu par e-mail et l’un de vos codes de récupération. Ce code de récupération ne fonctionne plus.
mail-removed-subject = { $tenant } : moyen de connexion retiré
mail-removed-totp = L’application d’authentification de votre compte { $tenant } a été retirée.
mail-removed-passkey = Une clé d’accès de votre compte { $tenant } a été retirée. Elle ne permet plus de se connecter.
mail-lost-subject = Votre deuxième étape chez { $tenant } va être retirée
mail-lost-text = Quelqu’un (vous, espérons-le) a indiqué avoir perdu toutes les deuxièmes étapes de votre compte { $tenant }. Le début de la connexion était correct.
mail-lost-due = Nous enverrons un lien pour la retirer : { $when }
mail-lost-not-you = Ce n’était pas vous ? Appuyez sur le bouton : rien n’est retiré, tous les appareils sont déconnectés et vous choisissez un nouveau mot de passe. Une connexion avec votre deuxième étape l’arrête aussi.
mail-lost-not-you-by-code = Ce n’était pas vous ? Appuyez sur le bouton : rien n’est retiré et tous les appareils sont déconnectés. Une connexion avec votre deuxième étape l’arrête aussi.
mail-lost-due-subject = Retirez votre deuxième étape chez { $tenant }
mail-lost-due-text = Le délai est écoulé. Si vous avez perdu toutes les deuxièmes étapes de votre compte { $tenant }, retirez-les maintenant et configurez-en une nouvelle. Si vous l’avez encore, connectez-vous comme d’habitude : cela arrête tout.
mail-lost-due-valid = { $count ->
    [one] Le lien est valable une seule fois, pendant { $count } jour.
   *[other] Le lien est valable une seule fois, pendant { $count } jours.
}
mail-lost-stopped-subject = Votre deuxième étape chez { $tenant } reste en place
mail-lost-stopped-text = Une personne connectée à votre compte { $tenant } a arrêté le retrait de votre deuxième étape.
mail-not-me-valid = { $count ->
    [one] Le bouton fonctionne pendant { $count } jour.
   *[other] Le bouton fonctionne pendant { $count } jours.
}
mail-when = Date : { $when }
mail-not-you = Ce n’était pas vous ? Appuyez sur le bouton : tous les appareils seront déconnectés et vous choisirez un nouveau mot de passe.
mail-not-you-by-code = Ce n’était pas vous ? Appuyez sur le bouton : tous les appareils seront déconnectés et les nouvelles clés d’accès retirées.
mail-not-you-action = Ce n’était pas moi
