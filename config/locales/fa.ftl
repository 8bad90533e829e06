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

seat_use = { $active_persons } کاربر از { $seats } کاربر مجاز در ۲۸ روز گذشته فعال بوده‌اند
    .label = ظرفیت استفاده‌شده
    .remedy = با مشتری مشخص کنید ظرفیت خالی به چه کسانی برسد و برایشان آموزشی کوتاه بگذارید
seat_use--was = { seat_use } (پیش از آن { $active_persons_before } نفر)
seat_use--over = { $active_persons } کاربر فعال‌اند، در حالی که { $seats } مجوز کاربری خریداری شده است
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
capped--least = امتیاز از { $at_most } کمتر نیست: { $because }
index-base = بازهٔ نمایه از { $low } آغاز می‌شود
    .label = آغاز بازه
index-clamp = نمایه در بازهٔ { $low } تا { $high } می‌ماند
    .label = بیرون از بازه
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
because-a-new-champion-has-to-be-found-first = نخست باید حامی تازه‌ای پیدا شود
because-an-escalation-has-been-open-for-more-than-three-days = تیکتی که به سطح بالاتر ارجاع شده بیش از سه روز است که باز مانده است
because-an-escalation-has-to-be-settled-first = نخست باید تیکتی که به سطح بالاتر ارجاع شده حل شود
because-an-invoice-has-been-unpaid-for-more-than-14-days = بیش از ۱۴ روز است که صورت‌حسابی پرداخت نشده است
because-an-invoice-has-been-unpaid-for-more-than-30-days = بیش از ۳۰ روز است که صورت‌حسابی پرداخت نشده است
because-an-invoice-has-been-unpaid-for-more-than-60-days = بیش از ۶۰ روز است که صورت‌حسابی پرداخت نشده است
because-an-invoice-has-been-unpaid-for-more-than-two-weeks = بیش از دو هفته است که صورت‌حسابی پرداخت نشده است
because-nobody-has-used-the-product-for-more-than-30-days = بیش از ۳۰ روز است که کسی از محصول استفاده نکرده است
because-nobody-has-used-the-product-for-more-than-three-weeks = بیش از سه هفته است که کسی از محصول استفاده نکرده است
because-nobody-has-used-the-product-for-more-than-two-weeks = بیش از دو هفته است که کسی از محصول استفاده نکرده است
because-somebody-there-would-not-recommend-us = کسی در آنجا ما را توصیه نمی‌کند
because-the-champion-has-left-and-nobody-has-taken-the-place = حامی ما رفته و کسی جای او را نگرفته است
because-the-champion-has-left-before-the-renewal = حامی ما پیش از تمدید رفته است
because-the-renewal-is-lost = تمدید از دست رفته است

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

## پشتیبانی، ادامه

tickets_90d = { $tickets_90d ->
    [0] در ۹۰ روز گذشته هیچ تیکتی ثبت نشده است
   *[other] { $tickets_90d } تیکت در ۹۰ روز گذشته
}
    .label = تیکت‌های ۹۰ روز گذشته
    .remedy = ببینید وجه مشترک این تیکت‌ها چیست و همان را اصلاح کنید
tickets_per_active_person = { $tickets_90d } تیکت در ۹۰ روز، با { $active_persons } کاربر فعال در ۲۸ روز گذشته
    .label = تیکت به ازای هر کاربر فعال
    .remedy = ببینید وجه مشترک این تیکت‌ها چیست: شاید یک آموزش بیشترشان را بی‌نیاز کند
tickets_reopened_90d = { $tickets_reopened_90d ->
    [0] هیچ‌یک از تیکت‌های ۹۰ روز گذشته دوباره باز نشده است
   *[other] { $tickets_reopened_90d } تیکت از تیکت‌های ۹۰ روز گذشته دوباره باز شده است
}
    .label = تیکت‌های دوباره‌بازشده
    .remedy = تیکت‌های دوباره‌بازشده را مرور کنید و با پشتیبانی دربارهٔ راه‌حلی پایدار به توافق برسید
first_reply_days = { $first_reply_days ->
    [0] پشتیبانی همان روز نخستین پاسخ را داده است
   *[other] { $first_reply_days } روز تا نخستین پاسخ پشتیبانی
}
    .label = زمان تا نخستین پاسخ
    .remedy = از پشتیبانی بپرسید چرا این مشتری این‌قدر منتظر نخستین پاسخ می‌ماند
tickets_pileup = { $tickets_open ->
    [0] هیچ تیکت بازی نیست
   *[other] { $tickets_open } تیکت باز، { $tickets_pileup } برابر تعداد معمول
}
    .label = انباشت تیکت‌ها
    .remedy = ترتیب رسیدگی به تیکت‌های باز را با پشتیبانی تعیین کنید و به مشتری بگویید هر کدام کی حل می‌شود
tickets_pileup--usual = { $tickets_open ->
    [0] هیچ تیکت بازی نیست
   *[other] { $tickets_open } تیکت باز، نه بیش از معمول
}

## پاسخ‌های نظرسنجی

nps_champion = میانگین پاسخ حامیان ما { $nps_champion } از ۱۰ است
    .label = پاسخ‌های { -nps } حامیان
    .remedy = با حامی ما تماس بگیرید، بپرسید مشکل چیست و دربارهٔ اصلاح یک مورد به توافق برسید
nps_executive = میانگین پاسخ مدیران ارشد { $nps_executive } از ۱۰ است
    .label = پاسخ‌های { -nps } مدیران ارشد
    .remedy = از مدیر ارشد وقت گفت‌وگو بخواهید و ببینید چه انتظاری داشته است
nps_user = میانگین پاسخ کاربران { $nps_user } از ۱۰ است
    .label = پاسخ‌های { -nps } کاربران
    .remedy = با چند کاربری که نمرهٔ پایین داده‌اند تماس بگیرید و بپرسید چه چیزی بیش از همه به کارشان می‌آید
promoters = { $promoters ->
    [0] هیچ‌کس ما را به دیگران توصیه نمی‌کند
   *[other] { $promoters } نفر ما را به دیگران توصیه می‌کنند
}
    .label = مروجان
    .remedy = از آنان که مرددند بپرسید چه کم است تا محصول را توصیه کنند
detractors = { $detractors ->
    [0] هیچ‌کس ناراضی نیست
   *[other] { $detractors } نفر ناراضی
}
    .label = ناراضیان
    .remedy = با تک‌تک ناراضیان تماس بگیرید، بپرسید مشکل چه بوده است و قولی را که می‌دهید یادداشت کنید
csat_answers = { $csat_answers ->
    [0] در یک سال گذشته هیچ‌کس به رضایت‌سنجی پاسخ نداده است
   *[other] { $csat_answers } نفر در یک سال گذشته به رضایت‌سنجی پاسخ داده‌اند
}
    .label = تعداد پاسخ‌های رضایت‌سنجی
    .remedy = از افراد بیشتری نزد مشتری بپرسید چقدر راضی‌اند
csat_change = رضایت در ۹۰ روز گذشته تغییر نکرده است
    .label = تغییر رضایت
    .remedy = از کسانی که رضایتشان کم شده است بپرسید چه چیزی تغییر کرده و دربارهٔ اصلاح یک مورد به توافق برسید
csat_change--up = رضایت در ۹۰ روز گذشته { ABS($csat_change) }٪ بالا رفته است
csat_change--down = رضایت در ۹۰ روز گذشته { ABS($csat_change) }٪ پایین آمده است
ces_latest = میانگین پاسخ‌ها به پرسش دشواری کار { $ces_latest } است
    .label = دشواری کار
    .remedy = بپرسید چه چیزی دشوار بوده است و همان یک مورد را آسان‌تر کنید
ces_answers = { $ces_answers ->
    [0] در یک سال گذشته هیچ‌کس به پرسش دشواری کار پاسخ نداده است
   *[other] { $ces_answers } نفر در یک سال گذشته به پرسش دشواری کار پاسخ داده‌اند
}
    .label = تعداد پاسخ‌های دشواری کار
    .remedy = از افراد بیشتری نزد مشتری بپرسید کار با محصول چقدر آسان است
response_rate = { PERCENT($response_rate) }٪ از افراد شناخته‌شده در یک سال گذشته به نظرسنجی پاسخ داده‌اند
    .label = نرخ پاسخ‌گویی
    .remedy = پاسخ به نظرسنجی بعدی را حضوری بخواهید و بگویید نتیجهٔ نظرسنجی پیشین چه شد

## ارتباط با مشتری، ادامه

days_since_meeting = { $days_since_meeting ->
    [0] آخرین جلسه: امروز
   *[other] آخرین جلسه: { $days_since_meeting } روز پیش
}
    .label = آخرین جلسه
    .remedy = یک جلسهٔ مرور پیشنهاد کنید
meeting_booked_in = { $meeting_booked_in ->
    [0] برای امروز جلسه‌ای گذاشته شده است
   *[other] جلسهٔ بعدی: { $meeting_booked_in } روز دیگر
}
    .label = جلسهٔ بعدی
    .remedy = جلسه‌ای زودتر پیشنهاد کنید
review_overdue_days = موعد جلسهٔ مرور امروز است
    .label = جلسهٔ مرور
    .remedy = تاریخی برای جلسهٔ مرور پیشنهاد کنید
review_overdue_days--overdue = { ABS($review_overdue_days) } روز از موعد جلسهٔ مرور گذشته است
review_overdue_days--ahead = { ABS($review_overdue_days) } روز تا جلسهٔ مرور بعدی مانده است
executive = { $executive ->
    [left] مدیر ارشد از آنجا رفته است
   *[present] مدیر ارشد هنوز آنجاست
}
    .label = مدیر ارشد
    .remedy = ببینید اکنون چه کسی تصمیم می‌گیرد و بخواهید شما را به او معرفی کنند
days_since_executive_touch = { $days_since_executive_touch ->
    [0] امروز با یکی از مدیران ارشد گفت‌وگو شده است
   *[other] آخرین گفت‌وگو با مدیر ارشد: { $days_since_executive_touch } روز پیش
}
    .label = آخرین گفت‌وگو با مدیر ارشد
    .remedy = از مدیر ارشد وقت گفت‌وگو بخواهید: چه انتظاری دارد و تاکنون به چه رسیده است
days_since_champion_touch = { $days_since_champion_touch ->
    [0] امروز با حامی ما گفت‌وگو شده است
   *[other] آخرین گفت‌وگو با حامی ما: { $days_since_champion_touch } روز پیش
}
    .label = آخرین گفت‌وگو با حامی ما
    .remedy = با حامی ما تماس بگیرید و بپرسید اوضاع چطور است
contacts_known = { $contacts_known ->
    [0] هیچ مخاطبی نمانده است
    [1] فقط { $contacts_known } مخاطب شناخته‌شده است
   *[other] { $contacts_known } مخاطب شناخته‌شده است
}
    .label = مخاطبان شناخته‌شده
    .remedy = بپرسید چه کسان دیگری با محصول کار می‌کنند و آنان را به مخاطبان بیفزایید

## معامله، قرارداد و پرداخت، ادامه

expansion_deal = { $expansion_deal ->
    [open] معاملهٔ توسعه باز است
    [won] آخرین معاملهٔ توسعه نهایی شده است
   *[lost] معاملهٔ توسعه از دست رفته است
}
    .label = معاملهٔ توسعه
    .remedy = ببینید معاملهٔ توسعه چرا از دست رفت و چه چیزی باید تغییر کند
customer_days = { $customer_days ->
    [0] از امروز مشتری ماست
   *[other] { $customer_days } روز است که مشتری ماست
}
    .label = مدت همکاری
    .remedy = دربارهٔ نخستین هدفی که مشتری می‌خواهد به آن برسد به توافق برسید
contract_days = قرارداد { $contract_days } روزه
    .label = طول قرارداد
    .remedy = وقتی مشتری به آنچه می‌خواست رسید، دورهٔ بلندتری پیشنهاد کنید
contract_kind = { $contract_kind ->
    [monthly] قرارداد ماهانه
    [quarterly] قرارداد سه‌ماهه
    [yearly] قرارداد سالانه
   *[multi_year] قرارداد چندساله
}
    .label = دورهٔ قرارداد
    .remedy = وقتی مشتری به آنچه می‌خواست رسید، دورهٔ بلندتری پیشنهاد کنید
auto_renew = { $auto_renew ->
    [no] قرارداد خودبه‌خود تمدید نمی‌شود
   *[yes] قرارداد خودبه‌خود تمدید می‌شود
}
    .label = تمدید خودکار
    .remedy = گفت‌وگوی تمدید را زود آغاز کنید: این قرارداد اگر کسی تمدیدش نکند پایان می‌یابد
arr = درآمد سالانه { AMOUNT($arr) } { $currency }
    .label = درآمد سالانه ({ -arr })
    .remedy = بپرسید محصول چه کار دیگری می‌تواند برای مشتری بکند
arr--plain = درآمد سالانه { AMOUNT($arr) }
arr_change = درآمد سالانه مانند یک سال پیش است
    .label = تغییر درآمد سالانه
    .remedy = بپرسید چه چیزی کم شده است و آیا می‌توان آن را بازگرداند
arr_change--up = درآمد سالانه در یک سال { $change }٪ افزایش یافته است
arr_change--down = درآمد سالانه در یک سال { $change }٪ کاهش یافته است
arr_change--none = دیگر درآمد سالانه‌ای نیست
late_payments_365d = { $late_payments_365d ->
    [0] در یک سال گذشته هیچ صورت‌حسابی دیر پرداخت نشده است
   *[other] { $late_payments_365d } صورت‌حساب در یک سال گذشته دیر پرداخت شده است
}
    .label = پرداخت‌های دیرهنگام
    .remedy = بپرسید چه چیزی مانع پرداخت به‌موقع صورت‌حساب‌هاست
pays_late_days = سر موعد پرداخت می‌کند
    .label = روزهای تأخیر در پرداخت
    .remedy = بپرسید چه چیزی مانع پرداخت به‌موقع صورت‌حساب‌هاست
pays_late_days--late = معمولاً { ABS($pays_late_days) } روز دیرتر پرداخت می‌کند
pays_late_days--early = معمولاً { ABS($pays_late_days) } روز پیش از سررسید پرداخت می‌کند

## هشدارهای ریسک، ادامه

flag-champion_left = { $champion_left_dated ->
    [yes] { $champion_left_days ->
        [0] حامی ما امروز از آنجا رفته است
       *[other] حامی ما { $champion_left_days } روز پیش از آنجا رفته است
    }
   *[no] حامی ما از آنجا رفته است
}
    .label = رفتن حامی ما
    .remedy = حامی تازه‌ای پیدا کنید: بپرسید چه کسی جای او آمده است، خودتان را معرفی کنید و بپرسید نخست چه نیاز دارد

flag-usage_falling = استفاده { WHOLE($usage_below) }٪ پایین‌تر از حد معمول این مشتری است
    .label = افت استفاده
    .remedy = بپرسید چه چیزی تغییر کرده است، نشان دهید چه کارهایی دیگر انجام نمی‌شود و دربارهٔ قدم بعدی به توافق برسید

flag-key_feature_dropped = استفاده از { $key_feature_dropped } { WHOLE($key_feature_below) }٪ پایین‌تر از حد معمول این مشتری است
    .label = افت یک قابلیت کلیدی
    .remedy = ببینید چه کسی از این قابلیت استفاده می‌کرد و چرا کنار گذاشت: روالی تازه، یک ایراد یا ابزاری دیگر

flag-csat_falling = رضایت در ۹۰ روز گذشته { $csat_fall }٪ پایین آمده و میانگین آن به { $csat_latest } رسیده است
    .label = کاهش رضایت
    .remedy = با کسانی که نمرهٔ پایین داده‌اند تماس بگیرید، علت را بپرسید و بگویید چه چیزی و کی اصلاح می‌شود

flag-ticket_pileup = { $tickets_open } تیکت باز است، در حالی که معمولاً { $tickets_usual } تیکت است
    .label = انباشته شدن تیکت‌ها
    .remedy = تیکت‌های باز را با پشتیبانی مرور کنید، علت مشترک را بجویید و برای هر کدام تاریخی به مشتری بدهید

flag-renewal_unhealthy = { $days_to_renewal ->
    [0] موعد تمدید همین امروز است
   *[other] { $days_to_renewal } روز تا تمدید مانده است
} و وضعیت سلامت { $renewal_band ->
    [green] سبز
    [yellow] زرد
   *[red] قرمز
} است
    .label = تمدیدِ نزدیک با سلامت پایین
    .remedy = همین حالا برای تمدید برنامه‌ای بریزید: چه چیزی بیشترین امتیاز را می‌گیرد، چه کسی اصلاحش می‌کند، و با تصمیم‌گیرنده حرف بزنید

flag-executive_left = { $executive_left_dated ->
    [yes] { $executive_left_days ->
        [0] مدیر ارشدِ پشتیبان ما امروز از آنجا رفته است
       *[other] مدیر ارشدِ پشتیبان ما { $executive_left_days } روز پیش از آنجا رفته است
    }
   *[no] مدیر ارشدِ پشتیبان ما از آنجا رفته است
}
    .label = رفتن مدیر ارشد
    .remedy = ببینید چه کسی جای او آمده است و از یکی از مدیران ارشد خودمان بخواهید با او تماس بگیرد

flag-onboarding_stalled = { $milestones_late ->
    [0] { $onboarding_since } روز پس از آغاز، هنوز نخستین ارزش به دست نیامده است
   *[other] { $onboarding_since } روز پس از آغاز، { $milestones_late } گام راه‌اندازی عقب افتاده است
}
    .label = توقف راه‌اندازی
    .remedy = با مشتری بنشینید: ببینید چه چیزی جلو گام بعدی را گرفته است و تاریخ تازه‌ای برایش بگذارید

flag-single_threaded = در ۹۰ روز گذشته تنها با ۱ نفر از { $contacts_known } مخاطب گفت‌وگو شده است
    .label = وابستگی به یک نفر
    .remedy = با نفر دومی نزد مشتری آشنا شوید؛ بهتر از همه یکی از مدیران ارشد

flag-no_executive_touch = { $executive_met ->
    [yes] { $days_since_executive_touch } روز است که با هیچ مدیر ارشدی گفت‌وگو نشده است
   *[no] هنوز با هیچ‌یک از مدیران ارشد کنونی گفت‌وگو نشده است
}
    .label = بی‌ارتباطی با مدیر ارشد
    .remedy = از مدیر ارشد وقت گفت‌وگویی کوتاه بخواهید و نشان دهید مشتری از محصول چه به دست آورده است

flag-review_overdue = { $review_overdue_days } روز از موعد جلسهٔ مرور گذشته است
    .label = تأخیر در جلسهٔ مرور
    .remedy = دو تاریخ برای جلسهٔ مرور پیشنهاد کنید

flag-data_stale = { $usage_quiet_days } روز است که دادهٔ استفاده نرسیده است
    .label = دادهٔ کهنه
    .remedy = از مسئول منبع دادهٔ استفاده بپرسید چرا چیزی نمی‌رسد: تا آن هنگام میزان استفادهٔ این مشتری نامعلوم است

## نشانه‌های توسعه: سرنخ‌ها و گواهشان

signal-near_limit = در ۲۸ روز گذشته { WHOLE($plan_limit_percent) }٪ از سقف { $plan_limit_of } در طرح مصرف شده است
    .label = نزدیک به سقف طرح

signal-seats_filling = { $seats_over ->
    [yes] { $active_persons } کاربر در ۲۸ روز گذشته فعال بوده‌اند، در حالی که { $seats } مجوز کاربری خریداری شده است
   *[no] { $active_persons } کاربر از { $seats } کاربر مجاز در ۲۸ روز گذشته فعال بوده‌اند
}
    .label = پر شدن ظرفیت

signal-users_growing = { $persons_more } نفر بیش از ۲۸ روزِ پیش از آن فعال‌اند
    .label = رشد کاربران فعال

signal-locked_tried = { $locked_features_tried } قابلیت که در طرح مشتری نیست آزموده شده است
    .label = آزمودن قابلیت بیرون از طرح

signal-ticket_hint = { $hint_days ->
    [0] «{ $hint }» در تیکت امروز
   *[other] «{ $hint }» در تیکت { $hint_days } روز پیش
}
    .label = سرنخ در تیکت

signal-happy_adopted = { $happy_by ->
    [nps] میانگین پاسخ‌های { -nps } { $nps_latest } از ۱۰ است
   *[csat] میانگین پاسخ‌های رضایت‌سنجی { $csat_latest } است
} و { $adopted_by ->
    [seats] { WHOLE($seats_percent) }٪ از ظرفیت کاربران فعال است
   *[breadth] از { $breadth } قابلیت استفاده می‌شود
}
    .label = راضی و جاافتاده

signal-cross_sell = { $cross_sell_owners } مشتری از { $cross_sell_others } { $cross_sell_group ->
    [both] مشتریِ هم‌گروه و هم‌صنعت
    [segment] مشتریِ هم‌گروه
   *[all] مشتری دیگر
} محصول { $cross_sell_product } را دارند
    .label = فروش مکمل

expansion-amount = { $expansion_by ->
    [seats] { $expansion_seats } کاربر دیگر به بهای طرح: سالانه { AMOUNT($expansion_amount) } { $expansion_currency }
    [seats_bare] { $expansion_seats } کاربر دیگر به بهای طرح: سالانه { AMOUNT($expansion_amount) }
    [plan] طرح { $expansion_plan } سالانه { AMOUNT($expansion_amount) } { $expansion_currency } بیشتر هزینه دارد
   *[plan_bare] طرح { $expansion_plan } سالانه { AMOUNT($expansion_amount) } بیشتر هزینه دارد
}
    .label = مبلغ توسعه

## استفاده، به‌کارگیری، راه‌اندازی و طرح‌ها

active_persons_1d = { $active_persons_1d ->
    [0] امروز هیچ‌کس فعال نبوده است
   *[other] { $active_persons_1d } نفر امروز فعال بوده‌اند
}
    .label = کاربران فعال امروز
    .remedy = بپرسید چه کسانی باید هر روز از محصول استفاده کنند و چه چیزی مانعشان است
active_persons_7d = { $active_persons_7d ->
    [0] در ۷ روز گذشته هیچ‌کس فعال نبوده است
   *[other] { $active_persons_7d } نفر در ۷ روز گذشته فعال بوده‌اند
}
    .label = کاربران فعال هفته
    .remedy = بپرسید چه کسانی باید هر هفته از محصول استفاده کنند و چه چیزی مانعشان است
dau_mau = در یک روز معمولی { NUMBER($dau_mau, style: "percent", maximumFractionDigits: 0) } از کاربران فعال از محصول استفاده می‌کنند
    .label = استفادهٔ روزانه
    .remedy = کاربردی از محصول را به مشتری نشان دهید که در کار هر روزه‌اش جا بگیرد
active_growth = تعداد کاربران فعال { NUMBER($active_growth, style: "percent", maximumFractionDigits: 0) } تعداد ۲۸ روزِ پیش از آن است
    .label = رشد کاربران فعال
    .remedy = بپرسید چه کسانی دیگر از محصول استفاده نمی‌کنند و چرا
active_growth--counted = { $active_persons ->
    [0] در ۲۸ روز گذشته هیچ‌کس فعال نبوده است
   *[other] { $active_persons } نفر در ۲۸ روز گذشته فعال بوده‌اند
}، در ۲۸ روزِ پیش از آن { $active_persons_before } نفر
usage_trend_robust = استفاده در یک هفتهٔ معمولی { NUMBER($usage_trend_robust, style: "percent", maximumFractionDigits: 0) } حد معمولِ پیشین است
    .label = استفاده در برابر گذشتهٔ خودِ مشتری
    .remedy = بپرسید چه چیزی تغییر کرده است: استفادهٔ یک هفتهٔ معمولی از هفته‌های پیشینِ خودِ مشتری کمتر است
usage_trend_robust--none = در یک هفتهٔ معمولی از چهار هفتهٔ گذشته هیچ استفاده‌ای نشده است
usage_trend_robust--usual = استفاده در یک هفتهٔ معمولی مثل گذشته است
usage_days_since_newest = { $usage_days_since_newest ->
    [0] دادهٔ استفاده از امروز است
   *[other] دادهٔ استفاده { $usage_days_since_newest } روز قدمت دارد
}
    .label = قدمت دادهٔ استفاده
    .remedy = از مسئول ارسال دادهٔ استفاده بپرسید چرا دادهٔ تازه‌ای نرسیده است
key_feature_use = { $key_feature_use ->
    [0] در ۲۸ روز گذشته از هیچ قابلیت کلیدی استفاده نشده است
   *[other] در ۲۸ روز گذشته از { NUMBER($key_feature_use, style: "percent", maximumFractionDigits: 0) } قابلیت‌های کلیدی استفاده شده است
}
    .label = قابلیت‌های کلیدی استفاده‌شده
    .remedy = قابلیت کلیدی‌ای را که هنوز به کار نگرفته‌اند به مشتری نشان دهید
key_feature_drop = { WHOLE($key_feature_drop) ->
    [0] استفاده از هیچ قابلیت کلیدی کم نشده است
   *[other] استفاده از یک قابلیت کلیدی { NUMBER($key_feature_drop, maximumFractionDigits: 0) }٪ کم شده است
}
    .label = افت یک قابلیت کلیدی
    .remedy = بپرسید چه چیزی جای آن قابلیت کلیدی را گرفته است و آیا ایرادی در کار است
key_feature_drop--named = استفاده از { $key_feature_dropped } { NUMBER($key_feature_drop, maximumFractionDigits: 0) }٪ کم شده است
seats_free = { $seats_free ->
    [0] همهٔ ظرفیت کاربران پر است
   *[other] { $seats_free } جای خالی در ظرفیت کاربران
}
    .label = ظرفیت خالی
    .remedy = با مشتری مشخص کنید ظرفیت خالی به چه کسانی برسد و برایشان آموزشی کوتاه بگذارید
seats_free--over = { $active_persons } کاربر فعال‌اند، در حالی که ظرفیت { $seats } کاربر است
plan_limit_use = در ۲۸ روز گذشته { NUMBER($plan_limit_use, style: "percent", maximumFractionDigits: 0) } از سقف طرح مصرف شده است
    .label = سقف طرح
    .remedy = به مشتری بگویید طرحش چه سقفی دارد و طرح بعدی چه امکانی می‌دهد
plan_limit_use--named = در ۲۸ روز گذشته { NUMBER($plan_limit_use, style: "percent", maximumFractionDigits: 0) } از سقف { $plan_limit_of } در طرح مصرف شده است
locked_features_tried = { $locked_features_tried ->
    [0] در ۲۸ روز گذشته از هیچ قابلیتی بیرون از طرح استفاده نشده است
   *[other] در ۲۸ روز گذشته از { $locked_features_tried } قابلیت بیرون از طرح استفاده شده است
}
    .label = قابلیت‌های بیرون از طرح
    .remedy = بپرسید با قابلیتی که در طرحشان نیست چه می‌خواستند بکنند
onboarding_days = { $onboarding_days ->
    [0] از امروز مشتری ماست
   *[other] { $onboarding_days } روز است که مشتری ماست
}
    .label = روزهای گذشته از آغاز
    .remedy = دربارهٔ گام بعدی راه‌اندازی و تاریخ آن به توافق برسید
days_since_first_use = { $days_since_first_use ->
    [0] نخستین استفاده: امروز
   *[other] نخستین استفاده: { $days_since_first_use } روز پیش
}
    .label = نخستین استفاده
    .remedy = برای آغاز کار مشتری جلسه‌ای بگذارید
milestones_done = { $milestones_done ->
    [0] هیچ گامی از راه‌اندازی برداشته نشده است
    [1] همهٔ گام‌های راه‌اندازی برداشته شده است
   *[other] { NUMBER($milestones_done, style: "percent", maximumFractionDigits: 0) } از گام‌های راه‌اندازی برداشته شده است
}
    .label = گام‌های برداشته‌شده
    .remedy = گام‌های باقی‌مانده را با مشتری مرور کنید و برای گام بعدی تاریخ بگذارید
milestones_overdue = { $milestones_overdue ->
    [0] هیچ گامی از راه‌اندازی عقب نیفتاده است
   *[other] { $milestones_overdue } گام راه‌اندازی عقب افتاده است
}
    .label = گام‌های عقب‌افتاده
    .remedy = بپرسید چه چیزی جلو گام عقب‌افتاده را گرفته است و دربارهٔ تاریخی تازه به توافق برسید
first_value = { $first_value ->
    [yes] نخستین ارزش به دست آمده است
   *[no] نخستین ارزش هنوز به دست نیامده است
}
    .label = نخستین ارزش
    .remedy = جلسه‌ای بگذارید که مشتری را به نخستین نتیجه برساند
days_to_first_value = { $days_to_first_value ->
    [0] نخستین ارزش همان روز اول به دست آمده است
   *[other] نخستین ارزش پس از { $days_to_first_value } روز به دست آمده است
}
    .label = زمان تا نخستین ارزش
    .remedy = بپرسید چرا این‌قدر طول کشید و آن را برای مشتری بعدی یادداشت کنید

## کیفیت داده: چه ایرادی، در کدام جدول و ستون، چند بار

quality-future_date = { $where }: تاریخ { $count } ردیف در آینده است و به حساب نمی‌آید
quality-no_date = { $where }: { $count } ردیف تاریخ ندارد و به حساب نمی‌آید
quality-negative = { $where }: { $count } عدد منفی است و به حساب نمی‌آید
quality-not_finite = { $where }: { $count } عدد بی‌پایان است
quality-no_seats = هیچ مجوز کاربری خریداری نشده است: سهم ظرفیت استفاده‌شده نامعلوم است
quality-ends_before_it_begins = { $where }: { $count } ردیف پیش از آغازش پایان می‌یابد
quality-paid_long_before_due = { $where }: { $count } صورت‌حساب بیش از یک سال پیش از سررسید پرداخت شده است
quality-off_scale = { $where }: { $count } پاسخ بیرون از مقیاس نظرسنجی است و به حساب نمی‌آید
quality-no_score = { $where }: { $count } پاسخ بدون نمره است
quality-unknown_word = { $where }: { $count } واژه در هیچ جدولی ترجمه نشده است
quality-duplicate = { $where }: { $count } ردیف تکراری است و یک بار به حساب می‌آید
quality-mixed_currencies = مبلغ‌ها به چند ارز است و با هم جمع نمی‌شود
quality-no_data = از این مشتری چیزی جز خودِ حساب دانسته نیست
quality-no_such_customer = { $where }: { $count } ردیف دربارهٔ کسی است که در دفتر مشتریان نیست
quality-stalled = منبع دادهٔ استفاده از کار افتاده است: میزان استفاده نامعلوم است، نه صفر

## Rhythm of use

use_days_365d = { $use_days_365d ->
    [0] در یک سال هیچ استفاده‌ای نبوده
   *[other] استفاده در { $use_days_365d } روز از یک سال
}
    .label = روزهای استفاده در سال
    .remedy = دلیلی برای بازگشت به آنها بدهید: آنچه را هنوز به کار نبرده‌اند نشان دهید

usual_gap = معمولاً پس از { WHOLE($usual_gap) } روز بازمی‌گردند
    .label = فاصلهٔ معمول میان روزهای استفاده
    .remedy = مناسبتی بیابید که آنها را زودبه‌زودتر بازگرداند

silence_ratio = { $days_since_login ->
    [0] آخرین استفاده امروز بوده
   *[other] آخرین استفاده { $days_since_login } روز پیش بوده
}، معمولاً پس از { WHOLE($usual_gap) } روز بازمی‌گردند
    .label = سکوت نسبت به آهنگ خودشان
    .remedy = تماس بگیرید: بیش از معمول خود دور بوده‌اند

## Notifications: what is told to Slack and Teams about a customer

notify-title = { $name }: { $what }
notify-band = { $band ->
    [green] سبز
    [yellow] زرد
    [red] قرمز
   *[unknown] نامعلوم
}
notify-band_changed = وضعیت سلامت از { $before } به { $after } رسید
notify-score_changed = امتیاز سلامت از { $before } به { $after } رسید
notify-score_changed--begun = امتیاز سلامت اکنون دانسته است: { $after }
notify-score_changed--ended = امتیاز سلامت دیگر دانسته نیست (پیش‌تر { $before } بود)
notify-flag_raised = { $flag }: { $reason } (از { $since })
notify-flag_raised--bare = { $flag }
notify-flag_cleared = برطرف شد: { $flag }
notify-stage_changed = مرحله از { $before } به { $after } رسید
notify-stage_changed--begun = مرحله اکنون { $after } است
notify-stage_changed--ended = مرحلهٔ { $before } پایان یافت
notify-response_received = پاسخ به { $survey }: { $score }
notify-response_received--bare = پاسخ به { $survey }
notify-response_received--group = { $said } ({ $group ->
    [promoter] توصیه‌کننده
    [passive] بی‌طرف
   *[detractor] ناراضی
})
notify-next = گام بعدی: { $action }
notify-digest = خبر { $count } مشتری، { $day }
notify-more = و { $count } مورد دیگر
notify-more_customers = و { $count } مشتری دیگر

## When the health band changes: a note on the account's page

band-green = سبز
band-yellow = زرد
band-red = قرمز
band-unknown = نامعلوم
band-change = سلامت از { $before } به { $after }: از { $was } به { $now }
band-change--unscored = سلامت از { $before } به { $after }
