### همهٔ جمله‌هایی که scoring می‌گوید، به فارسی. قالب فایل: Project Fluent. توضیح پیام‌ها در en.ftl آمده است.

## شیوهٔ نگارش این زبان

direction = rtl
digits = ۰۱۲۳۴۵۶۷۸۹
decimal-sign = ٫
group-sign = ٬
minus-sign = { "\u200E" }−
full-stop = .
comma = { "، " }
percent = ٪
# تاریخ میلادی؛ با ممیز، چون در متن راست‌به‌چپ جابه‌جا نمی‌شود
date = { $year }/{ $month }/{ $day }

# نشانهٔ راست‌به‌چپ پس از واژهٔ لاتین: وگرنه عدد یا نشانهٔ پس از آن جابه‌جا نمایش داده می‌شود
-nps = NPS{ "\u200F" }
-csm = CSM{ "\u200F" }
-arr = ARR{ "\u200F" }

## استفاده از محصول

active_persons = { $active_persons ->
    [0] هیچ‌کس در ۲۸ روز گذشته فعال نبوده است
   *[other] { $active_persons } نفر در ۲۸ روز گذشته فعال بوده‌اند
}
    .label = کاربران فعال
    .remedy = با مشتری مشخص کنید چه کسان دیگری باید از محصول استفاده کنند و برایشان آموزشی کوتاه بگذارید
active_persons--was = { active_persons } (پیش از آن { $active_persons_before } نفر)

active_persons_before = { $active_persons_before ->
    [0] در ۲۸ روزِ پیش از آن هیچ‌کس فعال نبوده است
   *[other] { $active_persons_before } نفر در ۲۸ روزِ پیش از آن فعال بوده‌اند
}
    .label = کاربران فعال در دورهٔ پیش
    .remedy = بپرسید پیش‌تر چه کسانی از محصول استفاده می‌کردند و اکنون چه کسانی باید استفاده کنند

seat_use = { $active_persons } کاربر از { $seats_bought } کاربر مجاز در ۲۸ روز گذشته فعال بوده‌اند
    .label = ظرفیت استفاده‌شده
    .remedy = با مشتری مشخص کنید ظرفیت خالی به چه کسانی برسد و برایشان آموزشی کوتاه بگذارید
seat_use--was = { seat_use } (پیش از آن { $active_persons_before } نفر)
seat_use--over = { $active_persons } کاربر فعال‌اند، در حالی که { $seats_bought } مجوز کاربری خریداری شده است
seat_use--over-was = { seat_use--over } (پیش از آن { $active_persons_before } نفر)
seat_use--share = { PERCENT($seat_use) }٪ از ظرفیت کاربران در ۲۸ روز گذشته فعال بوده است

active_trend = میزان استفاده مثل همیشه است
    .label = روند استفاده
    .remedy = بپرسید چه چیزی تغییر کرده است: استفاده از میانگین خودِ مشتری کمتر شده است
active_trend--none = در ۲۸ روز گذشته هیچ استفاده‌ای نشده است
active_trend--up = استفاده { $change }٪ بیشتر از میانگین خودِ مشتری است
active_trend--down = استفاده { $change }٪ کمتر از میانگین خودِ مشتری است
active_trend--times = استفاده { $times } برابر میانگین همیشگی است

usage_drop = { WHOLE($usage_drop) ->
    [0] استفاده از میانگین خودِ مشتری کمتر نیست
   *[other] استفاده { WHOLE($usage_drop) }٪ پایین‌تر از میانگین خودِ مشتری است
}
    .label = افت استفاده
    .remedy = بپرسید چه چیزی تغییر کرده است: استفاده از میانگین خودِ مشتری کمتر شده است

breadth = { $breadth ->
    [0] در ۲۸ روز گذشته از هیچ قابلیتی استفاده نشده است
   *[other] در ۲۸ روز گذشته از { $breadth } قابلیت استفاده شده است
}
    .label = قابلیت‌های استفاده‌شده
    .remedy = قابلیت بعدی را که با شیوهٔ کار مشتری جور است به او نشان دهید

days_since_login = { $days_since_login ->
    [0] آخرین ورود: امروز
   *[other] آخرین ورود: { $days_since_login } روز پیش
}
    .label = آخرین ورود
    .remedy = با مشتری تماس بگیرید و بپرسید چه چیزی مانع استفاده از محصول شده است
days_since_login--silent = { $days_since_login } روز است که کسی وارد محصول نشده است

## پشتیبانی

tickets_open = { $tickets_open ->
    [0] هیچ تیکت بازی نیست
   *[other] { $tickets_open } تیکت باز
}
    .label = تیکت‌های باز
    .remedy = تیکت‌های باز را با پشتیبانی مرور کنید و به مشتری بگویید هر کدام کی حل می‌شود

tickets_open_old = { $tickets_open_old ->
    [0] هیچ تیکتی بیش از ۱۴ روز باز نمانده است
   *[other] { $tickets_open_old } تیکت بیش از ۱۴ روز باز مانده است
}
    .label = تیکت‌های قدیمی
    .remedy = تیکت‌های قدیمی را با پشتیبانی مرور کنید و به مشتری بگویید هر کدام کی حل می‌شود

tickets_open_days = { $tickets_open_days ->
    [0] قدیمی‌ترین تیکت باز امروز ثبت شده است
   *[other] قدیمی‌ترین تیکت باز: { $tickets_open_days } روز
}
    .label = قدیمی‌ترین تیکت باز
    .remedy = قدیمی‌ترین تیکت را با پشتیبانی مرور کنید و به مشتری بگویید کی حل می‌شود
tickets_open_days--none = هیچ تیکت بازی نیست

tickets_escalated_open = هیچ تیکت ارجاع‌شده‌ای باز نیست
    .label = تیکت‌های ارجاع‌شده به سطح بالاتر
    .remedy = تیکتِ ارجاع‌شده را شخصاً پیگیری کنید و همین امروز قدم بعدی را به مشتری بگویید
tickets_escalated_open--dated = { $tickets_escalated_open_days ->
    [0] یک تیکت امروز به سطح بالاتر ارجاع شده است
   *[other] یک تیکت { $tickets_escalated_open_days } روز پیش به سطح بالاتر ارجاع شده و هنوز باز است
}
tickets_escalated_open--dated-several = { $tickets_escalated_open_days ->
    [0] { $tickets_escalated_open } تیکت ارجاع‌شده به سطح بالاتر باز است؛ نخستین ارجاع امروز بوده است
   *[other] { $tickets_escalated_open } تیکت ارجاع‌شده به سطح بالاتر باز است؛ نخستین ارجاع { $tickets_escalated_open_days } روز پیش بوده است
}
tickets_escalated_open--open = { $tickets_escalated_open_days ->
    [0] یک تیکتِ ارجاع‌شده به سطح بالاتر امروز باز شده است
   *[other] یک تیکتِ ارجاع‌شده به سطح بالاتر { $tickets_escalated_open_days } روز است که باز مانده است
}
tickets_escalated_open--open-several = { $tickets_escalated_open_days ->
    [0] { $tickets_escalated_open } تیکت ارجاع‌شده به سطح بالاتر باز است؛ قدیمی‌ترین آن‌ها امروز باز شده است
   *[other] { $tickets_escalated_open } تیکت ارجاع‌شده به سطح بالاتر باز است؛ قدیمی‌ترین آن‌ها { $tickets_escalated_open_days } روز است که باز مانده است
}

tickets_escalated_open_days = { tickets_escalated_open }
    .label = قدیمی‌ترین ارجاع
    .remedy = تیکتِ ارجاع‌شده را شخصاً پیگیری کنید و همین امروز قدم بعدی را به مشتری بگویید

resolution_days = { ROUND($resolution_days) ->
    [0] تیکت‌ها همان روزِ ثبت بسته می‌شوند
   *[other] بستن هر تیکت به‌طور میانگین { $resolution_days } روز طول می‌کشد
}
    .label = زمان رسیدگی به تیکت‌ها
    .remedy = از پشتیبانی بپرسید چرا رسیدگی به تیکت‌های این مشتری طول می‌کشد

## نظر مشتری

nps_latest = پاسخ به پرسش { -nps }: { $nps_latest } از ۱۰
    .label = پاسخ‌های { -nps }
    .remedy = با کسانی که نمرهٔ پایین داده‌اند تماس بگیرید، علت را بپرسید و دربارهٔ اصلاح یک مورد به توافق برسید
nps_latest--several = میانگین پاسخ { $nps_answers } نفر به پرسش { -nps } برابر { $nps_latest } از ۱۰ است

nps_answers = { $nps_answers ->
    [0] هیچ پاسخی به پرسش { -nps } نرسیده است
   *[other] { $nps_answers } پاسخ به پرسش { -nps }
}
    .label = تعداد پاسخ‌های { -nps }
    .remedy = از افراد بیشتری نزد مشتری بپرسید آیا محصول را به دیگران توصیه می‌کنند

csat_latest = میانگین پاسخ‌های رضایت‌سنجی { $csat_latest } است
    .label = رضایت
    .remedy = با کسانی که راضی نبوده‌اند تماس بگیرید، علت را بپرسید و دربارهٔ اصلاح یک مورد به توافق برسید

## ارتباط با مشتری

days_since_touch = { $days_since_touch ->
    [0] آخرین تماس با مشتری: امروز
   *[other] آخرین تماس با مشتری: { $days_since_touch } روز پیش
}
    .label = آخرین تماس
    .remedy = همین هفته با مشتری تماس بگیرید یا به او بنویسید
days_since_touch--silent = { $days_since_touch } روز است که نه تماسی بوده، نه جلسه‌ای و نه ایمیلی از مشتری

meetings_90d = { $meetings_90d ->
    [0] در ۹۰ روز گذشته هیچ جلسه‌ای برگزار نشده است
   *[other] { $meetings_90d } جلسه در ۹۰ روز گذشته
}
    .label = جلسه‌ها
    .remedy = یک جلسهٔ مرور پیشنهاد کنید

persons_engaged_90d = { $persons_engaged_90d ->
    [0] در ۹۰ روز گذشته با هیچ‌کس گفت‌وگو نشده است
    [1] در ۹۰ روز گذشته فقط با { $persons_engaged_90d } نفر گفت‌وگو شده است
   *[other] در ۹۰ روز گذشته با { $persons_engaged_90d } نفر گفت‌وگو شده است
}
    .label = افراد طرف گفت‌وگو
    .remedy = با نفر دومی نزد مشتری آشنا شوید؛ بهتر از همه یکی از مدیران ارشد

champion = { $champion ->
    [present] حامی ما هنوز آنجاست
   *[left] حامی ما از آنجا رفته است
}
    .label = حامی ما نزد مشتری
    .remedy = حامی تازه‌ای پیدا کنید: بپرسید چه کسی جای او آمده است و خودتان را معرفی کنید

## قرارداد و پرداخت

days_to_renewal = { $days_to_renewal ->
    [0] موعد تمدید همین امروز است
   *[other] { $days_to_renewal } روز تا تمدید مانده است
}
    .label = تاریخ تمدید
    .remedy = وضعیت تمدید را روشن کنید
days_to_renewal--over = { ABS($days_to_renewal) } روز از موعد تمدید گذشته است

renewal_deal = { $renewal_deal ->
    [won] آخرین تمدید نهایی شده است
    [open] معاملهٔ تمدید هنوز باز است
   *[lost] معاملهٔ تمدید از دست رفته است
}
    .label = معاملهٔ تمدید
    .remedy = ببینید تمدید چرا از دست رفت و آیا می‌توان آن را بازگرداند

invoices_overdue = هیچ صورت‌حساب معوقی نیست
    .label = صورت‌حساب‌های معوق
    .remedy = از مشتری بپرسید چرا صورت‌حساب پرداخت نشده است و قدم بعدی را با حسابداری هماهنگ کنید
invoices_overdue--one = { $invoices_overdue_days } روز از سررسید یک صورت‌حساب گذشته است
invoices_overdue--several = { $invoices_overdue } صورت‌حساب معوق است؛ از سررسید قدیمی‌ترین آن‌ها { $invoices_overdue_days } روز گذشته است

invoices_overdue_days = { invoices_overdue }
    .label = قدیمی‌ترین صورت‌حساب معوق
    .remedy = از مشتری بپرسید چرا صورت‌حساب پرداخت نشده است و قدم بعدی را با حسابداری هماهنگ کنید

## هشدارهای ریسک

flag-escalated_ticket = { tickets_escalated_open }
    .label = تیکتِ ارجاع‌شده به سطح بالاتر
    .remedy = تیکتِ ارجاع‌شده را شخصاً پیگیری کنید: با پشتیبانی تاریخی تعیین کنید و همین امروز به مشتری بگویید

flag-silent = { $days_since_login ->
    [0] آخرین ورود: امروز
   *[other] { $days_since_login } روز است که کسی وارد محصول نشده است
}
    .label = بی‌خبری از مشتری
    .remedy = با مشتری تماس بگیرید: بپرسید چرا کسی وارد محصول نمی‌شود و برای راه انداختن دوبارهٔ کار جلسه‌ای بگذارید

flag-detractor = یک مشتری ناراضی: پاسخ { -nps } { $lowest_answer } از ۱۰
    .label = مشتری ناراضی
    .remedy = ظرف دو روز با آن شخص تماس بگیرید، بپرسید مشکل چه بوده است و قولی را که می‌دهید یادداشت کنید
flag-detractor--several = { $detractors } نفر ناراضی؛ پایین‌ترین پاسخ { -nps } { $lowest_answer } از ۱۰

flag-payment_late = { $late_invoices ->
    [1] { $late_days } روز از سررسید یک صورت‌حساب گذشته است
   *[other] { $late_invoices } صورت‌حساب معوق است؛ از سررسید قدیمی‌ترین آن‌ها { $late_days } روز گذشته است
}
    .label = تأخیر در پرداخت
    .remedy = از مشتری بپرسید چرا صورت‌حساب پرداخت نشده است: اختلاف، نرسیدن صورت‌حساب، یا تردید در ادامهٔ همکاری
flag-payment_late--amount = { flag-payment_late } ({ AMOUNT($late_amount) } { $late_currency })
flag-payment_late--bare = { flag-payment_late } ({ AMOUNT($late_amount) })

flag-renewal_near = { days_to_renewal }
    .label = نزدیک بودن تمدید
    .remedy = گفت‌وگوی تمدید را آغاز کنید: هدف‌های محقق‌شده، تصمیم‌گیرنده و شرایط را روشن کنید

## امتیازها

plain = { $label }: { $value }
assumed = { $label }: داده‌ای نیست، { $score } به حساب می‌آید
look-into = ببینید پشت این موضوع چیست: { $label }
capped = سقف امتیاز { $at_most } است: { $because }
    .label = سقف
    .remedy = آنچه را امتیاز را پایین نگه داشته است برطرف کنید: { $because }
pulse = ارزیابی { -csm }: { $band ->
    [green] سبز
    [yellow] زرد
   *[red] قرمز
}
    .label = ارزیابی { -csm }
    .remedy = بنویسید پشت ارزیابی { -csm } چیست و آن را با مشتری حل کنید
pulse--until = { pulse } تا { $until }
pulse--because = { pulse }، به این دلیل: { $reason }
    .remedy = آنچه را پشت ارزیابی { -csm } است حل کنید: { $reason }
pulse--until-because = { pulse--until }، به این دلیل: { $reason }
all-well = ارتباط را حفظ کنید؛ اکنون چیزی نیاز به اصلاح ندارد
rising = ارتباط را حفظ کنید: اوضاع دوباره خوب است و رنگ وضعیت تا چند روز دیگر تغییر می‌کند

## آنچه کارت‌های همراه محصول امتیاز را به سبب آن پایین نگه می‌دارند

because-an-escalation-has-been-open-for-more-than-a-week = تیکتی که به سطح بالاتر ارجاع شده بیش از یک هفته است که باز مانده است
because-nobody-has-used-the-product-for-more-than-45-days = بیش از ۴۵ روز است که کسی از محصول استفاده نکرده است

## داده برای امتیاز دادن کافی نیست

not-enough = دادهٔ کافی وجود ندارد (پوشش { $coverage }٪): { $lacks }
collect = ببینید دربارهٔ این مشتری چه داده‌ای کم است و چرا: { $absent }
no-data = بدون { $what }
data-for = داده برای { $label }
absent-customers = تاریخ تمدید
absent-persons = حامی مشخص
absent-usage = دادهٔ استفاده
absent-tickets = تیکت
absent-responses = پاسخ نظرسنجی
absent-activities = تماس، جلسه یا ایمیل از سوی مشتری
absent-deals = معاملهٔ تمدید
absent-contracts = قرارداد
absent-invoices = صورت‌حساب

## مسیر امتیاز

trend-up = رو به افزایش: { ABS($moved) } امتیاز بالاتر از سطح { $weeks ->
    [1] یک هفته پیش
   *[other] { $weeks } هفته پیش
}
    .label = صعودی
trend-down = رو به کاهش: { ABS($moved) } امتیاز پایین‌تر از سطح { $weeks ->
    [1] یک هفته پیش
   *[other] { $weeks } هفته پیش
}
    .label = نزولی
trend-flat = امتیاز ثابت مانده است
    .label = ثابت
drop-own = { WHOLE($drop_own) ->
    [0] هم‌سطح وضع معمول خودِ مشتری
   *[other] { WHOLE($drop_own) } امتیاز پایین‌تر از وضع معمول خودِ مشتری
}
forecast = امتیاز مورد انتظار هنگام تمدید: { WHOLE($expected) } (به احتمال زیاد بین { WHOLE($low) } و { WHOLE($high) })
arr-at-risk = { AMOUNT($arr) } { $currency } درآمد سالانه در تمدیدهای { $days } روز آینده در خطر است

## حساب‌های مادر

worst-of = بدترین امتیاز از میان { $counted } حساب: { $name }، { $score }
mean-of = میانگین { $counted } حساب؛ پایین‌ترین: { $name }، { $score }
mean-by-arr-of = میانگین { $counted } حساب به وزن { -arr }؛ پایین‌ترین: { $name }، { $score }
mean-by-arr-of--some = میانگین { $counted } حساب به وزن { -arr } ({ $unweighed } حساب دیگر بدون { -arr })؛ پایین‌ترین: { $name }، { $score }
for-account = { $name }: { $action }
