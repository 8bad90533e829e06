use_days_365d = { $use_days_365d ->
    [0] No use in a year
    [one] Used on { $use_days_365d } day in a year
   *[other] Used on { $use_days_365d } days in a year
}
    .label = Days of use in a year
    .remedy = Give them a reason to come back: show what they have not used yet

usual_gap = { $usual_gap ->
    [one] Usually back after { $usual_gap } day
   *[other] Usually back after { NUMBER($usual_gap, maximumFractionDigits: 0) } days
}
    .label = Usual gap between days of use
    .remedy = Find an occasion that brings them back more often

silence_ratio = Last use { $days_since_login ->
    [0] today
    [one] { $days_since_login } day ago
   *[other] { $days_since_login } days ago
}, usually back after { NUMBER($usual_gap, maximumFractionDigits: 0) }
    .label = Silence against their own rhythm
    .remedy = Call: they are away for longer than is usual for them
