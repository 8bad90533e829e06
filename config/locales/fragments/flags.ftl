### Risk flags and expansion signals. Facts come from scoring/flags and scoring/expansion.

## Risk flags

flag-champion_left = { $champion_left_dated ->
    [yes] { $champion_left_days ->
        [0] The champion left today
        [one] The champion left { $champion_left_days } day ago
       *[other] The champion left { $champion_left_days } days ago
    }
   *[no] The champion has left
}
    .label = Champion left
    .remedy = Find a new champion: ask who has taken over, introduce yourself, and ask what they need first

flag-usage_falling = Use { WHOLE($usage_below) } % below what is usual for this account
    .label = Use falling
    .remedy = Ask what has changed, show what the account no longer gets done, and agree on a next step

flag-key_feature_dropped = Use of { $key_feature_dropped } { WHOLE($key_feature_below) } % below what is usual for this account
    .label = Key feature dropped
    .remedy = Find out who used the feature and why they stopped: a new process, a fault, or another tool

flag-csat_falling = Satisfaction down { $csat_fall } points in 90 days, to an average of { $csat_latest }
    .label = Satisfaction falling
    .remedy = Call those who gave low marks, ask why, and tell them what will be mended and when

flag-ticket_pileup = { $tickets_open } tickets open, usually { $tickets_usual }
    .label = Tickets piling up
    .remedy = Go through the open tickets with support, look for the common cause, and give the account a date for each

flag-renewal_unhealthy = { $days_to_renewal ->
    [0] Renewal is due today and health is { $renewal_band }
    [one] Renewal in { $days_to_renewal } day and health is { $renewal_band }
   *[other] Renewal in { $days_to_renewal } days and health is { $renewal_band }
}
    .label = Renewal near, health low
    .remedy = Make a plan for the renewal now: name what costs the most points, who mends it, and talk to the decider

flag-executive_left = { $executive_left_dated ->
    [yes] { $executive_left_days ->
        [0] The executive sponsor left today
        [one] The executive sponsor left { $executive_left_days } day ago
       *[other] The executive sponsor left { $executive_left_days } days ago
    }
   *[no] The executive sponsor has left
}
    .label = Executive left
    .remedy = Find out who has taken over, and ask an executive of ours to call them

flag-onboarding_stalled = { $milestones_late ->
    [0] First value not reached { $onboarding_since } days after the start
    [one] { $milestones_late } milestone of onboarding overdue, { $onboarding_since } days after the start
   *[other] { $milestones_late } milestones of onboarding overdue, { $onboarding_since } days after the start
}
    .label = Onboarding stalled
    .remedy = Sit down with the account: find what holds up the next milestone, and agree on a new date for it

flag-single_threaded = Only 1 of { $contacts_known } contacts spoken to in 90 days
    .label = Single-threaded
    .remedy = Get to know a second person at the account, best an executive

flag-no_executive_touch = { $executive_met ->
    [yes] No executive spoken to for { $days_since_executive_touch } days
   *[no] No executive who is there now spoken to yet
}
    .label = No executive touch
    .remedy = Ask for a short talk with the executive, and bring what the account has got out of the product

flag-review_overdue = { $review_overdue_days ->
    [one] Review meeting overdue for { $review_overdue_days } day
   *[other] Review meeting overdue for { $review_overdue_days } days
}
    .label = Review overdue
    .remedy = Offer two dates for the review meeting

flag-data_stale = No usage data for { $usage_quiet_days } days
    .label = Data stale
    .remedy = Ask whoever runs the usage source why nothing comes in: until then this account's use is unknown

## Expansion signals: hints with their evidence

signal-near_limit = { WHOLE($plan_limit_percent) } % of the plan's limit of { $plan_limit_of } used in 28 days
    .label = Near a limit of the plan

signal-seats_filling = { $seats_over ->
    [yes] { $active_persons } active in 28 days, { $seats } seats bought
   *[no] { $active_persons } of { $seats } seats active in 28 days
}
    .label = Seats filling

signal-users_growing = { $persons_more ->
    [one] { $persons_more } person more active than in the 28 days before
   *[other] { $persons_more } persons more active than in the 28 days before
}
    .label = Active users growing

signal-locked_tried = { $locked_features_tried ->
    [one] { $locked_features_tried } feature tried that the plan does not have
   *[other] { $locked_features_tried } features tried that the plan does not have
}
    .label = Locked feature tried

signal-ticket_hint = { $hint_days ->
    [0] “{ $hint }” in a ticket today
    [one] “{ $hint }” in a ticket { $hint_days } day ago
   *[other] “{ $hint }” in a ticket { $hint_days } days ago
}
    .label = Hint in a ticket

signal-happy_adopted = { $happy_by ->
    [nps] { $adopted_by ->
        [seats] NPS answers average { $nps_latest } of 10, and { WHOLE($seats_percent) } % of seats are active
       *[breadth] NPS answers average { $nps_latest } of 10, and { $breadth } features are used
    }
   *[csat] { $adopted_by ->
        [seats] Satisfaction answers average { $csat_latest }, and { WHOLE($seats_percent) } % of seats are active
       *[breadth] Satisfaction answers average { $csat_latest }, and { $breadth } features are used
    }
}
    .label = Happy and adopted

signal-cross_sell = { $cross_sell_group ->
    [both] { $cross_sell_product } is owned by { $cross_sell_owners } of { $cross_sell_others } accounts of the same segment and industry
    [segment] { $cross_sell_product } is owned by { $cross_sell_owners } of { $cross_sell_others } accounts of the same segment
   *[all] { $cross_sell_product } is owned by { $cross_sell_owners } of { $cross_sell_others } other accounts
}
    .label = Cross-sell

## The worth of an expansion

# Why the expansion amount is what it is. `_bare`: no record says in which currency the account pays
expansion-amount = { $expansion_by ->
    [seats] { $expansion_seats ->
        [one] { $expansion_seats } more seat at the plan's price: { AMOUNT($expansion_amount) } { $expansion_currency } a year
       *[other] { $expansion_seats } more seats at the plan's price: { AMOUNT($expansion_amount) } { $expansion_currency } a year
    }
    [seats_bare] { $expansion_seats ->
        [one] { $expansion_seats } more seat at the plan's price: { AMOUNT($expansion_amount) } a year
       *[other] { $expansion_seats } more seats at the plan's price: { AMOUNT($expansion_amount) } a year
    }
    [plan] The plan { $expansion_plan } costs { AMOUNT($expansion_amount) } { $expansion_currency } a year more
   *[plan_bare] The plan { $expansion_plan } costs { AMOUNT($expansion_amount) } a year more
}
    .label = Expansion amount
