# نصوص جميع الصفحات والرسائل. لكل لغة المفاتيح نفسها.

## Common

title-error-prefix = خطأ:
languages = اللغات
continue = متابعة
continue-to = المتابعة إلى { $client }
to-continue-to = للمتابعة إلى { $client }
back-to-sign-in = العودة إلى تسجيل الدخول
not-now = ليس الآن
another-account = استخدام حساب آخر
start-again = البدء من جديد
start-again-for = البدء من جديد من أجل { $client }
start-again-at = البدء من جديد في { $client }
may-close = يمكنك إغلاق هذه الصفحة.
reference = الرقم المرجعي
why-title = لماذا يُطلب مني هذا؟
why-text = إذا طلبت المساعدة فاذكر هذا:
sign-in-link = تسجيل الدخول
register-link = إنشاء حساب
forgot-password-link = هل نسيت كلمة المرور؟

## Fields

field-email = البريد الإلكتروني
field-account = الحساب
field-password = كلمة المرور
field-new-password = كلمة المرور الجديدة
field-name = اسمك
field-code = الرمز
field-recovery-code = رمز الاسترداد
field-user-code = الرمز على جهازك
user-code-hint = أحرف كبيرة أو صغيرة؛ الشرطات لا تهم
field-optional = (اختياري)
field-choose = اختر
password-rules = { $count ->
    [one] حرف واحد على الأقل. بضع كلمات لا صلة بينها تصلح كلمة مرور جيدة، وكل الرموز مقبولة.
    [two] حرفان على الأقل. بضع كلمات لا صلة بينها تصلح كلمة مرور جيدة، وكل الرموز مقبولة.
    [few] { $count } أحرف على الأقل. بضع كلمات لا صلة بينها تصلح كلمة مرور جيدة، وكل الرموز مقبولة.
   *[other] { $count } حرفًا على الأقل. بضع كلمات لا صلة بينها تصلح كلمة مرور جيدة، وكل الرموز مقبولة.
}
code-hint = 6 أرقام من تطبيق المصادقة
recovery-code-hint = أحد الرموز التي حفظتها. يصلح كل رمز مرة واحدة.

## Problems

problem-wrong-credentials = البريد الإلكتروني أو كلمة المرور غير صحيحة.
problem-too-many-attempts = كانت المحاولات كثيرة جدًا.
problem-email-missing = أدخل بريدك الإلكتروني.
problem-email-malformed = أدخل عنوان بريد كاملًا، مثل name@example.com.
problem-email-same = هذا عنوانك أصلًا.
problem-name-missing = أدخل اسمك.
problem-name-long = { $count ->
    [few] اختصر الاسم إلى { $count } أحرف.
   *[other] اختصر الاسم إلى { $count } حرفًا.
}
problem-password-missing = أدخل كلمة المرور.
problem-password-wrong = كلمة المرور هذه غير صحيحة.
problem-password-short = { $count ->
    [few] استخدم { $count } أحرف على الأقل.
   *[other] استخدم { $count } حرفًا على الأقل.
}
problem-password-long = { $count ->
    [few] استخدم { $count } أحرف على الأكثر.
   *[other] استخدم { $count } حرفًا على الأكثر.
}
problem-password-common = كلمة المرور هذه سهلة التخمين. اختر غيرها.
problem-password-personal = اختر كلمة مرور لا تتضمن اسمك أو بريدك.
problem-code-missing = أدخل الرمز.
problem-code-malformed = لا يبدو هذا رمزًا. تحقق منه وحاول مرة أخرى.
problem-code-wrong = هذا الرمز غير صحيح. أدخل أحدث رمز.
problem-code-used = استُخدم هذا الرمز من قبل. انتظر الرمز التالي.
problem-code-short = رموز هذا العنوان أطول الآن. اطلب رمزًا جديدًا.
problem-recovery-code-wrong = هذا الرمز غير صحيح. تحقق منه، أو استخدم رمزًا آخر من رموزك.
problem-recovery-code-used = استُخدم هذا الرمز من قبل. استخدم رمزًا آخر.
problem-user-code-missing = أدخل الرمز الذي يعرضه جهازك.
problem-user-code-unknown = لا ينتظر أي جهاز بهذا الرمز. تحقق منه، أو احصل على رمز جديد على الجهاز.
problem-at-field = { $label }: { $problem }
problem-attribute-missing = املأ هذا الحقل.
problem-attribute-long = { $count ->
    [one] اختصره إلى حرف واحد.
    [two] اختصره إلى حرفين.
    [few] اختصره إلى { $count } أحرف.
    [many] اختصره إلى { $count } حرفًا.
   *[other] اختصره إلى { $count } حرف.
}
problem-attribute-line = استخدم سطرًا واحدًا من نص عادي.
problem-attribute-phone = أدخل الرقم مع رمز الدولة، مثل { "\u200E" }+44 20 7946 0000.
problem-attribute-integer = أدخل عددًا صحيحًا.
problem-attribute-date = أدخل يومًا، مثل { "\u200E" }1990-12-31.
problem-attribute-choice = اختر من القائمة.
problem-own-device = أكّد أنك بدأت هذا على جهازك الخاص. إن لم تكن أنت، فاختر الرفض.
problem-passkey-expired = استغرق ذلك وقتًا طويلًا. حاول مرة أخرى.
problem-passkey-unknown = لا يوجد هنا حساب يستخدم مفتاح المرور هذا. جرّب مفتاحًا آخر، أو سجّل الدخول بطريقة أخرى.
problem-passkey-removed = أُزيل مفتاح المرور هذا من حسابه. استخدم مفتاحًا آخر، أو سجّل الدخول بطريقة أخرى.
problem-passkey-other-account = مفتاح المرور هذا لحساب آخر.
problem-passkey-not-verified = لم يتحقق جهازك من أنك أنت. فعّل قفل الشاشة أو رمز PIN عليه، أو سجّل الدخول بطريقة أخرى.
problem-passkey-copied = رُفض مفتاح المرور هذا لأنه ربما نُسخ. سجّل الدخول بطريقة أخرى وأزله.
problem-passkey-not-added = تعذّرت إضافة مفتاح المرور هذا. ربما هو في حسابك من قبل.
problem-passkey-model = لا تُقبل هنا مفاتيح المرور من هذا الجهاز أو التطبيق. استخدم مفتاحًا آخر.
problem-passkey-invalid = تعذّر التحقق من مفتاح المرور هذا. حاول مرة أخرى، أو سجّل الدخول بطريقة أخرى.
passkey-cancelled = لم يُستخدم أي مفتاح مرور. حاول مرة أخرى عندما تكون جاهزًا، أو اختر طريقة أخرى.
passkey-timeout = انتهى الوقت قبل استخدام مفتاح مرور. حاول مرة أخرى.
passkey-exists = على هذا الجهاز مفتاح مرور لحسابك من قبل. يمكنك تسجيل الدخول به.
passkey-security = لا تعمل مفاتيح المرور على هذا العنوان. افتح الصفحة على عنوانها المعتاد.
passkey-unsupported = لا يمكن استخدام مفتاح مرور هنا على هذا الجهاز. اختر جهازًا آخر أو طريقة أخرى.
passkey-other = لم يتمكن جهازك من استخدام مفتاح مرور. حاول مرة أخرى، أو اختر طريقة أخرى.
wait-seconds = { $count ->
    [one] حاول مرة أخرى بعد ثانية واحدة.
    [two] حاول مرة أخرى بعد ثانيتين.
    [few] حاول مرة أخرى بعد { $count } ثوانٍ.
   *[other] حاول مرة أخرى بعد { $count } ثانية.
}
wait-minutes = { $count ->
    [one] حاول مرة أخرى بعد دقيقة واحدة.
    [two] حاول مرة أخرى بعد دقيقتين.
    [few] حاول مرة أخرى بعد { $count } دقائق.
   *[other] حاول مرة أخرى بعد { $count } دقيقة.
}
wait-hours = { $count ->
    [one] حاول مرة أخرى بعد ساعة واحدة.
    [two] حاول مرة أخرى بعد ساعتين.
    [few] حاول مرة أخرى بعد { $count } ساعات.
   *[other] حاول مرة أخرى بعد { $count } ساعة.
}

## Notices

notice-page-outdated = كانت تلك الصفحة قديمة فلم يُرسل شيء. هذه هي خطوتك الحالية.
notice-password-changed = تم تغيير كلمة المرور. سجّل الدخول بالكلمة الجديدة.
notice-email-confirmed = تم تأكيد بريدك الإلكتروني.
notice-signed-out = تم تسجيل خروجك.

## Signing in

identify-title = تسجيل الدخول
identify-submit = تسجيل الدخول
identify-new = جديد هنا؟
password-title = أكّد أنك أنت
password-lede = يطلب { $client } كلمة المرور مرة أخرى.
password-lede-by-code = يطلب منك { $client } تسجيل الدخول مرة أخرى.
email-code-ask = إرسال رمز إلى بريدي
email-code-title = أدخل الرمز من الرسالة
email-code-sent = إن كان هناك حساب للعنوان { $email } فقد أُرسل إليه رمز.
email-code-sent-registering = أُرسل رمز إلى { $email }.
email-code-hint = { $count ->
    [one] الأرقام الواردة في الرسالة تعمل دقيقة واحدة في هذا المتصفح
    [two] الأرقام الواردة في الرسالة تعمل دقيقتين في هذا المتصفح
    [few] الأرقام الواردة في الرسالة تعمل { $count } دقائق في هذا المتصفح
   *[other] الأرقام الواردة في الرسالة تعمل { $count } دقيقة في هذا المتصفح
}
email-code-resend = إرسال رمز جديد
email-code-other-way = تسجيل الدخول بطريقة أخرى
confirm-sign-in-title = أكّد أنك أنت
confirm-sign-in-lede = تسجيل الدخول هذا غير معتاد لحسابك، لذلك نطلب شيئًا آخر.

## Telephone number

phone-code-title = تأكيد رقم هاتفك
phone-code-to-send = سنرسل رمزًا في رسالة نصية إلى { $number }.
phone-code-send = إرسال الرمز
phone-code-sent = أُرسل رمز في رسالة نصية إلى { $number }.
phone-code-hint = { $count ->
    [one] 6 أرقام تعمل دقيقة واحدة
    [two] 6 أرقام تعمل دقيقتين
    [few] 6 أرقام تعمل { $count } دقائق
   *[other] 6 أرقام تعمل { $count } دقيقة
}
phone-code-submit = تأكيد
phone-code-other-number = استخدام رقم آخر
phone-code-not-served = لا يمكننا إرسال رسائل نصية إلى { $number }. استخدم رقمًا آخر.
phone-code-back = العودة إلى ملفك الشخصي
phone-unconfirmed = رقم هاتفك غير مؤكد
phone-confirm = تأكيده برسالة نصية
notice-phone-confirmed = تم تأكيد رقم هاتفك.
text-phone-code = { $code } هو رمزك لدى { $tenant }. لا تعطه لأحد.
text-phone-code-valid = { $count ->
    [one] يعمل دقيقة واحدة.
    [two] يعمل دقيقتين.
    [few] يعمل { $count } دقائق.
   *[other] يعمل { $count } دقيقة.
}
text-recovery-announced = يريد شخص ما إزالة العوامل الثانية من حسابك لدى { $tenant }. لست أنت؟ سجّل الدخول وأوقف ذلك:

## Authenticator app and recovery codes

totp-title = أدخل الرمز
totp-no-phone = التطبيق ليس في متناولك؟
totp-link = استخدام تطبيق المصادقة بدلًا من ذلك
recovery-code-link = استخدام رمز استرداد
recovery-code-title = استخدام رمز استرداد
enrolment-title = إعداد تطبيق المصادقة
enrolment-lede = من الآن فصاعدًا تسجّل الدخول بكلمة المرور وبرمز من التطبيق.
enrolment-lede-by-code = من الآن فصاعدًا تسجّل الدخول برمز يصلك بالبريد وبرمز من التطبيق.
enrolment-app-title = افتح تطبيق المصادقة
enrolment-app-text = يصلح أي تطبيق للرموز المؤقتة، وكثير من مديري كلمات المرور يوفرونها.
enrolment-scan-title = امسح هذا الرمز
enrolment-qr-label = رمز QR لتطبيق المصادقة. المفتاح نفسه مكتوب بجانبه.
enrolment-key = أو أدخل هذا المفتاح:
enrolment-open-app = فتح التطبيق على هذا الجهاز
enrolment-code-title = أدخل الرمز الذي يعرضه
enrolment-code-hint = 6 أرقام تتجدد كل 30 ثانية
enrolment-submit = تفعيل
recovery-codes-title = احفظ رموز الاسترداد
recovery-codes-lede = إذا تعذّر عليك استخدام تطبيق المصادقة أو مفتاح المرور، فأحد هذه الرموز يتيح لك الدخول. يصلح كل رمز مرة واحدة.
recovery-codes-once = تظهر هذه الرموز الآن فقط.
recovery-codes-how = اطبع هذه الصفحة، أو انسخ القائمة إلى مدير كلمات المرور.
recovery-codes-submit = لقد حفظتها
lost-link = فقدتُ كل هذا
lost-title = فقدتَ كل خطوات التحقق الثانية؟
lost-wait = { $count ->
    [one] يمكننا إزالتها بعد ساعة واحدة. حتى ذلك الحين يمكنك أنت أو صاحب الحساب إيقاف ذلك.
    [two] يمكننا إزالتها بعد ساعتين. حتى ذلك الحين يمكنك أنت أو صاحب الحساب إيقاف ذلك.
    [few] يمكننا إزالتها بعد { $count } ساعات. حتى ذلك الحين يمكنك أنت أو صاحب الحساب إيقاف ذلك.
   *[other] يمكننا إزالتها بعد { $count } ساعة. حتى ذلك الحين يمكنك أنت أو صاحب الحساب إيقاف ذلك.
}
lost-next = نرسل إليك رسالة الآن، ثم رابطًا بعد انقضاء المدة. به تزيل الخطوة الثانية القديمة وتسجّل الدخول وتُعدّ خطوة جديدة.
lost-submit = طلب ذلك
lost-asked = { $count ->
    [one] لقد طلبتَ ذلك. بعد ساعة تقريبًا نرسل إليك رابطًا.
    [two] لقد طلبتَ ذلك. بعد ساعتين تقريبًا نرسل إليك رابطًا.
    [few] لقد طلبتَ ذلك. بعد { $count } ساعات تقريبًا نرسل إليك رابطًا.
   *[other] لقد طلبتَ ذلك. بعد { $count } ساعة تقريبًا نرسل إليك رابطًا.
}
lost-due = الرابط في طريقه إلى بريدك.
lost-stop = وجدتَها؟ سجّل الدخول بها ولن يُزال شيء.
lost-back = العودة إلى الرمز

## Passkeys

passkey-or = أو
passkey-sign-in = تسجيل الدخول بمفتاح مرور
passkey-title = استخدم مفتاح المرور
passkey-lede = أكّد أنك أنت ببصمة الإصبع أو الوجه أو قفل الشاشة.
passkey-use = استخدام مفتاح المرور
passkey-link = استخدم مفتاح المرور بدلًا من ذلك
passkey-no-script = يحتاج متصفحك إلى JavaScript لاستخدام مفاتيح المرور.
passkey-cannot = لا يمكنني استخدام مفتاح المرور
passkey-recovery = مفتاح المرور ليس في متناولك؟
passkey-enrolment-title = أضف مفتاح مرور
passkey-enrolment-lede = في المرة القادمة تسجّل الدخول ببصمة الإصبع أو الوجه أو قفل الشاشة. لا رمز تكتبه، ولا يستطيع أحد أن يخدعك لتعطيه إياه.
passkey-enrolment-submit = إضافة مفتاح مرور
passkey-enrolment-link = أضف مفتاح مرور بدلًا من ذلك
passkey-enrolment-totp = استخدم تطبيق مصادقة بدلًا من ذلك

## Consent

consent-title = هل تسمح لـ { $client } باستخدام حسابك؟
consent-verified = تحقّق منه { $tenant }
consent-unverified = لم يتحقق { $tenant } ممن يقف وراء هذا التطبيق. تابع فقط إذا كنت تثق به.
consent-signed-in-as = الحساب الحالي
consent-not-you = لست أنت؟
consent-scopes = يودّ { $client }
consent-resources = يُستخدم مع
consent-fact = { $label }: { $value }
consent-while-signed-in = ينتهي الوصول عند تسجيل خروجك.
consent-days = { $count ->
    [one] يستمر الوصول يومًا واحدًا.
    [two] يستمر الوصول يومين.
    [few] يستمر الوصول { $count } أيام.
   *[other] يستمر الوصول { $count } يومًا.
}
consent-until-withdrawn = يستمر الوصول حتى تسحبه.
consent-described-at = يصف هذا التطبيق نفسه على { $host }. تابع فقط إذا كنت تعرف هذا العنوان.
consent-on-device = يعمل هذا التطبيق على جهازك، وقد ينتحل برنامج آخر هناك صفته. تابع فقط إذا كنت قد شغّلته للتو.
consent-host = بعد ذلك تعود إلى { $host }.
consent-allow = سماح
consent-deny = رفض
consent-remember = إذا سمحت فسنتذكر ذلك ولن نسأل عن الأمر نفسه مرة أخرى.
consent-withdraw-link = إدارة الوصول
consent-about = عن { $client }
consent-home = الموقع
consent-policy = سياسة الخصوصية
consent-terms = شروط الخدمة
tell-title = بعض التفاصيل
tell-hint = ما تدخله يصبح جزءًا من ملفك الشخصي، ويمكنك رؤيته في حسابك.
terms-title = اقرأ ووافق
terms-version = الإصدار { $version }
terms-changed = تغيّر منذ موافقتك
terms-hint = تُفتح في علامة تبويب جديدة. نحتفظ بما وافقت عليه ومتى، ونعرضه في حسابك.
terms-agree = أوافق
terms-decline = لا أوافق

## الأجهزة

device-title = ربط جهاز
device-lede = أدخل الرمز الذي يعرضه جهازك.
device-submit = متابعة
device-warning = هل أرسل إليك أحد هذا الرمز أو الرابط؟ توقف إذن: إدخاله يسمح له باستخدام حسابك.
device-approval-title = هل تسمح لـ { $client } على هذا الجهاز باستخدام حسابك؟
device-approval-compare = يجب أن يعرض جهازك هذا الرمز:
device-approval-warning = تابع فقط إذا بدأت هذا بنفسك الآن. لا أحد غيرك يحتاج إلى موافقتك.
device-approval-origin = يطلب الجهاز من
device-approval-own = بدأت هذا على جهازي الخاص
approvals-title = بانتظارك
approvals-lede = طلبت هذه التطبيقات تسجيل دخولك في مكان آخر. افتح أحدها لتقرر.
approvals-nothing = لا شيء بانتظار قرارك.
backchannel-approval-title = هل بدأت هذا مع { $client }؟
backchannel-approval-compare = يجب أن يعرض الجهاز الآخر الرسالة نفسها:
backchannel-approval-warning = تابع فقط إذا بدأت هذا بنفسك الآن. إن لم تكن أنت، فاختر الرفض.
scope-openid = معرفة أنك أنت
scope-openid-why = معرّف ليتعرّف عليك في المرة القادمة
scope-profile = الاطلاع على اسمك وملفك الشخصي
scope-profile-why = الاسم والصورة واللغة والمنطقة الزمنية، ليخاطبك كما ينبغي
scope-email = الاطلاع على بريدك الإلكتروني
scope-email-why = وهل هو مؤكد، للتواصل معك
scope-phone = الاطلاع على رقم هاتفك
scope-phone-why = وهل هو مؤكد، للوصول إليك
scope-address = الاطلاع على عنوانك البريدي
scope-address-why = لإرسال شيء إليك أو ملء نموذج
scope-offline = الاحتفاظ بالوصول في غيابك
scope-offline-why = يمكنه استخدام هذا الوصول دون أن يطلب منك تسجيل الدخول مجددًا

## Accounts

select-account-title = اختر حسابًا
select-account-signed-in = مسجّل الدخول
select-account-signed-out = مسجّل الخروج

## Registering and recovering

register-title = إنشاء حسابك
register-submit = إنشاء الحساب
register-existing = لديك حساب بالفعل؟
check-mail-title = تفقّد بريدك
check-mail-reset = إذا كان هناك حساب لـ { $email }، فقد أرسلنا رابطًا لاختيار كلمة مرور جديدة.
check-mail-verify = أرسلنا رسالة إلى { $email }. اتبع الرابط فيها للمتابعة.
check-mail-valid = { $count ->
    [one] يعمل الرابط دقيقة واحدة.
    [two] يعمل الرابط دقيقتين.
    [few] يعمل الرابط { $count } دقائق.
   *[other] يعمل الرابط { $count } دقيقة.
}
check-mail-nothing = لم يصل شيء؟ ابحث في البريد غير المرغوب فيه، وتحقق من العنوان.
check-mail-resend = الإرسال مرة أخرى
confirm-email-title = تأكيد بريدك الإلكتروني
confirm-email-text = اضغط الزر لتأكيد أن { $email } لك.
confirm-email-submit = تأكيد العنوان
confirm-email-not-you = لم تكن أنت؟ اضغط الزر: يُسجَّل خروج الجميع وتختار كلمة مرور جديدة.
confirm-email-not-you-by-code = لم تكن أنت؟ اضغط الزر: يُزال ما أعدّه غيرك ويُسجَّل خروج الجميع.
forgot-password-title = اختيار كلمة مرور جديدة
forgot-password-lede = أدخل بريدك الإلكتروني لنرسل إليك رابطًا.
forgot-password-submit = إرسال الرابط
reset-password-title = اختيار كلمة مرور جديدة
reset-password-lede = سيُسجَّل خروجك من أجهزتك الأخرى.
reset-password-submit = حفظ كلمة المرور

## Your account

account-title = حسابك
account-places = حسابك
account-home = نظرة عامة
account-profile = الملف الشخصي
account-profile-text = أسماؤك وعنوانك
account-security = الأمان
account-security-text = كلمة المرور وتطبيق المصادقة ورموز الاسترداد
account-security-text-by-code = مفاتيح المرور وتطبيق المصادقة ورموز الاسترداد
account-sessions = الأجهزة
account-sessions-text = حيث سجّلت دخولك
sessions-lede = هذه المتصفحات مسجّلة الدخول إلى حسابك.
sessions-unknown = لا تعرف أحدها؟ سجّل خروجه، ثم:
session-on = { $browser } على { $system }
session-unknown = متصفح لا يذكر اسمه
session-here = هذا الجهاز
session-began = تسجيل الدخول
session-seen = آخر استخدام
session-network = الشبكة
session-place = المكان
place-near = قرب { $place }
session-end = تسجيل الخروج هناك
session-end-all = تسجيل الخروج من كل مكان آخر
notice-signed-out-elsewhere = تم تسجيل الخروج هناك.
account-applications = التطبيقات
account-applications-text = من يمكنه استخدام حسابك
applications-none = لا يستخدم أي تطبيق حسابك.
applications-lede = يمكن لهذه التطبيقات استخدام حسابك.
applications-after = إزالة الوصول تنهيه فورًا. ما قرأه التطبيق من قبل قد يكون احتفظ به.
application-since = سُمح له
application-withdraw = إزالة الوصول
notice-access-taken-back = أُزيل الوصول.
save = حفظ
cancel = إلغاء
field-given-name = الاسم الأول
field-family-name = اسم العائلة
field-nickname = اللقب
profile-lede = ترى التطبيقات من هذه المعلومات ما سمحت لها برؤيته.
email-change = تغيير العنوان
email-title = تغيير بريدك الإلكتروني
field-new-email = البريد الإلكتروني الجديد
email-hint = نرسل إليه رابطًا، ويتغير عنوانك حين تتبعه.
email-submit = إرسال الرابط
email-wished-title = بانتظار اتباع الرابط
email-wished-text = افتح الرسالة التي أرسلناها إليه في متصفح سجّلت الدخول فيه. إن لم تصل رسالة فقد يكون العنوان مكتوبًا خطأً أو مستخدمًا.
email-drop = الإبقاء على العنوان القديم
notice-email-asked = أرسلنا رسالة إلى عنوانك الجديد.
notice-email-kept = يبقى عنوانك كما هو.
notice-last-administrator = أنت المشرف الوحيد هنا. عيّن مشرفًا آخر قبل حذف حسابك.
deletion-heading = حذف الحساب
deletion-hint = يزول معه كل ما نعرفه عنك.
deletion-title = أتحذف حسابك؟
deletion-text = يُسجَّل خروجك من كل مكان فورًا، ولا يستطيع أي تطبيق استخدام الحساب بعد ذلك.
deletion-days = { $count ->
    [zero] يمكنك تسجيل الدخول خلال { $count } يوم للاحتفاظ به، ثم يُمحى نهائيًا كل ما نعرفه عنك.
    [one] يمكنك تسجيل الدخول خلال يوم واحد ({ $count }) للاحتفاظ به، ثم يُمحى نهائيًا كل ما نعرفه عنك.
    [two] يمكنك تسجيل الدخول خلال يومين ({ $count }) للاحتفاظ به، ثم يُمحى نهائيًا كل ما نعرفه عنك.
    [few] يمكنك تسجيل الدخول خلال { $count } أيام للاحتفاظ به، ثم يُمحى نهائيًا كل ما نعرفه عنك.
    [many] يمكنك تسجيل الدخول خلال { $count } يومًا للاحتفاظ به، ثم يُمحى نهائيًا كل ما نعرفه عنك.
   *[other] يمكنك تسجيل الدخول خلال { $count } يوم للاحتفاظ به، ثم يُمحى نهائيًا كل ما نعرفه عنك.
}
deletion-submit = حذف الحساب
data-title = بياناتك
data-lede = كل ما نعرفه عنك ما دام محفوظًا لدينا، دون كلمات المرور والمفاتيح والرموز نفسها.
data-submit = تنزيل كملف
data-hint = اعرض ما نعرفه عنك ونزّله.
data-show = عرض بياناتي
accepted-title = الشروط التي وافقت عليها
accepted-hint = أي إصدار، ومتى.
accepted-show = عرضها
accepted-none = لم توافق على أي شروط هنا.
accepted-since = تمت الموافقة
accepted-client = في الطريق إلى { $client }
attribute-operators = لا يمكن تغيير هذا إلا من قِبل المشغّل.
data-attributes = المزيد عنك
data-left-empty = تُرك فارغًا
data-by-operator = كتبه المشغّل
data-yes = نعم
data-no = لا
data-failures = محاولات فاشلة
data-sign-ins = عمليات تسجيل الدخول
data-consents = ما وافقت عليه
data-grants = وصول التطبيقات
data-requests = طلبات تأكيد هويتك
data-other-issuers = حساباتك لدى خدمات أخرى
data-email-changes = تغييرات عنوانك
data-mailed-links = روابط أرسلناها
data-subject = المعرّف
data-former-email = العنوان السابق
data-email-confirmed = تأكيد العنوان
data-phone-confirmed = تأكيد رقم الهاتف
data-name = الاسم
data-middle-name = الاسم الأوسط
data-username = اسم المستخدم
data-profile-url = صفحة الملف الشخصي
data-picture = الصورة
data-website = الموقع
data-gender = الجنس
data-birthdate = تاريخ الميلاد
data-zoneinfo = المنطقة الزمنية
data-locale = اللغة
data-phone = رقم الهاتف
data-address = العنوان البريدي
data-administrator = مشرف
data-since = منذ
data-used = استُخدم
data-removed = أُزيل
data-ended = انتهى
data-expires = صالح حتى
data-confirmed = تأكد
data-allowed = سُمح به
data-refused = رُفض
data-reason = السبب
data-proofs = تسجيل الدخول بـ
data-count = العدد
data-model = الطراز
data-copied = منسوخ إلى أجهزة أخرى
data-attested = الطراز موثّق
data-browser = المتصفح
data-system = النظام
data-country = البلد
data-city = المدينة
data-point = خط العرض وخط الطول
data-client = التطبيق
data-scope = يمكنه رؤية
data-resources = لدى
data-details = التفاصيل
data-claims = طُلب
data-message = الرسالة
data-issuer = الخدمة
data-purpose = الغرض
data-terms = الشروط
data-version = الإصدار
data-read-at = قُرئ في
data-nothing = غير مذكور
data-attested-passkey = مفتاح مرور من طراز موثّق
data-email-code = رمز بالبريد
data-end-revoked = أنهاه مسؤول الخدمة
data-end-disowned = أفدتَ بأنك لم تكن أنت
data-end-deletion = طلبتَ حذف الحساب
data-end-withdrawn = أزلتَ الوصول
data-end-client-gone = أُزيل التطبيق من هنا
data-end-given-up = تخلّى عنه التطبيق
data-end-replayed = استُخدم مرتين، فربما سُرق
data-link-setup = إعداد الحساب
data-link-undo = استعادة عنوانك
data-more = { $count ->
    [zero] لا مزيد ({ $count }) في الملف.
    [one] يوجد إدخال آخر ({ $count }) في الملف.
    [two] يوجد إدخالان آخران ({ $count }) في الملف.
    [few] توجد { $count } إدخالات أخرى في الملف.
    [many] يوجد { $count } إدخالًا آخر في الملف.
   *[other] يوجد { $count } إدخال آخر في الملف.
}
security-lede = قبل أن تغيّر أي شيء هنا، نطلب منك تسجيل الدخول مرة أخرى.
security-changed = تم التغيير
security-set-up = تم الإعداد
security-none = لا توجد بعد
security-change-password = تغيير كلمة المرور
security-totp = تطبيق المصادقة
security-totp-none = خطوة ثانية تحميك إذا عرف أحد كلمة مرورك
security-totp-none-by-code = خطوة ثانية تحميك إذا قرأ أحد بريدك
security-add = إعداد
security-replace = استبدال
security-remove = إزالة
security-demanded = يحتاج الجميع هنا إلى خطوة ثانية، لذا يمكنك استبدالها ولا يمكنك إزالتها.
security-codes = رموز الاسترداد
security-codes-left = { $count ->
    [zero] لم يبقَ أي رمز
    [one] بقي رمز واحد
    [two] بقي رمزان
    [few] بقيت { $count } رموز
   *[other] بقي { $count } رمزًا
}
security-renew-codes = إنشاء رموز جديدة
security-recovery = { $count ->
    [one] طلب شخص يعرف كيف تبدأ تسجيل الدخول إزالة خطوتك الثانية بعد ساعة تقريبًا. إن لم تكن أنت فأوقف ذلك وغيّر كلمة المرور.
    [two] طلب شخص يعرف كيف تبدأ تسجيل الدخول إزالة خطوتك الثانية بعد ساعتين تقريبًا. إن لم تكن أنت فأوقف ذلك وغيّر كلمة المرور.
    [few] طلب شخص يعرف كيف تبدأ تسجيل الدخول إزالة خطوتك الثانية بعد { $count } ساعات تقريبًا. إن لم تكن أنت فأوقف ذلك وغيّر كلمة المرور.
   *[other] طلب شخص يعرف كيف تبدأ تسجيل الدخول إزالة خطوتك الثانية بعد { $count } ساعة تقريبًا. إن لم تكن أنت فأوقف ذلك وغيّر كلمة المرور.
}
security-recovery-by-code = { $count ->
    [one] طلب شخص يعرف كيف تبدأ تسجيل الدخول إزالة خطوتك الثانية بعد ساعة تقريبًا. إن لم تكن أنت فأوقف ذلك وتحقّق ممن يقرأ بريدك.
    [two] طلب شخص يعرف كيف تبدأ تسجيل الدخول إزالة خطوتك الثانية بعد ساعتين تقريبًا. إن لم تكن أنت فأوقف ذلك وتحقّق ممن يقرأ بريدك.
    [few] طلب شخص يعرف كيف تبدأ تسجيل الدخول إزالة خطوتك الثانية بعد { $count } ساعات تقريبًا. إن لم تكن أنت فأوقف ذلك وتحقّق ممن يقرأ بريدك.
   *[other] طلب شخص يعرف كيف تبدأ تسجيل الدخول إزالة خطوتك الثانية بعد { $count } ساعة تقريبًا. إن لم تكن أنت فأوقف ذلك وتحقّق ممن يقرأ بريدك.
}
security-recovery-stop = إيقاف
notice-recovery-stopped = أُوقف. خطوتك الثانية باقية.
security-passkeys = مفاتيح المرور
security-passkeys-none = سجّل الدخول ببصمة الإصبع أو الوجه أو قفل الشاشة
security-passkeys-count = { $count ->
    [zero] لا مفاتيح مرور
    [one] مفتاح مرور واحد
    [two] مفتاحا مرور
    [few] { $count } مفاتيح مرور
    [many] { $count } مفتاح مرور
   *[other] { $count } مفتاح مرور
}
security-manage = إدارة
passkeys-lede = كل واحد منها يسجّل دخولك بمفرده.
passkey-unnamed = مفتاح مرور
passkey-added = أُضيف
passkey-not-used = لم يُستخدم بعد
passkey-copied = منسوخ إلى أجهزتك الأخرى
passkey-one-device = على جهاز واحد فقط
passkey-rename = إعادة التسمية
passkey-last = لا يمكنك بدونه تسجيل الدخول كما هو مطلوب هنا، لذا يبقى حتى تتوفر طريقة أخرى.
passkey-name-title = سمِّ مفتاح المرور هذا
field-passkey-name = الاسم
remove-passkey-title = إزالة مفتاح المرور هذا؟
remove-passkey-text = لن يسجّل دخولك بعد الآن. حيث سجّلت دخولك من قبل تبقى مسجّل الدخول.
remove-other-totp-text = يبقى مفتاح مرورك، وكذلك رموز الاسترداد.
notice-passkey-added = أُضيف مفتاح المرور.
notice-passkey-removed = أُزيل مفتاح المرور.
remove-totp-title = إزالة تطبيق المصادقة؟
remove-totp-text = بعد ذلك تكفي كلمة المرور وحدها للدخول، وتتوقف رموز الاسترداد عن العمل أيضًا.
remove-totp-text-by-code = بعد ذلك يكفي رمز يصلك بالبريد للدخول، وتتوقف رموز الاسترداد عن العمل أيضًا.
remove-totp-submit = إزالة
renew-codes-title = إنشاء رموز استرداد جديدة؟
renew-codes-text = ترى الرموز الجديدة مرة واحدة. تتوقف رموزك الحالية عن العمل.
renew-codes-submit = إنشاء رموز جديدة
notice-profile-saved = تم الحفظ.
notice-password-replaced = تم تغيير كلمة مرورك، وسُجِّل خروج أجهزتك الأخرى.
notice-totp-removed = تمت إزالة تطبيق المصادقة.
notice-codes-saved = احتفظ برموز الاسترداد في مكان تجدها فيه من دون هاتفك.
ago-now = الآن
ago-minutes = { $count ->
    [one] قبل دقيقة واحدة
    [two] قبل دقيقتين
    [few] قبل { $count } دقائق
   *[other] قبل { $count } دقيقة
}
ago-hours = { $count ->
    [one] قبل ساعة واحدة
    [two] قبل ساعتين
    [few] قبل { $count } ساعات
   *[other] قبل { $count } ساعة
}
ago-days = { $count ->
    [one] قبل يوم واحد
    [two] قبل يومين
    [few] قبل { $count } أيام
   *[other] قبل { $count } يومًا
}
ago-months = { $count ->
    [one] قبل شهر واحد
    [two] قبل شهرين
    [few] قبل { $count } أشهر
   *[other] قبل { $count } شهرًا
}
ago-years = { $count ->
    [one] قبل سنة واحدة
    [two] قبل سنتين
    [few] قبل { $count } سنوات
   *[other] قبل { $count } سنة
}
invitation-title = قبول الدعوة
invitation-text = هذه الدعوة للعنوان { $email }.
invitation-client = بعد ذلك تنتقل إلى { $client }.
invitation-other = أنت مسجّل الدخول هنا باسم { $email }. يبقى هذا الحساب كما هو ويبقى مسجّل الدخول.
invitation-stay = المتابعة بهذا الحساب
invitation-submit = قبول
invitation-otherwise = لم تتوقع ذلك؟ أغلق هذه الصفحة؛ لن يحدث شيء.
not-me-title = هل كان هذا شخصًا آخر؟
not-me-text = غيّر أحدهم طريقة دخولك إلى حساب { $email }.
not-me-next = إن لم تكن أنت، نسجّل خروج الجميع ونوقف كلمة المرور ونزيل مفاتيح المرور الجديدة ونرسل إليك رابطًا لاختيار كلمة مرور جديدة.
not-me-next-by-code = إن لم تكن أنت، نسجّل خروج الجميع ونزيل مفاتيح المرور الجديدة.
not-me-submit = لم أكن أنا
not-me-otherwise = كنت أنت؟ أغلق هذه الصفحة ولن يحدث شيء.
remove-lost-title = إزالة خطوة التحقق الثانية؟
remove-lost-text = أفدتَ بأنك فقدتَ كل خطوات التحقق الثانية لحساب { $email }.
remove-lost-next = نزيل تطبيق المصادقة ومفاتيح المرور ورموز الاسترداد، ونسجّل خروجك من كل مكان. بعدها تسجّل الدخول وتُعدّ خطوة ثانية جديدة.
remove-lost-submit = إزالة الخطوة الثانية
remove-lost-otherwise = ما زالت لديك، أو لم تطلب هذا؟ أغلق هذه الصفحة وسجّل الدخول كالمعتاد؛ فذلك يوقفه.
new-email-title = أتستخدم هذا العنوان؟
new-email-text = اضغط الزر لتسجل الدخول بالعنوان { $email } من الآن. يصل إشعار إلى عنوانك السابق.
new-email-submit = استخدام هذا العنوان
new-email-otherwise = لم تطلب هذا؟ أغلق هذه الصفحة ولن يحدث شيء.
former-email-title = أتستعيد عنوانك؟
former-email-text = وضع أحدهم عنوانًا آخر مكان { $email }.
former-email-next = إن لم تكن أنت، نعيد عنوانك ونسجّل خروج الجميع ونوقف كلمة المرور ونزيل مفاتيح المرور الجديدة ونرسل إليك رابطًا لاختيار كلمة مرور جديدة.
former-email-next-by-code = إن لم تكن أنت، نعيد عنوانك ونسجّل خروج الجميع ونزيل مفاتيح المرور الجديدة.
former-email-submit = استعادته
done-shut-out-title = تم تسجيل خروج الجميع
done-shut-out-text = لم تعد كلمة المرور القديمة صالحة. افتح الرسالة التي أرسلناها للتو واختر كلمة جديدة.
done-shut-out-text-by-code = سجّل الدخول مجددًا برمز يصلك بالبريد.
done-lost-title = أُزيلت الخطوة الثانية
done-lost-text = سجّل الدخول الآن، وستُعدّ خطوة ثانية جديدة أثناء ذلك.

## Done

done-email-title = تم تأكيد العنوان
done-email-text = تم تأكيد بريدك الإلكتروني.
done-new-email-title = تم تغيير العنوان
done-new-email-text = سجّل الدخول ببريدك الإلكتروني الجديد من الآن.
done-former-email-title = عاد إليك عنوانك
done-deletion-title = سيُحذف حسابك
done-deletion-text = سُجِّل خروجك من كل مكان. غيّرت رأيك؟ سجّل الدخول قبل اليوم المذكور في الرسالة التي أرسلناها للتو.
done-password-title = تم تغيير كلمة المرور
done-password-text = استخدم كلمة المرور الجديدة من الآن فصاعدًا.
done-signed-in-title = تم تسجيل دخولك
done-signed-in-text = كل شيء جاهز.
done-factor-title = تطبيق المصادقة مفعّل
done-factor-text = من الآن فصاعدًا تدخل رمزًا أيضًا عند تسجيل الدخول.
done-device-allowed-title = تم ربط الجهاز
done-device-allowed-text = يمكنك العودة إلى جهازك.
done-device-refused-title = رُفض الجهاز
done-device-refused-text = لا يملك أي وصول إلى حسابك.
done-device-late-title = لم يعد هذا الرمز صالحًا
done-device-late-text = استُخدم من قبل أو انتهت صلاحيته. ابدأ من جديد على جهازك.
done-request-allowed-title = تمت الموافقة
done-request-allowed-text = يمكنك العودة إلى حيث بدأت.
done-request-refused-title = تم الرفض
done-request-refused-text = لا يملك التطبيق أي وصول إلى حسابك.
done-request-late-title = انتهى هذا الطلب
done-request-late-text = اتُّخذ القرار من قبل أو انتهت المهلة.
done-request-other-title = هذا الطلب لشخص آخر
done-request-other-text = لا يقرر إلا الشخص المعني. لم يتغير شيء.

## When a journey cannot go on here

elsewhere-title = تابع من حيث بدأت
elsewhere-text = بدأت في متصفح آخر أو على جهاز آخر. عُد إليه للمتابعة، فلم يُفقد شيء. أو ابدأ من جديد هنا.
over-title = انتهت هذه العملية
over-text = اكتملت أو استغرقت وقتًا طويلًا أو لم تعد ممكنة. إن لم تصل إلى حيث أردت فابدأ من جديد.

## Signing out

logout-title = تسجيل الخروج؟
logout-asked-by = يطلب { $client } تسجيل خروجك.
logout-account = أنت مسجّل الدخول باسم { $email }.
logout-effect = قد تسجّل خروجك أيضًا التطبيقات التي تستخدمها بهذا الحساب.
logout-submit = تسجيل الخروج
logout-stay = البقاء
logout-done-title = تم تسجيل خروجك
logout-done-text = على جهاز مشترك، أغلق المتصفح أيضًا.
logout-applications-text = تسجّل خروجك الآن أيضًا التطبيقات التي استخدمتها بهذا الحساب.
logout-frame-title = تسجيل الخروج من تطبيق

## Errors

error-advice-title = ما يمكنك فعله
error-status = الحالة
error-technical = للمطورين
error-request-title = تعذّرت قراءة هذا الطلب
error-request-text = طلب التطبيق الذي أرسلك إلى هنا شيئًا لا يمكننا تنفيذه.
error-request-advice = عُد إلى التطبيق وحاول مرة أخرى. إذا تكرر ذلك، فأعطِ مطوريه الرقم المرجعي أدناه.
error-client-title = هذا التطبيق غير معروف هنا
error-client-text = التطبيق الذي أرسلك إلى هنا غير مسجّل أو متوقف.
error-client-advice = تحقق من أنك اتبعت الرابط الصحيح. يمكن لمطوري التطبيق المساعدة بالرقم المرجعي أدناه.
error-return-title = لا يمكننا إعادتك
error-return-text = يريد التطبيق الرد على عنوان غير مسجّل. توقفنا هنا لحمايتك.
error-return-advice = أعطِ مطوري التطبيق الرقم المرجعي أدناه.
error-expired-title = انتهت صلاحية هذه الصفحة
error-expired-text = بقيت مفتوحة طويلًا، أو أنك انتهيت بالفعل.
error-expired-advice = ابدأ من جديد من التطبيق الذي جئت منه.
error-link-title = لم يعد هذا الرابط يعمل
error-link-text = إنه قديم، أو استُخدم من قبل، أو أُرسل رابط أحدث.
error-link-advice = افتح أحدث رسالة، أو اطلب رابطًا جديدًا.
error-form-title = تعذّر قبول هذا النموذج
error-form-text = لم يرسل متصفحك ملف تعريف الارتباط الخاص به.
error-form-advice = اسمح بملفات تعريف الارتباط لهذا الموقع، ثم عُد وحمّل الصفحة من جديد وحاول مرة أخرى.
error-forbidden-title = لا يمكنك فتح هذا
error-forbidden-text = حسابك غير مخوّل بذلك.
error-forbidden-advice = سجّل الدخول بحساب آخر، أو اسأل المسؤول عن هذه الخدمة.
error-not-found-title = لا توجد صفحة كهذه
error-not-found-text = قد يكون العنوان مكتوبًا خطأً، أو أن الصفحة لم تعد موجودة.
error-not-found-advice = تحقق من العنوان، أو ابدأ من التطبيق الذي تريد استخدامه.
error-internal-title = حدث خطأ هنا
error-internal-text = الخطأ منا وليس منك.
error-internal-advice = حاول مرة أخرى بعد قليل. إذا تكرر ذلك، فأعطنا الرقم المرجعي أدناه.
error-unavailable-title = لحظة من فضلك
error-unavailable-text = الخدمة مشغولة أو يعاد تشغيلها.
error-unavailable-advice = انتظر بضع ثوانٍ ثم حمّل الصفحة من جديد.
too-many-title = استراحة قصيرة
too-many-text = كانت المحاولات كثيرة جدًا، فنتوقف قليلًا لحماية الحسابات.
too-many-back = المحاولة مرة أخرى

## Other pages

home-title = خدمة تسجيل الدخول
home-heading = هذه خدمة تسجيل الدخول لدى { $tenant }
home-text = ترسلك التطبيقات إلى هنا لتسجيل الدخول، ثم تعود إليها عند الانتهاء.
home-account = حسابك
redirecting-title = جارٍ نقلك
redirecting-to = جارٍ نقلك إلى { $client }
redirecting-text = إذا لم يحدث شيء، فاضغط «متابعة».

## Mails

mail-sent-by = أرسل هذه الرسالة { $tenant }.
mail-link-plain = إذا لم يعمل الزر، فانسخ هذا العنوان إلى متصفحك:
mail-link-label = { $label }:
mail-valid = { $count ->
    [one] يعمل الرابط مرة واحدة، لمدة دقيقة واحدة.
    [two] يعمل الرابط مرة واحدة، لمدة دقيقتين.
    [few] يعمل الرابط مرة واحدة، لمدة { $count } دقائق.
   *[other] يعمل الرابط مرة واحدة، لمدة { $count } دقيقة.
}
mail-ignore = لم تطلب هذا؟ تجاهل هذه الرسالة ولن يتغير شيء.
mail-code-subject = رمزك لدى { $tenant }
mail-code-text = أدخل هذا الرمز في الصفحة التي تسجّل فيها الدخول إلى { $tenant }:
mail-code-action = املأ الرمز عني
mail-code-valid = { $count ->
    [one] يعمل الرمز مرة واحدة، لمدة دقيقة واحدة، في المتصفح الذي طلبته فيه.
    [two] يعمل الرمز مرة واحدة، لمدة دقيقتين، في المتصفح الذي طلبته فيه.
    [few] يعمل الرمز مرة واحدة، لمدة { $count } دقائق، في المتصفح الذي طلبته فيه.
   *[other] يعمل الرمز مرة واحدة، لمدة { $count } دقيقة، في المتصفح الذي طلبته فيه.
}
mail-code-long = هذا الرمز أطول من المعتاد لأن رموزًا خاطئة كثيرة أُدخلت لهذا العنوان. يملؤه الزر عنك.
mail-code-secret = احتفظ به لنفسك. من يطلبه منك يريد الدخول إلى حسابك.
mail-invitation-subject = أنت مدعو إلى { $tenant }
mail-invitation-text = أنت مدعو إلى امتلاك حساب لدى { $tenant }.
mail-invitation-action = عرض الدعوة
mail-invitation-until = يعمل الرابط مرة واحدة، حتى { $when }.
mail-reset-subject = اختيار كلمة مرور جديدة لدى { $tenant }
mail-reset-text = طلب أحدهم، ونأمل أنه أنت، كلمة مرور جديدة لحسابك لدى { $tenant }.
mail-reset-action = اختيار كلمة مرور جديدة
mail-verify-subject = تأكيد بريدك الإلكتروني لدى { $tenant }
mail-verify-text = أكّد أن هذا العنوان لك لإتمام إعداد حسابك لدى { $tenant }.
mail-verify-action = تأكيد العنوان
mail-approval-subject = أكّد أنك أنت لدى { $tenant }
mail-approval-text = طلب تطبيق من { $tenant } تسجيل دخولك في مكان آخر. اطّلع على ما يريده ولا توافق إلا إذا بدأت ذلك بنفسك.
mail-approval-action = عرض الطلب
mail-exists-subject = لديك حساب بالفعل لدى { $tenant }
mail-exists-text = حاول أحدهم، وربما أنت، إنشاء حساب لدى { $tenant } بهذا العنوان. لديك حساب بالفعل، فلم يُنشأ شيء.
mail-exists-action = تسجيل الدخول
mail-exists-forgot = إذا نسيت كلمة المرور، فاختر كلمة جديدة في صفحة تسجيل الدخول.
mail-exists-ignore = لم تكن أنت؟ لا يلزمك فعل شيء، فلم يطّلع أحد على حسابك.
mail-taken-text = أراد أحدهم، ولعلك أنت، استخدام هذا العنوان لحساب آخر لدى { $tenant }. إنه يخص حسابك، فلم يتغير شيء.
mail-new-email-subject = تأكيد بريدك الإلكتروني الجديد لدى { $tenant }
mail-new-email-text = يريد أحدهم، ونأمل أنه أنت، تسجيل الدخول إلى { $tenant } بهذا العنوان من الآن. افتح الرابط في متصفح سجّلت الدخول فيه.
mail-email-changed-subject = تم تغيير بريدك الإلكتروني لدى { $tenant }
mail-email-changed-text = صار لحسابك لدى { $tenant } بريد إلكتروني آخر، ولن تصل إلى هذا العنوان رسائل بعد الآن.
mail-email-changed-not-you = لم تكن أنت؟ اضغط الزر: تستعيد عنوانك ويُسجَّل خروج الجميع وتختار كلمة مرور جديدة.
mail-email-changed-not-you-by-code = لم تكن أنت؟ اضغط الزر: تستعيد عنوانك ويُسجَّل خروج الجميع.
mail-deletion-subject = سيُحذف حسابك لدى { $tenant }
mail-deletion-text = طلب أحدهم، ونأمل أنه أنت، من { $tenant } حذف حسابك. وهو متوقف حتى ذلك الحين.
mail-deletion-due = يُمحى نهائيًا: { $when }
mail-deletion-not-you = لم تكن أنت؟ اضغط الزر: يبقى حسابك ويُسجَّل خروج الجميع.
mail-deletion-keep = غيّرت رأيك؟ سجّل الدخول قبل ذلك ولن تفقد شيئًا.
mail-deletion-action = تسجيل الدخول والاحتفاظ به
mail-deletion-former-text = كان لحسابك لدى { $tenant } هذا البريد الإلكتروني حتى وقت قريب. والآن طلب منا أحدهم حذفه. وهو متوقف حتى ذلك الحين.
mail-deletion-former-not-you = لم تكن أنت؟ اضغط الزر: تستعيد عنوانك وحسابك ويُسجَّل خروج الجميع.
mail-kept-subject = حسابك لدى { $tenant } باقٍ
mail-kept-text = سجّل أحدهم الدخول إلى حسابك لدى { $tenant } أو ضغط «لم أكن أنا» في إحدى رسائلنا، فلن يُحذف.
mail-sign-in-subject = تسجيل دخول جديد إلى حسابك لدى { $tenant }
mail-sign-in-text = سجّل أحدهم الدخول إلى حسابك لدى { $tenant } من جهاز أو مكان لم نكن نعرفه.
mail-sign-in-device = الجهاز: { $device }
mail-sign-in-network = الشبكة: { $network }
mail-sign-in-place = المكان: { $place }
mail-confirm-subject = هل أنت من يسجّل الدخول إلى { $tenant }؟
mail-confirm-text = شخص يعرف كلمة مرورك يسجّل الدخول إلى حسابك لدى { $tenant } من جهاز أو مكان لا نعرفه.
mail-confirm-not-you = لست أنت؟ لا تستخدم الرمز، واختر كلمة مرور جديدة: غيرك يعرف كلمة مرورك.
mail-confirm-code = هل هذا أنت؟ أدخل هذا الرمز في الصفحة التي تسجّل فيها الدخول:
mail-password-subject = تم تغيير كلمة المرور لدى { $tenant }
mail-password-text = تم تغيير كلمة مرور حسابك لدى { $tenant }، وسُجِّل خروج الأجهزة الأخرى.
mail-factor-subject = طريقة دخول جديدة لدى { $tenant }
mail-factor-totp = تم إعداد تطبيق مصادقة لحسابك لدى { $tenant }.
mail-factor-recovery = أُنشئت رموز استرداد جديدة لحسابك لدى { $tenant }. لم تعد الرموز القديمة صالحة.
mail-factor-passkey = أُضيف مفتاح مرور إلى حسابك لدى { $tenant }.
mail-passkey-copied-subject = رُفض مفتاح مرور لدى { $tenant }
mail-passkey-copied-text = استخدم شخص ما مفتاح مرور لحسابك لدى { $tenant } ربما نُسخ، فرُفض.
mail-passkey-copied-advice = إن كنت أنت، فأزل مفتاح المرور هذا وأضف مفتاحًا جديدًا. لم تكن أنت؟ إذن اختر كلمة مرور جديدة فورًا.
mail-passkey-copied-advice-by-code = إن كنت أنت، فأزل مفتاح المرور هذا وأضف مفتاحًا جديدًا. لم تكن أنت؟ إذن اضغط الزر فورًا.
mail-recovery-subject = استُخدم رمز استرداد لدى { $tenant }
mail-recovery-text = سجّل أحدهم الدخول إلى حسابك لدى { $tenant } بكلمة مرورك وأحد رموز الاسترداد. لم يعد هذا الرمز صالحًا.
mail-recovery-text-by-code = سجّل أحدهم الدخول إلى حسابك لدى { $tenant } برمز من البريد وأحد رموز الاسترداد. لم يعد رمز الاسترداد هذا صالحًا.
mail-removed-subject = أُزيلت طريقة دخول لدى { $tenant }
mail-removed-totp = أُزيل تطبيق المصادقة من حسابك لدى { $tenant }.
mail-removed-passkey = أُزيل مفتاح مرور من حسابك لدى { $tenant }. لم يعد يسجّل دخول أحد.
mail-lost-subject = ستُزال خطوتك الثانية لدى { $tenant }
mail-lost-text = أفاد شخص، نرجو أن يكون أنت، بأنه فقد كل خطوات التحقق الثانية لحسابك لدى { $tenant }. وكانت بداية تسجيل الدخول صحيحة.
mail-lost-due = نرسل رابطًا لإزالتها: { $when }
mail-lost-not-you = لم تكن أنت؟ اضغط الزر: لا يُزال شيء، ويُسجَّل خروج الجميع، وتختار كلمة مرور جديدة. وتسجيل الدخول بخطوتك الثانية يوقفه أيضًا.
mail-lost-not-you-by-code = لم تكن أنت؟ اضغط الزر: لا يُزال شيء، ويُسجَّل خروج الجميع. وتسجيل الدخول بخطوتك الثانية يوقفه أيضًا.
mail-lost-due-subject = إزالة خطوتك الثانية لدى { $tenant }
mail-lost-due-text = انقضت مدة الانتظار. إن كنت قد فقدتَ كل خطوات التحقق الثانية لحسابك لدى { $tenant } فأزلها الآن وأعدّ خطوة جديدة. وإن كانت لديك فسجّل الدخول كالمعتاد؛ فذلك يوقفه.
mail-lost-due-valid = { $count ->
    [one] يعمل الرابط مرة واحدة، لمدة يوم واحد.
    [two] يعمل الرابط مرة واحدة، لمدة يومين.
    [few] يعمل الرابط مرة واحدة، لمدة { $count } أيام.
   *[other] يعمل الرابط مرة واحدة، لمدة { $count } يومًا.
}
mail-lost-stopped-subject = خطوتك الثانية لدى { $tenant } باقية
mail-lost-stopped-text = أوقف شخص مسجَّل الدخول إلى حسابك لدى { $tenant } إزالة خطوتك الثانية.
mail-not-me-valid = { $count ->
    [one] يعمل الزر ليوم واحد.
    [two] يعمل الزر ليومين.
    [few] يعمل الزر { $count } أيام.
   *[other] يعمل الزر { $count } يومًا.
}
mail-when = الوقت: { $when }
mail-not-you = لم تكن أنت؟ اضغط الزر: يُسجَّل خروج الجميع وتختار كلمة مرور جديدة.
mail-not-you-by-code = لم تكن أنت؟ اضغط الزر: يُسجَّل خروج الجميع وتُزال مفاتيح المرور الجديدة.
mail-not-you-action = لم أكن أنا
