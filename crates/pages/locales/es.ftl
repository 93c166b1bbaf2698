# Textos de todas las páginas y correos. Breves, de tú, sin reproches. Cada idioma tiene las mismas claves.

## Common

title-error-prefix = Error:
languages = Idiomas
continue = Continuar
continue-to = Ir a { $client }
to-continue-to = para continuar en { $client }
back-to-sign-in = Volver al inicio de sesión
not-now = Ahora no
another-account = Usar otra cuenta
start-again = Empezar de nuevo
start-again-for = Empezar de nuevo para { $client }
start-again-at = Empezar de nuevo en { $client }
may-close = Puedes cerrar esta página.
reference = Referencia
why-title = ¿Por qué se me pide esto?
why-text = Si pides ayuda, indica esto:
sign-in-link = Iniciar sesión
register-link = Crear una cuenta
forgot-password-link = ¿Has olvidado tu contraseña?

## Fields

field-email = Correo electrónico
field-account = Cuenta
field-password = Contraseña
field-new-password = Contraseña nueva
field-name = Tu nombre
field-code = Código
field-recovery-code = Código de recuperación
field-user-code = Código de tu dispositivo
user-code-hint = En mayúsculas o minúsculas, con o sin guiones
field-optional = (opcional)
field-choose = Elige una opción
password-rules = Al menos { $count } caracteres. Varias palabras sin relación entre sí son una buena contraseña; se admite cualquier carácter.
code-hint = Los 6 dígitos de tu aplicación de autenticación
recovery-code-hint = Uno de los códigos que guardaste. Cada uno sirve una sola vez.

## Problems

problem-wrong-credentials = El correo o la contraseña no son correctos.
problem-too-many-attempts = Ha habido demasiados intentos.
problem-email-missing = Escribe tu correo electrónico.
problem-email-malformed = Escribe una dirección de correo completa, como nombre@example.com.
problem-email-same = Esta ya es tu dirección.
problem-name-missing = Escribe tu nombre.
problem-name-long = Acorta el nombre a { $count } caracteres.
problem-password-missing = Escribe tu contraseña.
problem-password-wrong = Esta contraseña no es correcta.
problem-password-short = Usa al menos { $count } caracteres.
problem-password-long = Usa como máximo { $count } caracteres.
problem-password-common = Esta contraseña es fácil de adivinar. Elige otra.
problem-password-personal = Elige una contraseña que no contenga tu nombre ni tu dirección.
problem-code-missing = Escribe el código.
problem-code-malformed = Esto no parece un código. Revísalo e inténtalo de nuevo.
problem-code-wrong = Este código no es correcto. Escribe el más reciente.
problem-code-used = Este código ya se ha usado. Espera el siguiente.
problem-code-short = Los códigos de esta dirección ahora son más largos. Pide uno nuevo.
problem-recovery-code-wrong = Este código no es correcto. Revísalo o usa otro de tus códigos.
problem-recovery-code-used = Este código ya se ha usado. Usa otro.
problem-user-code-missing = Escribe el código que muestra tu dispositivo.
problem-user-code-unknown = Ningún dispositivo espera este código. Revísalo o pide uno nuevo en el dispositivo.
problem-at-field = { $label }: { $problem }
problem-attribute-missing = Rellena este campo.
problem-attribute-long = Acórtalo a { $count } caracteres.
problem-attribute-line = Usa una sola línea de texto normal.
problem-attribute-phone = Introduce el número con el prefijo del país, por ejemplo +34 914 123 456.
problem-attribute-integer = Introduce un número entero.
problem-attribute-date = Introduce un día, por ejemplo 1990-12-31.
problem-attribute-choice = Elige una opción de la lista.
problem-own-device = Confirma que has hecho esta solicitud desde tu propio dispositivo. Si no, elige «Rechazar».
problem-passkey-expired = Ha pasado demasiado tiempo. Inténtalo de nuevo.
problem-passkey-unknown = Aquí ninguna cuenta usa esta llave de acceso. Prueba con otra o inicia sesión de otra forma.
problem-passkey-removed = Esta llave de acceso se ha quitado de su cuenta. Usa otra o inicia sesión de otra forma.
problem-passkey-other-account = Esta llave de acceso es de otra cuenta.
problem-passkey-not-verified = Tu dispositivo no ha comprobado que eres tú. Configura en él un bloqueo de pantalla o un PIN, o inicia sesión de otra forma.
problem-passkey-copied = Esta llave de acceso se ha rechazado: es posible que la hayan copiado. Inicia sesión de otra forma y quítala.
problem-passkey-not-added = No se ha podido agregar esta llave de acceso. Puede que tu cuenta ya la tenga.
problem-passkey-model = Aquí no se aceptan llaves de acceso de este dispositivo o aplicación. Usa otra.
problem-passkey-invalid = No se ha podido comprobar esta llave de acceso. Inténtalo de nuevo o inicia sesión de otra forma.
passkey-cancelled = No se ha usado ninguna llave de acceso. Inténtalo de nuevo cuando quieras o elige otra opción.
passkey-timeout = Se ha agotado el tiempo para usar una llave de acceso. Inténtalo de nuevo.
passkey-exists = Este dispositivo ya tiene una llave de acceso para tu cuenta. Puedes iniciar sesión con ella.
passkey-security = Las llaves de acceso no funcionan en esta dirección. Abre la página en su dirección habitual.
passkey-unsupported = Este dispositivo no permite usar una llave de acceso aquí. Elige otro dispositivo u otra opción.
passkey-other = Tu dispositivo no ha podido usar una llave de acceso. Inténtalo de nuevo o elige otra opción.
wait-seconds = { $count ->
    [one] Inténtalo de nuevo dentro de { $count } segundo.
   *[other] Inténtalo de nuevo dentro de { $count } segundos.
}
wait-minutes = { $count ->
    [one] Inténtalo de nuevo dentro de { $count } minuto.
   *[other] Inténtalo de nuevo dentro de { $count } minutos.
}
wait-hours = { $count ->
    [one] Inténtalo de nuevo dentro de { $count } hora.
   *[other] Inténtalo de nuevo dentro de { $count } horas.
}

## Notices

notice-page-outdated = La página estaba desactualizada y no se ha enviado nada. Continúa desde aquí.
notice-password-changed = Contraseña cambiada. Inicia sesión con la nueva.
notice-email-confirmed = Tu dirección de correo está confirmada.
notice-signed-out = Has cerrado sesión.

## Signing in

identify-title = Iniciar sesión
identify-submit = Iniciar sesión
identify-new = ¿Aún no tienes cuenta?
password-title = Confirma que eres tú
password-lede = { $client } vuelve a pedir tu contraseña.
password-lede-by-code = { $client } te pide que vuelvas a iniciar sesión.
email-code-ask = Enviarme un código por correo
email-code-title = Escribe el código del correo
email-code-sent = Si hay una cuenta para { $email }, le hemos enviado un código.
email-code-sent-registering = Hemos enviado un código a { $email }.
email-code-hint = { $count ->
    [one] Los dígitos del correo, válidos durante { $count } minuto en este navegador
   *[other] Los dígitos del correo, válidos durante { $count } minutos en este navegador
}
email-code-resend = Enviar un código nuevo
email-code-other-way = Iniciar sesión de otra forma
confirm-sign-in-title = Confirma que eres tú
confirm-sign-in-lede = Este inicio de sesión es poco habitual en tu cuenta, así que te pedimos una cosa más.

## Telephone number

phone-code-title = Confirma tu número de teléfono
phone-code-to-send = Enviaremos un código por SMS al { $number }.
phone-code-send = Enviar el código
phone-code-sent = Hemos enviado un código por SMS al { $number }.
phone-code-hint = { $count ->
    [one] 6 dígitos, válidos durante { $count } minuto
   *[other] 6 dígitos, válidos durante { $count } minutos
}
phone-code-submit = Confirmar
phone-code-other-number = Usar otro número
phone-code-not-served = No podemos enviar SMS al { $number }. Usa otro número.
phone-code-back = Volver a tu perfil
phone-unconfirmed = Tu número de teléfono no está confirmado
phone-confirm = Confirmarlo por SMS
notice-phone-confirmed = Tu número de teléfono está confirmado.
text-phone-code = { $code } es tu código para { $tenant }. No se lo des a nadie.
text-phone-code-valid = { $count ->
    [one] Sirve durante { $count } minuto.
   *[other] Sirve durante { $count } minutos.
}
text-recovery-announced = Alguien quiere quitar los segundos factores de tu cuenta de { $tenant }. ¿No eres tú? Inicia sesión y detenlo:

## Authenticator app and recovery codes

totp-title = Escribe tu código
totp-no-phone = ¿No tienes la aplicación a mano?
totp-link = Usar la aplicación de autenticación
recovery-code-link = Usar un código de recuperación
recovery-code-title = Usa un código de recuperación
enrolment-title = Configura una aplicación de autenticación
enrolment-lede = A partir de ahora, iniciarás sesión con tu contraseña y un código de la aplicación.
enrolment-lede-by-code = A partir de ahora, iniciarás sesión con un código por correo y un código de la aplicación.
enrolment-app-title = Abre tu aplicación de autenticación
enrolment-app-text = Sirve cualquier aplicación de códigos temporales. Muchos gestores de contraseñas incluyen una.
enrolment-scan-title = Escanea este código
enrolment-qr-label = Código QR para tu aplicación de autenticación. La misma clave aparece al lado como texto.
enrolment-key = O escribe esta clave:
enrolment-open-app = Abrir la aplicación en este dispositivo
enrolment-code-title = Escribe el código que muestra la aplicación
enrolment-code-hint = 6 dígitos que cambian cada 30 segundos
enrolment-submit = Activar
recovery-codes-title = Guarda tus códigos de recuperación
recovery-codes-lede = Si no puedes usar tu aplicación de autenticación o tu llave de acceso, podrás entrar con uno de estos códigos. Cada uno sirve una sola vez.
recovery-codes-once = Estos códigos solo se muestran ahora.
recovery-codes-how = Imprime esta página o copia la lista en tu gestor de contraseñas.
recovery-codes-submit = Ya los he guardado
lost-link = He perdido todo esto
lost-title = ¿Has perdido todos los segundos pasos?
lost-wait = { $count ->
    [one] Podemos quitarlos. Tarda { $count } hora: hasta entonces, tú o quien sea titular de la cuenta puede detenerlo.
   *[other] Podemos quitarlos. Tarda { $count } horas: hasta entonces, tú o quien sea titular de la cuenta puede detenerlo.
}
lost-next = Te escribimos ahora y, cuando pase el tiempo, te enviamos un enlace. Con él quitas el segundo paso anterior, inicias sesión y configuras uno nuevo.
lost-submit = Solicitarlo
lost-asked = { $count ->
    [one] Lo has solicitado. En aproximadamente { $count } hora te enviaremos un enlace.
   *[other] Lo has solicitado. En aproximadamente { $count } horas te enviaremos un enlace.
}
lost-due = El enlace va de camino a tu correo.
lost-stop = ¿Lo has encontrado? Inicia sesión con él y no se quitará nada.
lost-back = Volver al código

## Passkeys

passkey-or = o
passkey-sign-in = Iniciar sesión con llave de acceso
passkey-title = Usa tu llave de acceso
passkey-lede = Confirma que eres tú con tu huella digital, tu rostro o el bloqueo de pantalla.
passkey-use = Usar llave de acceso
passkey-link = Usar la llave de acceso
passkey-no-script = Para usar llaves de acceso, tu navegador necesita JavaScript.
passkey-cannot = No puedo usar mi llave de acceso
passkey-recovery = ¿No tienes la llave de acceso a mano?
passkey-enrolment-title = Agrega una llave de acceso
passkey-enrolment-lede = La próxima vez iniciarás sesión con tu huella digital, tu rostro o el bloqueo de pantalla. No tendrás que escribir ningún código y nadie podrá quitártela con engaños.
passkey-enrolment-submit = Agregar llave de acceso
passkey-enrolment-link = Agregar una llave de acceso
passkey-enrolment-totp = Usar una aplicación de autenticación

## Consent

consent-title = ¿Permitir que { $client } use tu cuenta?
consent-verified = Verificada por { $tenant }
consent-unverified = { $tenant } no ha verificado quién está detrás de esta aplicación. Continúa solo si confías en ella.
consent-signed-in-as = Has iniciado sesión como
consent-not-you = ¿No eres tú?
consent-scopes = { $client } quiere
consent-resources = Se usa con
consent-fact = { $label }: { $value }
consent-while-signed-in = El acceso termina cuando cierras sesión.
consent-days = { $count ->
    [one] El acceso dura { $count } día.
   *[other] El acceso dura { $count } días.
}
consent-until-withdrawn = El acceso dura hasta que lo retires.
consent-described-at = Esta aplicación se describe a sí misma en { $host }. Continúa solo si conoces esa dirección.
consent-on-device = Esta aplicación se ejecuta en tu dispositivo y otro programa podría hacerse pasar por ella. Continúa solo si acabas de abrirla.
consent-host = Después volverás a { $host }.
consent-allow = Permitir
consent-deny = Rechazar
consent-remember = Si lo permites, lo recordaremos y no volveremos a preguntarte por lo mismo.
consent-withdraw-link = Gestionar accesos
consent-about = Acerca de { $client }
consent-home = Sitio web
consent-policy = Política de privacidad
consent-terms = Condiciones del servicio
tell-title = Algunos datos
tell-hint = Lo que introduzcas formará parte de tu perfil. Puedes verlo en tu cuenta.
terms-title = Lee y acepta
terms-version = Versión { $version }
terms-changed = Ha cambiado desde que aceptaste
terms-hint = Se abren en una pestaña nueva. Guardamos qué aceptaste y cuándo, y lo mostramos en tu cuenta.
terms-agree = Acepto
terms-decline = No acepto

## Devices

device-title = Conecta un dispositivo
device-lede = Escribe el código que muestra tu dispositivo.
device-submit = Continuar
device-warning = ¿Alguien te ha enviado este código o enlace? No sigas: si escribes el código, esa persona podría usar tu cuenta.
device-approval-title = ¿Permitir que { $client } use tu cuenta en este dispositivo?
device-approval-compare = Tu dispositivo debe mostrar este código:
device-approval-warning = Continúa solo si acabas de hacer tú esta solicitud. Nadie más necesita tu aprobación.
device-approval-origin = Solicitud enviada desde
device-approval-own = He hecho esta solicitud desde mi propio dispositivo
approvals-title = Pendiente de tu decisión
approvals-lede = Estas aplicaciones han pedido iniciar tu sesión en otro lugar. Abre una para decidir.
approvals-nothing = No hay nada pendiente de tu decisión.
backchannel-approval-title = ¿Has hecho tú esta solicitud en { $client }?
backchannel-approval-compare = El otro dispositivo debe mostrar el mismo mensaje:
backchannel-approval-warning = Continúa solo si acabas de hacer tú esta solicitud. Si no, elige «Rechazar».
scope-openid = Saber que eres tú
scope-openid-why = Un identificador, para reconocerte la próxima vez
scope-profile = Ver tu nombre y tu perfil
scope-profile-why = Nombre, foto, idioma y zona horaria, para dirigirse a ti correctamente
scope-email = Ver tu dirección de correo electrónico
scope-email-why = Y si está confirmada, para escribirte
scope-phone = Ver tu número de teléfono
scope-phone-why = Y si está confirmado, para comunicarse contigo
scope-address = Ver tu dirección postal
scope-address-why = Para enviarte algo o completar un formulario
scope-offline = Mantener el acceso en tu ausencia
scope-offline-why = Sin pedirte que vuelvas a iniciar sesión

## Accounts

select-account-title = Elige una cuenta
select-account-signed-in = Sesión iniciada
select-account-signed-out = Sesión cerrada

## Registering and recovering

register-title = Crea tu cuenta
register-submit = Crear cuenta
register-existing = ¿Ya tienes una cuenta?
check-mail-title = Revisa tu correo
check-mail-reset = Si existe una cuenta con { $email }, hemos enviado a esa dirección un enlace para elegir una contraseña nueva.
check-mail-verify = Hemos enviado un correo a { $email }. Abre el enlace que contiene para continuar.
check-mail-valid = { $count ->
    [one] El enlace es válido durante { $count } minuto.
   *[other] El enlace es válido durante { $count } minutos.
}
check-mail-nothing = ¿No ha llegado nada? Mira en la carpeta de correo no deseado y revisa la dirección.
check-mail-resend = Enviar de nuevo
confirm-email-title = Confirma tu correo electrónico
confirm-email-text = Pulsa el botón para confirmar que { $email } es tu dirección.
confirm-email-submit = Confirmar dirección
confirm-email-not-you = ¿No fuiste tú? Pulsa el botón: se cerrarán todas las sesiones y elegirás una contraseña nueva.
confirm-email-not-you-by-code = ¿No fuiste tú? Pulsa el botón: se quitará lo que otros hayan configurado y se cerrarán todas las sesiones.
forgot-password-title = Elige una contraseña nueva
forgot-password-lede = Escribe tu correo electrónico y te enviaremos un enlace.
forgot-password-submit = Enviar enlace
reset-password-title = Elige una contraseña nueva
reset-password-lede = Se cerrará la sesión en tus otros dispositivos.
reset-password-submit = Guardar contraseña

## Your account

account-title = Tu cuenta
account-places = Tu cuenta
account-home = Resumen
account-profile = Perfil
account-profile-text = Tu nombre y tu dirección
account-security = Seguridad
account-security-text = Contraseña, llaves de acceso, aplicación de autenticación, códigos de recuperación
account-security-text-by-code = Llaves de acceso, aplicación de autenticación, códigos de recuperación
account-sessions = Dispositivos
account-sessions-text = Dónde has iniciado sesión
sessions-lede = Tu cuenta tiene la sesión iniciada en estos navegadores.
sessions-unknown = ¿No reconoces alguno? Cierra su sesión y después:
session-on = { $browser } en { $system }
session-unknown = Un navegador que no se identifica
session-here = Este dispositivo
session-began = Sesión iniciada
session-seen = Último uso
session-network = Red
session-place = Lugar
place-near = cerca de { $place }
session-end = Cerrar esta sesión
session-end-all = Cerrar las demás sesiones
notice-signed-out-elsewhere = Se ha cerrado la sesión allí.
account-applications = Aplicaciones
account-applications-text = Quién puede usar tu cuenta
applications-none = Ninguna aplicación usa tu cuenta.
applications-lede = Estas aplicaciones pueden usar tu cuenta.
applications-after = Si retiras un acceso, termina de inmediato. La aplicación puede conservar lo que ya haya leído.
application-since = Acceso concedido
application-withdraw = Retirar acceso
notice-access-taken-back = Acceso retirado.
save = Guardar
cancel = Cancelar
field-given-name = Nombre de pila
field-family-name = Apellidos
field-nickname = Apodo
profile-lede = Las aplicaciones ven de esto lo que tú les permites ver.
email-change = Cambiar dirección
email-title = Cambia tu correo electrónico
field-new-email = Correo electrónico nuevo
email-hint = Te enviaremos un enlace a esa dirección. El cambio se hará cuando lo abras.
email-submit = Enviar enlace
email-wished-title = Pendiente de que abras el enlace
email-wished-text = Abre, en un navegador donde tengas la sesión iniciada, el correo que hemos enviado a esa dirección. Si no ha llegado, puede que esté mal escrita o ya en uso.
email-drop = Conservar la dirección anterior
notice-email-asked = Hemos enviado un correo a tu nueva dirección.
notice-email-kept = Tu dirección sigue siendo la misma.
notice-last-administrator = Eres la única persona que administra este servicio. Nombra a otra antes de eliminar tu cuenta.
deletion-heading = Eliminar cuenta
deletion-hint = Con ella se borra todo lo que sabemos de ti.
deletion-title = ¿Eliminar tu cuenta?
deletion-text = Se cerrarán de inmediato todas tus sesiones y ninguna aplicación podrá seguir usando la cuenta.
deletion-days = { $count ->
    [one] Durante { $count } día podrás volver a iniciar sesión para conservarla. Después se borrará definitivamente todo lo que sabemos de ti.
   *[other] Durante { $count } días podrás volver a iniciar sesión para conservarla. Después se borrará definitivamente todo lo que sabemos de ti.
}
deletion-submit = Eliminar cuenta
data-title = Tus datos
data-lede = Todo lo que sabemos de ti, mientras se conserva. No incluye las propias contraseñas, claves ni códigos.
data-submit = Descargar como archivo
data-hint = Consulta y descarga lo que sabemos de ti.
data-show = Ver mis datos
accepted-title = Condiciones que has aceptado
accepted-hint = Qué versión y cuándo.
accepted-show = Verlas
accepted-none = No has aceptado ninguna condición aquí.
accepted-since = Aceptado
accepted-client = Al continuar en { $client }
attribute-operators = Solo el operador puede cambiarlo.
data-attributes = Más sobre ti
data-left-empty = Dejado en blanco
data-by-operator = Escrito por el operador
data-yes = Sí
data-no = No
data-failures = Intentos fallidos
data-sign-ins = Inicios de sesión
data-consents = Lo que has aceptado
data-grants = Acceso de las aplicaciones
data-requests = Solicitudes para confirmar que eres tú
data-other-issuers = Tu identidad en otros servicios
data-email-changes = Cambios de dirección
data-mailed-links = Enlaces enviados por correo
data-subject = Identificador
data-former-email = Dirección anterior
data-email-confirmed = Dirección confirmada
data-phone-confirmed = Teléfono confirmado
data-name = Nombre
data-middle-name = Segundo nombre
data-username = Nombre de usuario
data-profile-url = Página de perfil
data-picture = Foto
data-website = Sitio web
data-gender = Género
data-birthdate = Fecha de nacimiento
data-zoneinfo = Zona horaria
data-locale = Idioma
data-phone = Número de teléfono
data-address = Dirección postal
data-administrator = Administra este servicio
data-since = Desde
data-used = Usado
data-removed = Quitada
data-ended = Fin
data-expires = Válido hasta
data-confirmed = Confirmado
data-allowed = Permitida
data-refused = Rechazada
data-reason = Motivo
data-proofs = Inicio de sesión con
data-count = Cantidad
data-model = Modelo
data-copied = Copiada en otros dispositivos
data-attested = Modelo acreditado
data-browser = Navegador
data-system = Sistema
data-country = País
data-city = Ciudad
data-point = Latitud y longitud
data-client = Aplicación
data-scope = Puede ver
data-resources = En
data-details = Detalles
data-claims = Datos pedidos
data-message = Mensaje
data-issuer = Servicio
data-purpose = Finalidad
data-terms = Condiciones
data-version = Versión
data-read-at = Leído en
data-nothing = Sin indicar
data-attested-passkey = Llave de acceso de un modelo acreditado
data-email-code = Código por correo
data-end-revoked = Decisión de la administración del servicio
data-end-disowned = Has indicado que no fuiste tú
data-end-deletion = Has pedido eliminar la cuenta
data-end-withdrawn = Has retirado el acceso
data-end-client-gone = La aplicación se ha eliminado aquí
data-end-given-up = La aplicación ha renunciado a él
data-end-replayed = Usado dos veces; puede que lo hayan robado
data-link-setup = Configurar la cuenta
data-link-undo = Recuperar la dirección
data-more = { $count ->
    [one] Hay { $count } más en el archivo.
   *[other] Hay { $count } más en el archivo.
}
security-lede = Antes de cambiar algo aquí, te pediremos que vuelvas a iniciar sesión.
security-changed = Último cambio
security-set-up = Configurada
security-none = Aún no tienes
security-change-password = Cambiar contraseña
security-totp = Aplicación de autenticación
security-totp-none = Un segundo paso que te protege si alguien averigua tu contraseña
security-totp-none-by-code = Un segundo paso que te protege si alguien lee tu correo
security-add = Configurar
security-replace = Reemplazar
security-remove = Quitar
security-demanded = Aquí el segundo paso es obligatorio: puedes reemplazarlo, pero no quitarlo.
security-codes = Códigos de recuperación
security-codes-left = { $count ->
    [one] Queda { $count } código
   *[other] Quedan { $count } códigos
}
security-renew-codes = Crear códigos nuevos
security-recovery = { $count ->
    [one] Alguien que sabe cómo empiezas a iniciar sesión ha pedido quitar tu segundo paso en aproximadamente { $count } hora. Si no fuiste tú, detenlo y cambia tu contraseña.
   *[other] Alguien que sabe cómo empiezas a iniciar sesión ha pedido quitar tu segundo paso en aproximadamente { $count } horas. Si no fuiste tú, detenlo y cambia tu contraseña.
}
security-recovery-by-code = { $count ->
    [one] Alguien que sabe cómo empiezas a iniciar sesión ha pedido quitar tu segundo paso en aproximadamente { $count } hora. Si no fuiste tú, detenlo y comprueba quién lee tu correo.
   *[other] Alguien que sabe cómo empiezas a iniciar sesión ha pedido quitar tu segundo paso en aproximadamente { $count } horas. Si no fuiste tú, detenlo y comprueba quién lee tu correo.
}
security-recovery-stop = Detenerlo
notice-recovery-stopped = Detenido. Tu segundo paso se mantiene.
security-passkeys = Llaves de acceso
security-passkeys-none = Inicia sesión con tu huella digital, tu rostro o el bloqueo de pantalla
security-passkeys-count = { $count ->
    [one] { $count } llave de acceso
   *[other] { $count } llaves de acceso
}
security-manage = Gestionar
passkeys-lede = Cada una de ellas basta para iniciar sesión.
passkey-unnamed = Llave de acceso
passkey-added = Agregada
passkey-not-used = Aún sin usar
passkey-copied = Copiada en tus otros dispositivos
passkey-one-device = Solo en un dispositivo
passkey-rename = Cambiar nombre
passkey-last = Sin ella no podrías iniciar sesión como aquí se exige; podrás quitarla cuando tengas otra opción.
passkey-name-title = Ponle un nombre a esta llave de acceso
field-passkey-name = Nombre
remove-passkey-title = ¿Quitar esta llave de acceso?
remove-passkey-text = Ya no servirá para iniciar sesión. Las sesiones que ya tengas abiertas seguirán abiertas.
remove-other-totp-text = Conservarás tu llave de acceso y tus códigos de recuperación.
notice-passkey-added = Se ha agregado la llave de acceso.
notice-passkey-removed = Se ha quitado la llave de acceso.
remove-totp-title = ¿Quitar la aplicación de autenticación?
remove-totp-text = A partir de entonces bastará tu contraseña para entrar. Tus códigos de recuperación también dejarán de funcionar.
remove-totp-text-by-code = A partir de entonces bastará un código por correo para entrar. Tus códigos de recuperación también dejarán de funcionar.
remove-totp-submit = Quitar
renew-codes-title = ¿Crear códigos de recuperación nuevos?
renew-codes-text = Los códigos nuevos se muestran una sola vez. Los que tienes ahora dejarán de funcionar.
renew-codes-submit = Crear códigos nuevos
notice-profile-saved = Guardado.
notice-password-replaced = Contraseña cambiada. Se ha cerrado la sesión en tus otros dispositivos.
notice-totp-removed = Se ha quitado la aplicación de autenticación.
notice-codes-saved = Guarda tus códigos de recuperación donde puedas encontrarlos sin el teléfono.
ago-now = hace un momento
ago-minutes = { $count ->
    [one] hace { $count } minuto
   *[other] hace { $count } minutos
}
ago-hours = { $count ->
    [one] hace { $count } hora
   *[other] hace { $count } horas
}
ago-days = { $count ->
    [one] hace { $count } día
   *[other] hace { $count } días
}
ago-months = { $count ->
    [one] hace { $count } mes
   *[other] hace { $count } meses
}
ago-years = { $count ->
    [one] hace { $count } año
   *[other] hace { $count } años
}
invitation-title = Aceptar la invitación
invitation-text = Esta invitación es para { $email }.
invitation-client = Después seguirás a { $client }.
invitation-other = Aquí has iniciado sesión como { $email }. Esa cuenta se queda como está y sigue con la sesión iniciada.
invitation-stay = Seguir con esa cuenta
invitation-submit = Aceptar
invitation-otherwise = ¿No lo esperabas? Cierra esta página; no pasará nada.
not-me-title = ¿Fue otra persona?
not-me-text = Alguien ha cambiado la forma de iniciar sesión en la cuenta de { $email }.
not-me-next = Si no fuiste tú, cerraremos todas las sesiones, desactivaremos la contraseña, quitaremos las llaves de acceso nuevas y te enviaremos un enlace para elegir otra contraseña.
not-me-next-by-code = Si no fuiste tú, cerraremos todas las sesiones y quitaremos las llaves de acceso nuevas.
not-me-submit = No fui yo
not-me-otherwise = ¿Fuiste tú? Cierra esta página; no pasará nada.
remove-lost-title = ¿Quitar tu segundo paso?
remove-lost-text = Has indicado que perdiste todos los segundos pasos de la cuenta de { $email }.
remove-lost-next = Quitamos tu aplicación de autenticación, tus llaves de acceso y tus códigos de recuperación, y cerramos todas tus sesiones. Después inicias sesión y configuras un segundo paso nuevo.
remove-lost-submit = Quitar el segundo paso
remove-lost-otherwise = ¿Aún lo tienes o no lo has pedido? Cierra esta página e inicia sesión como siempre; eso lo detiene.
new-email-title = ¿Usar esta dirección?
new-email-text = Pulsa el botón para iniciar sesión con { $email } a partir de ahora. Enviaremos un aviso a tu dirección anterior.
new-email-submit = Usar esta dirección
new-email-otherwise = ¿No lo has pedido tú? Cierra esta página; no pasará nada.
former-email-title = ¿Recuperar tu dirección?
former-email-text = Alguien ha puesto otra dirección en lugar de { $email }.
former-email-next = Si no fuiste tú, restableceremos la tuya, cerraremos todas las sesiones, desactivaremos la contraseña, quitaremos las llaves de acceso nuevas y te enviaremos un enlace para elegir otra contraseña.
former-email-next-by-code = Si no fuiste tú, restableceremos la tuya, cerraremos todas las sesiones y quitaremos las llaves de acceso nuevas.
former-email-submit = Recuperar dirección
done-shut-out-title = Se han cerrado todas las sesiones
done-shut-out-text = La contraseña anterior ya no funciona. Abre el correo que acabamos de enviarte y elige una nueva.
done-shut-out-text-by-code = Vuelve a iniciar sesión con un código por correo.
done-lost-title = Segundo paso quitado
done-lost-text = Inicia sesión ahora. Por el camino configurarás un segundo paso nuevo.

## Done

done-email-title = Dirección confirmada
done-email-text = Tu dirección de correo está confirmada.
done-new-email-title = Dirección cambiada
done-new-email-text = A partir de ahora, inicia sesión con tu nuevo correo electrónico.
done-former-email-title = Has recuperado tu dirección
done-deletion-title = Tu cuenta se eliminará
done-deletion-text = Se han cerrado todas tus sesiones. ¿Has cambiado de idea? Vuelve a iniciar sesión antes del día que indica el correo que acabamos de enviarte.
done-password-title = Contraseña cambiada
done-password-text = A partir de ahora, usa tu nueva contraseña.
done-signed-in-title = Has iniciado sesión
done-signed-in-text = Todo está listo.
done-factor-title = Aplicación de autenticación activada
done-factor-text = A partir de ahora, también escribirás un código al iniciar sesión.
done-device-allowed-title = Dispositivo conectado
done-device-allowed-text = Puedes volver a tu dispositivo.
done-device-refused-title = Dispositivo rechazado
done-device-refused-text = No tiene acceso a tu cuenta.
done-device-late-title = Este código ya no funciona
done-device-late-text = Ya se ha usado o ha caducado. Empieza de nuevo en tu dispositivo.
done-request-allowed-title = Solicitud aprobada
done-request-allowed-text = Puedes volver adonde empezaste.
done-request-refused-title = Solicitud rechazada
done-request-refused-text = La aplicación no tiene acceso a tu cuenta.
done-request-late-title = Esta solicitud ya no está activa
done-request-late-text = Ya se ha respondido o ha caducado.
done-request-other-title = Esta solicitud es para otra persona
done-request-other-text = Solo puede decidir la persona indicada. No ha cambiado nada.

## When a journey cannot go on here

elsewhere-title = Continúa donde empezaste
elsewhere-text = Empezaste en otro navegador o en otro dispositivo. Vuelve allí para continuar; no se ha perdido nada. O empieza de nuevo aquí.
over-title = Este proceso ha terminado
over-text = Se completó, tardó demasiado o ya no es posible. Si no has llegado adonde querías, empieza de nuevo.

## Signing out

logout-title = ¿Cerrar sesión?
logout-asked-by = { $client } pide cerrar tu sesión.
logout-account = Has iniciado sesión como { $email }.
logout-effect = Puede que las aplicaciones que usas con esta cuenta también cierren tu sesión.
logout-submit = Cerrar sesión
logout-stay = Mantener la sesión iniciada
logout-done-title = Has cerrado sesión
logout-done-text = Si compartes este equipo, cierra también el navegador.
logout-applications-text = Las aplicaciones que has usado con esta cuenta también están cerrando tu sesión.
logout-frame-title = Cierre de sesión en una aplicación

## Errors

error-advice-title = Qué puedes hacer
error-status = Estado
error-technical = Para desarrolladores
error-request-title = No podemos leer esta solicitud
error-request-text = La aplicación que te ha enviado aquí ha pedido algo que no podemos hacer.
error-request-advice = Vuelve a la aplicación e inténtalo de nuevo. Si vuelve a ocurrir, indica a sus responsables la referencia de abajo.
error-client-title = Aquí no conocemos esta aplicación
error-client-text = La aplicación que te ha enviado aquí no está registrada o está desactivada.
error-client-advice = Comprueba que el enlace sea el correcto. Los responsables de la aplicación pueden ayudarte con la referencia de abajo.
error-return-title = No podemos enviarte de vuelta
error-return-text = La aplicación espera la respuesta en una dirección que no está registrada. Para protegerte, nos detenemos aquí.
error-return-advice = Indica a los responsables de la aplicación la referencia de abajo.
error-expired-title = Esta página ha caducado
error-expired-text = Ha estado abierta demasiado tiempo o ya has terminado.
error-expired-advice = Empieza de nuevo en la aplicación de la que venías.
error-link-title = Este enlace ya no funciona
error-link-text = Es demasiado antiguo, ya se ha usado o se ha enviado otro más reciente.
error-link-advice = Abre el correo más reciente o pide un enlace nuevo.
error-form-title = No hemos podido aceptar este formulario
error-form-text = Tu navegador no ha enviado la cookie correspondiente.
error-form-advice = Permite las cookies en este sitio, vuelve atrás, recarga la página e inténtalo de nuevo.
error-forbidden-title = No puedes abrir esto
error-forbidden-text = Tu cuenta no tiene permiso para hacerlo.
error-forbidden-advice = Inicia sesión con otra cuenta o pregunta a quien se ocupa de este servicio.
error-not-found-title = Esta página no existe
error-not-found-text = Puede que la dirección esté mal escrita o que la página ya no exista.
error-not-found-advice = Revisa la dirección o empieza en la aplicación que quieres usar.
error-internal-title = Algo ha salido mal
error-internal-text = El error es nuestro, no tuyo.
error-internal-advice = Inténtalo de nuevo en un momento. Si vuelve a ocurrir, indícanos la referencia de abajo.
error-unavailable-title = Un momento, por favor
error-unavailable-text = El servicio está ocupado o se está reiniciando.
error-unavailable-advice = Espera unos segundos y recarga la página.
too-many-title = Haz una breve pausa
too-many-text = Ha habido demasiados intentos y, para proteger las cuentas, hacemos una pausa.
too-many-back = Intentar de nuevo

## Other pages

home-title = Servicio de inicio de sesión
home-heading = Este es el servicio de inicio de sesión de { $tenant }
home-text = Las aplicaciones te envían aquí para iniciar sesión; cuando terminas, vuelves a ellas.
home-account = Tu cuenta
redirecting-title = Te estamos redirigiendo
redirecting-to = Te llevamos a { $client }
redirecting-text = Si no ocurre nada, pulsa «Continuar».

## Mails

mail-sent-by = Correo enviado por { $tenant }.
mail-link-plain = Si el botón no funciona, copia esta dirección en tu navegador:
mail-link-label = { $label }:
mail-valid = { $count ->
    [one] El enlace sirve una sola vez, durante { $count } minuto.
   *[other] El enlace sirve una sola vez, durante { $count } minutos.
}
mail-ignore = ¿No lo has pedido tú? Ignora este correo; no cambiará nada.
mail-code-subject = Tu código para { $tenant }
mail-code-text = Escribe este código en la página donde estás iniciando sesión en { $tenant }:
mail-code-action = Rellenar el código por mí
mail-code-valid = { $count ->
    [one] El código sirve una sola vez, durante { $count } minuto, en el navegador donde lo pediste.
   *[other] El código sirve una sola vez, durante { $count } minutos, en el navegador donde lo pediste.
}
mail-code-long = El código es más largo de lo habitual porque se han escrito muchos incorrectos para esta dirección. El botón lo rellena por ti.
mail-code-secret = No lo compartas. Quien te lo pida quiere entrar en tu cuenta.
mail-invitation-subject = Tienes una invitación: { $tenant }
mail-invitation-text = Te han invitado a tener una cuenta en { $tenant }.
mail-invitation-action = Ver la invitación
mail-invitation-until = El enlace funciona una vez, hasta { $when }.
mail-reset-subject = Elige una contraseña nueva para { $tenant }
mail-reset-text = Alguien (esperamos que tú) ha pedido una contraseña nueva para tu cuenta de { $tenant }.
mail-reset-action = Elegir contraseña nueva
mail-verify-subject = Confirma tu correo electrónico para { $tenant }
mail-verify-text = Confirma que esta dirección es tuya para terminar de configurar tu cuenta de { $tenant }.
mail-verify-action = Confirmar dirección
mail-approval-subject = Confirma en { $tenant } que eres tú
mail-approval-text = Una aplicación ha pedido a { $tenant } iniciar tu sesión en otro lugar. Consulta qué quiere y apruébalo solo si has hecho tú la solicitud.
mail-approval-action = Ver la solicitud
mail-exists-subject = Ya tienes una cuenta en { $tenant }
mail-exists-text = Alguien (quizá tú) ha intentado crear una cuenta en { $tenant } con esta dirección. Ya tienes una, así que no se ha creado otra.
mail-exists-action = Iniciar sesión
mail-exists-forgot = Si has olvidado tu contraseña, elige una nueva en la página de inicio de sesión.
mail-exists-ignore = ¿No fuiste tú? No tienes que hacer nada; nadie ha visto nada de tu cuenta.
mail-taken-text = Alguien (quizá tú) ha querido usar esta dirección para otra cuenta en { $tenant }. Ya pertenece a tu cuenta, así que no se ha cambiado nada.
mail-new-email-subject = Confirma tu nuevo correo electrónico para { $tenant }
mail-new-email-text = Alguien (esperamos que tú) quiere iniciar sesión en { $tenant } con esta dirección a partir de ahora. Abre el enlace en un navegador donde tengas la sesión iniciada.
mail-email-changed-subject = Se ha cambiado tu correo electrónico de { $tenant }
mail-email-changed-text = Tu cuenta de { $tenant } tiene ahora otra dirección de correo. A esta ya no enviaremos nada más.
mail-email-changed-not-you = ¿No fuiste tú? Pulsa el botón: recuperarás tu dirección, se cerrarán todas las sesiones y elegirás una contraseña nueva.
mail-email-changed-not-you-by-code = ¿No fuiste tú? Pulsa el botón: recuperarás tu dirección y se cerrarán todas las sesiones.
mail-deletion-subject = Tu cuenta de { $tenant } se eliminará
mail-deletion-text = Alguien (esperamos que tú) ha pedido a { $tenant } que elimine tu cuenta. Mientras tanto, no se puede usar.
mail-deletion-due = Borrado definitivo: { $when }
mail-deletion-not-you = ¿No fuiste tú? Pulsa el botón: tu cuenta se conservará y se cerrarán todas las sesiones.
mail-deletion-keep = ¿Has cambiado de idea? Vuelve a iniciar sesión antes de esa fecha y no se perderá nada.
mail-deletion-action = Iniciar sesión y conservarla
mail-deletion-former-text = Tu cuenta de { $tenant } tenía esta dirección de correo hasta hace poco. Ahora alguien nos ha pedido que la eliminemos. Mientras tanto, no se puede usar.
mail-deletion-former-not-you = ¿No fuiste tú? Pulsa el botón: recuperarás tu dirección y tu cuenta, y se cerrarán todas las sesiones.
mail-kept-subject = Tu cuenta de { $tenant } se conserva
mail-kept-text = Alguien ha iniciado sesión en tu cuenta de { $tenant } o ha pulsado «No fui yo» en uno de nuestros correos, así que no se eliminará.
mail-sign-in-subject = Nuevo inicio de sesión en tu cuenta de { $tenant }
mail-sign-in-text = Alguien ha iniciado sesión en tu cuenta de { $tenant } desde un dispositivo o un lugar que no conocíamos.
mail-sign-in-device = Dispositivo: { $device }
mail-sign-in-network = Red: { $network }
mail-sign-in-place = Lugar: { $place }
mail-confirm-subject = ¿Estás iniciando sesión en { $tenant }?
mail-confirm-text = Alguien que conoce tu contraseña está iniciando sesión en tu cuenta de { $tenant }, desde un dispositivo o un lugar que no conocemos.
mail-confirm-not-you = ¿No eres tú? No uses el código y elige una contraseña nueva: otra persona conoce la tuya.
mail-confirm-code = ¿Eres tú? Escribe este código en la página donde estás iniciando sesión:
mail-password-subject = Se ha cambiado tu contraseña de { $tenant }
mail-password-text = Se ha cambiado la contraseña de tu cuenta de { $tenant }. Se ha cerrado la sesión en los demás dispositivos.
mail-factor-subject = Nueva forma de iniciar sesión en { $tenant }
mail-factor-totp = Se ha configurado una aplicación de autenticación para tu cuenta de { $tenant }.
mail-factor-recovery = Se han creado códigos de recuperación nuevos para tu cuenta de { $tenant }. Los anteriores ya no funcionan.
mail-factor-passkey = Se ha agregado una llave de acceso a tu cuenta de { $tenant }.
mail-passkey-copied-subject = Se ha rechazado una llave de acceso en { $tenant }
mail-passkey-copied-text = Alguien ha usado una llave de acceso de tu cuenta de { $tenant }. Es posible que la hayan copiado, así que se ha rechazado.
mail-passkey-copied-advice = Si fuiste tú, quita esta llave de acceso y agrega una nueva. ¿No fuiste tú? Elige enseguida una contraseña nueva.
mail-passkey-copied-advice-by-code = Si fuiste tú, quita esta llave de acceso y agrega una nueva. ¿No fuiste tú? Pulsa enseguida el botón.
mail-recovery-subject = Se ha usado un código de recuperación en { $tenant }
mail-recovery-text = Alguien ha iniciado sesión en tu cuenta de { $tenant } con tu contraseña y uno de tus códigos de recuperación. Ese código ya no funciona.
mail-recovery-text-by-code = Alguien ha iniciado sesión en tu cuenta de { $tenant } con un código por correo y uno de tus códigos de recuperación. Ese código de recuperación ya no funciona.
mail-removed-subject = Se ha quitado una forma de iniciar sesión en { $tenant }
mail-removed-totp = Se ha quitado la aplicación de autenticación de tu cuenta de { $tenant }.
mail-removed-passkey = Se ha quitado una llave de acceso de tu cuenta de { $tenant }. Ya no sirve para iniciar sesión.
mail-lost-subject = Se quitará tu segundo paso en { $tenant }
mail-lost-text = Alguien (esperamos que tú) ha indicado que perdió todos los segundos pasos de tu cuenta de { $tenant }. El inicio de la sesión era correcto.
mail-lost-due = Enviaremos un enlace para quitarlo: { $when }
mail-lost-not-you = ¿No fuiste tú? Pulsa el botón: no se quita nada, se cierran todas las sesiones y eliges una contraseña nueva. Iniciar sesión con tu segundo paso también lo detiene.
mail-lost-not-you-by-code = ¿No fuiste tú? Pulsa el botón: no se quita nada y se cierran todas las sesiones. Iniciar sesión con tu segundo paso también lo detiene.
mail-lost-due-subject = Quita tu segundo paso en { $tenant }
mail-lost-due-text = Ha pasado el tiempo de espera. Si perdiste todos los segundos pasos de tu cuenta de { $tenant }, quítalos ahora y configura uno nuevo. Si aún lo tienes, inicia sesión como siempre; eso lo detiene.
mail-lost-due-valid = { $count ->
    [one] El enlace sirve una sola vez, durante { $count } día.
   *[other] El enlace sirve una sola vez, durante { $count } días.
}
mail-lost-stopped-subject = Tu segundo paso en { $tenant } se mantiene
mail-lost-stopped-text = Alguien que tiene la sesión iniciada en tu cuenta de { $tenant } ha detenido la retirada de tu segundo paso.
mail-not-me-valid = { $count ->
    [one] El botón funciona durante { $count } día.
   *[other] El botón funciona durante { $count } días.
}
mail-when = Fecha y hora: { $when }
mail-not-you = ¿No fuiste tú? Pulsa el botón: se cerrarán todas las sesiones y elegirás una contraseña nueva.
mail-not-you-by-code = ¿No fuiste tú? Pulsa el botón: se cerrarán todas las sesiones y se quitarán las llaves de acceso nuevas.
mail-not-you-action = No fui yo
