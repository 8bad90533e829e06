# Sentences of usage, adoption, onboarding and plans.

active_persons_1d = { $active_persons_1d ->
    [0] Nobody active today
    [one] { $active_persons_1d } person active today
   *[other] { $active_persons_1d } persons active today
}
    .label = Active persons today
    .remedy = Ask who should be using the product every day, and what keeps them from it

active_persons_7d = { $active_persons_7d ->
    [0] Nobody active in 7 days
    [one] { $active_persons_7d } person active in 7 days
   *[other] { $active_persons_7d } persons active in 7 days
}
    .label = Active persons in a week
    .remedy = Ask who should be using the product every week, and what keeps them from it

active_persons = { $active_persons ->
    [0] Nobody active in 28 days
    [one] { $active_persons } person active in 28 days
   *[other] { $active_persons } persons active in 28 days
}
    .label = Active persons
    .remedy = Agree with the account who else should use the product and offer them a short introduction

active_persons--was = { $active_persons ->
    [0] Nobody active in 28 days (was { $active_persons_before })
    [one] { $active_persons } person active in 28 days (was { $active_persons_before })
   *[other] { $active_persons } persons active in 28 days (was { $active_persons_before })
}

active_persons_before = { $active_persons_before ->
    [0] Nobody active in the 28 days before
    [one] { $active_persons_before } person active in the 28 days before
   *[other] { $active_persons_before } persons active in the 28 days before
}
    .label = Active persons before
    .remedy = Ask who used the product before, and who should now

dau_mau = On an average day { NUMBER($dau_mau, style: "percent", maximumFractionDigits: 0) } of the active persons use the product
    .label = Daily use
    .remedy = Show the account a use of the product that fits into their working day

active_growth = Active persons at { NUMBER($active_growth, style: "percent", maximumFractionDigits: 0) } of the 28 days before
    .label = Growth of active persons
    .remedy = Ask who has stopped using the product, and why

active_growth--counted = { $active_persons ->
    [0] Nobody active in 28 days, { $active_persons_before } in the 28 days before
    [one] { $active_persons } person active in 28 days, { $active_persons_before } in the 28 days before
   *[other] { $active_persons } persons active in 28 days, { $active_persons_before } in the 28 days before
}

active_trend = Use at { NUMBER($active_trend, style: "percent", maximumFractionDigits: 0) } of its own average
    .label = Trend of use
    .remedy = Ask what has changed: use has fallen below the account's own average

active_trend--none = No use in 28 days

active_trend--usual = Use as usual

usage_drop = { $usage_drop ->
    [0] Use no lower than its own average
   *[other] Use { NUMBER($usage_drop, maximumFractionDigits: 0) } % below its own average
}
    .label = Drop of use
    .remedy = Ask what has changed: use has fallen below the account's own average

usage_trend_robust = A typical week's use is at { NUMBER($usage_trend_robust, style: "percent", maximumFractionDigits: 0) } of what was usual before
    .label = Use against its own past
    .remedy = Ask what has changed: a typical week has less use than the account's own weeks before

usage_trend_robust--none = No use in a typical week of the last four

usage_trend_robust--usual = Use in a typical week as before

days_since_login = { $days_since_login ->
    [0] Last login today
    [one] Last login { $days_since_login } day ago
   *[other] Last login { $days_since_login } days ago
}
    .label = Last login
    .remedy = Call the account and find out what keeps them from using the product

days_since_login--long = { $days_since_login ->
    [one] No login for { $days_since_login } day
   *[other] No login for { $days_since_login } days
}

usage_days_since_newest = { $usage_days_since_newest ->
    [0] Usage data of today
    [one] Usage data { $usage_days_since_newest } day old
   *[other] Usage data { $usage_days_since_newest } days old
}
    .label = Age of the usage data
    .remedy = Ask whoever runs the usage export why nothing new has come in

breadth = { $breadth ->
    [0] No feature used in 28 days
    [one] { $breadth } feature used in 28 days
   *[other] { $breadth } features used in 28 days
}
    .label = Features used
    .remedy = Show the account the next feature that fits how they work

key_feature_use = { $key_feature_use ->
    [0] No key feature used in 28 days
   *[other] { NUMBER($key_feature_use, style: "percent", maximumFractionDigits: 0) } of the key features used in 28 days
}
    .label = Key features used
    .remedy = Show the account the key feature that they have not used yet

key_feature_drop = { $key_feature_drop ->
    [0] No key feature used less than before
   *[other] A key feature is used { NUMBER($key_feature_drop, maximumFractionDigits: 0) } % less than before
}
    .label = Drop of a key feature
    .remedy = Ask what has replaced the key feature that is used less, and whether something is broken

key_feature_drop--named = { $key_feature_dropped } is used { NUMBER($key_feature_drop, maximumFractionDigits: 0) } % less than before

seat_use = { $seats ->
    [one] { $active_persons } of { $seats } seat active in 28 days
   *[other] { $active_persons } of { $seats } seats active in 28 days
}
    .label = Seats used
    .remedy = Agree with the account who should use the free seats and offer them a short introduction

seat_use--was = { $seats ->
    [one] { $active_persons } of { $seats } seat active in 28 days (was { $active_persons_before })
   *[other] { $active_persons } of { $seats } seats active in 28 days (was { $active_persons_before })
}

seat_use--over = { $seats ->
    [one] { $active_persons } active, { $seats } seat bought
   *[other] { $active_persons } active, { $seats } seats bought
}

seat_use--over-was = { $seats ->
    [one] { $active_persons } active, { $seats } seat bought (was { $active_persons_before })
   *[other] { $active_persons } active, { $seats } seats bought (was { $active_persons_before })
}

seat_use--share = { NUMBER($seat_use, style: "percent", maximumFractionDigits: 1) } of seats active in 28 days

seats_free = { $seats_free ->
    [0] Every seat is used
    [one] { $seats_free } seat without an active person
   *[other] { $seats_free } seats without an active person
}
    .label = Free seats
    .remedy = Agree with the account who should use the free seats and offer them a short introduction

seats_free--over = { $active_persons } active persons on { $seats } seats

plan_limit_use = { NUMBER($plan_limit_use, style: "percent", maximumFractionDigits: 0) } of the plan's limit used in 28 days
    .label = Plan limit
    .remedy = Tell the account what their plan limits and what the next one allows

plan_limit_use--named = { NUMBER($plan_limit_use, style: "percent", maximumFractionDigits: 0) } of the plan's limit of { $plan_limit_of } used in 28 days

locked_features_tried = { $locked_features_tried ->
    [0] No feature outside the plan used in 28 days
    [one] { $locked_features_tried } feature outside the plan used in 28 days
   *[other] { $locked_features_tried } features outside the plan used in 28 days
}
    .label = Features outside the plan
    .remedy = Ask what they wanted to do with the feature that their plan does not include

onboarding_days = { $onboarding_days ->
    [0] Customer since today
    [one] Customer for { $onboarding_days } day
   *[other] Customer for { $onboarding_days } days
}
    .label = Days since the start
    .remedy = Agree on the next step of onboarding and on its date

days_since_first_use = { $days_since_first_use ->
    [0] First used today
    [one] First used { $days_since_first_use } day ago
   *[other] First used { $days_since_first_use } days ago
}
    .label = First use
    .remedy = Book a session to get the account started

milestones_done = { $milestones_done ->
    [0] No milestone of onboarding reached
    [1] All milestones of onboarding reached
   *[other] { NUMBER($milestones_done, style: "percent", maximumFractionDigits: 0) } of the milestones of onboarding reached
}
    .label = Milestones reached
    .remedy = Go through the open milestones with the account and book the next one

milestones_overdue = { $milestones_overdue ->
    [0] No milestone of onboarding overdue
    [one] { $milestones_overdue } milestone of onboarding overdue
   *[other] { $milestones_overdue } milestones of onboarding overdue
}
    .label = Overdue milestones
    .remedy = Ask what holds up the overdue milestone, and agree on a new date

first_value = { $first_value ->
    [yes] First value reached
   *[no] First value not reached yet
}
    .label = First value
    .remedy = Book a session that takes the account to its first result

days_to_first_value = { $days_to_first_value ->
    [0] First value on the first day
    [one] First value after { $days_to_first_value } day
   *[other] First value after { $days_to_first_value } days
}
    .label = Time to first value
    .remedy = Ask what took so long, and write it down for the next account
