### Everything that scoring says, in English. The format is Project Fluent (https://projectfluent.org).
###
### A translation is another file like this one, named by the language (fa.ftl, de.ftl): the same messages and
### attributes, naming no variable that is not named here. What is missing there is said in English.
###
### A feature is the message of its own name, a risk flag is `flag-` and its name, an expansion signal `signal-` and
### its name. `.label` is what to call it in a list, `.remedy` what to do when it costs the most points. What stands
### after `--` is another wording of the same, which scoring chooses where the numbers ask for it.
### A variable is a column of the customer's: a feature or an account field. Numbers come with one decimal at most.
### No full stop at the end of a sentence: whoever joins several puts them.
###
### Functions: AMOUNT($n) whole with groups of thousands, PERCENT($share) a share as a number of percent, WHOLE($n)
### rounded, ROUND($n) rounded to one decimal (a selector takes numbers as they are: 0.04 is not [0]), ABS($n) without
### its sign, LOWER($text) with a small first letter, where it is no abbreviation. NUMBER($share, style: "percent",
### maximumFractionDigits: 0) is a share with its sign of percent.

## How this language is written

# ltr, or rtl (right to left)
direction = ltr
# The ten digits from 0 to 9
digits = 0123456789
decimal-sign = .
group-sign = ,
minus-sign = -
full-stop = .
# Between the things of a list
comma = { ", " }
# After a number of percent
percent = { " %" }
date = { $year }-{ $month }-{ $day }

## Usage

active_persons = { $active_persons ->
    [0] Nobody active in 28 days
    [one] { $active_persons } person active in 28 days
   *[other] { $active_persons } persons active in 28 days
}
    .label = Active persons
    .remedy = Agree with the account who else should use the product and offer them a short introduction
active_persons--was = { active_persons } (was { $active_persons_before })

active_persons_before = { $active_persons_before ->
    [0] Nobody active in the 28 days before
    [one] { $active_persons_before } person active in the 28 days before
   *[other] { $active_persons_before } persons active in the 28 days before
}
    .label = Active persons before
    .remedy = Ask who used the product before, and who should now

seat_use = { $seats_bought ->
    [one] { $active_persons } of { $seats_bought } seat active in 28 days
   *[other] { $active_persons } of { $seats_bought } seats active in 28 days
}
    .label = Seats used
    .remedy = Agree with the account who should use the free seats and offer them a short introduction
seat_use--was = { seat_use } (was { $active_persons_before })
# More persons than seats
seat_use--over = { $seats_bought ->
    [one] { $active_persons } active, { $seats_bought } seat bought
   *[other] { $active_persons } active, { $seats_bought } seats bought
}
seat_use--over-was = { seat_use--over } (was { $active_persons_before })
# The number of persons or of seats is not known, only the share
seat_use--share = { PERCENT($seat_use) } % of seats active in 28 days

active_trend = Use as usual
    .label = Trend of use
    .remedy = Ask what has changed: use has fallen below the account's own average
active_trend--none = No use in 28 days
active_trend--up = Use up { $change } % against its own average
active_trend--down = Use down { $change } % against its own average
active_trend--times = Use { $times } times its average

usage_drop = { WHOLE($usage_drop) ->
    [0] Use no lower than its own average
   *[other] Use { WHOLE($usage_drop) } % below its own average
}
    .label = Drop of use
    .remedy = Ask what has changed: use has fallen below the account's own average

breadth = { $breadth ->
    [0] No feature used in 28 days
    [one] { $breadth } feature used in 28 days
   *[other] { $breadth } features used in 28 days
}
    .label = Features used
    .remedy = Show the account the next feature that fits how they work

days_since_login = { $days_since_login ->
    [0] Last login today
    [one] Last login { $days_since_login } day ago
   *[other] Last login { $days_since_login } days ago
}
    .label = Last login
    .remedy = Call the account and find out what keeps them from using the product
# For two weeks or more
days_since_login--silent = No login for { $days_since_login } days

## Support

tickets_open = { $tickets_open ->
    [0] No open ticket
    [one] { $tickets_open } open ticket
   *[other] { $tickets_open } open tickets
}
    .label = Open tickets
    .remedy = Go through the open tickets with support and tell the account when each will be solved

tickets_open_old = { $tickets_open_old ->
    [0] No ticket open for more than 14 days
    [one] { $tickets_open_old } ticket open for more than 14 days
   *[other] { $tickets_open_old } tickets open for more than 14 days
}
    .label = Old tickets
    .remedy = Go through the old tickets with support and tell the account when each will be solved

tickets_open_days = { $tickets_open_days ->
    [0] Oldest open ticket opened today
    [one] Oldest open ticket: { $tickets_open_days } day
   *[other] Oldest open ticket: { $tickets_open_days } days
}
    .label = Oldest open ticket
    .remedy = Go through the oldest ticket with support and tell the account when it will be solved
tickets_open_days--none = No open ticket

tickets_escalated_open = No escalated ticket
    .label = Escalated tickets
    .remedy = Take on the escalated ticket and tell the account the next step today
# It is known since when the ticket is escalated …
tickets_escalated_open--dated = { $tickets_escalated_open_days ->
    [0] Ticket escalated today
    [one] Escalated { $tickets_escalated_open_days } day ago, still open
   *[other] Escalated { $tickets_escalated_open_days } days ago, still open
}
tickets_escalated_open--dated-several = { $tickets_escalated_open_days ->
    [0] { $tickets_escalated_open } escalated tickets open, the first escalated today
    [one] { $tickets_escalated_open } escalated tickets open, the first escalated { $tickets_escalated_open_days } day ago
   *[other] { $tickets_escalated_open } escalated tickets open, the first escalated { $tickets_escalated_open_days } days ago
}
# … or only since when it is open
tickets_escalated_open--open = { $tickets_escalated_open_days ->
    [0] Escalated ticket opened today
    [one] Escalated ticket open for { $tickets_escalated_open_days } day
   *[other] Escalated ticket open for { $tickets_escalated_open_days } days
}
tickets_escalated_open--open-several = { $tickets_escalated_open_days ->
    [0] { $tickets_escalated_open } escalated tickets open, the oldest opened today
    [one] { $tickets_escalated_open } escalated tickets open, the oldest for { $tickets_escalated_open_days } day
   *[other] { $tickets_escalated_open } escalated tickets open, the oldest for { $tickets_escalated_open_days } days
}

tickets_escalated_open_days = { tickets_escalated_open }
    .label = Oldest escalation
    .remedy = Take on the escalated ticket and tell the account the next step today

resolution_days = { ROUND($resolution_days) ->
    [0] Tickets are closed on the day they are opened
    [one] Tickets take { $resolution_days } day to close
   *[other] Tickets take { $resolution_days } days to close
}
    .label = Time to resolution
    .remedy = Ask support why this account's tickets take so long

## Sentiment

nps_latest = NPS answer { $nps_latest } of 10
    .label = NPS answers
    .remedy = Call those who gave low marks, ask why, and agree on one thing to mend
nps_latest--several = NPS answers of { $nps_answers } persons average { $nps_latest } of 10

nps_answers = { $nps_answers ->
    [0] No NPS answer
    [one] { $nps_answers } NPS answer
   *[other] { $nps_answers } NPS answers
}
    .label = Number of NPS answers
    .remedy = Ask more persons at the account whether they would recommend the product

csat_latest = Satisfaction answers average { $csat_latest }
    .label = Satisfaction
    .remedy = Call those who were not satisfied, ask why, and agree on one thing to mend

## Relationship

days_since_touch = { $days_since_touch ->
    [0] In touch today
    [one] In touch { $days_since_touch } day ago
   *[other] In touch { $days_since_touch } days ago
}
    .label = Last touch
    .remedy = Get in touch: call or write to the account this week
# For 30 days or more
days_since_touch--silent = No call, no meeting and no e-mail from them for { $days_since_touch } days

meetings_90d = { $meetings_90d ->
    [0] No meeting in 90 days
    [one] { $meetings_90d } meeting in 90 days
   *[other] { $meetings_90d } meetings in 90 days
}
    .label = Meetings
    .remedy = Offer a review meeting

persons_engaged_90d = { $persons_engaged_90d ->
    [0] Nobody spoken to in 90 days
    [one] Only { $persons_engaged_90d } person spoken to in 90 days
   *[other] { $persons_engaged_90d } persons spoken to in 90 days
}
    .label = Persons engaged
    .remedy = Get to know a second person at the account, best an executive

champion = { $champion ->
    [present] Champion still there
   *[left] Champion has left
}
    .label = Champion
    .remedy = Find a new champion: ask who has taken over, and introduce yourself

## Contract and payment

days_to_renewal = { $days_to_renewal ->
    [0] Renewal is due today
    [one] Renewal in { $days_to_renewal } day
   *[other] Renewal in { $days_to_renewal } days
}
    .label = Renewal date
    .remedy = Clear up how the renewal stands
# The day is over
days_to_renewal--over = { ABS($days_to_renewal) ->
    [one] Renewal overdue for { ABS($days_to_renewal) } day
   *[other] Renewal overdue for { ABS($days_to_renewal) } days
}

renewal_deal = { $renewal_deal ->
    [won] Last renewal won
    [open] Renewal deal open
   *[lost] Renewal deal lost
}
    .label = Renewal deal
    .remedy = Find out why the renewal was lost and whether it can be won back

invoices_overdue = No invoice overdue
    .label = Overdue invoices
    .remedy = Ask the account why the invoice is unpaid, and agree with accounting on what follows
invoices_overdue--one = { $invoices_overdue_days ->
    [one] Invoice overdue for { $invoices_overdue_days } day
   *[other] Invoice overdue for { $invoices_overdue_days } days
}
invoices_overdue--several = { $invoices_overdue_days ->
    [one] { $invoices_overdue } invoices overdue, the oldest for { $invoices_overdue_days } day
   *[other] { $invoices_overdue } invoices overdue, the oldest for { $invoices_overdue_days } days
}

invoices_overdue_days = { invoices_overdue }
    .label = Oldest overdue invoice
    .remedy = Ask the account why the invoice is unpaid, and agree with accounting on what follows

## Risk flags

flag-escalated_ticket = { tickets_escalated_open }
    .label = Escalated ticket
    .remedy = Take on the escalated ticket: agree on a date with support and tell the account today

flag-silent = { $days_since_login ->
    [0] Last login today
    [one] No login for { $days_since_login } day
   *[other] No login for { $days_since_login } days
}
    .label = Silent
    .remedy = Call the account: find out why nobody logs in, and book a session to get them going again

flag-detractor = A detractor: NPS answer { $lowest_answer } of 10
    .label = Detractor
    .remedy = Call the person within two days, ask what went wrong, and write down what you promise
flag-detractor--several = { $detractors } detractors, the lowest NPS answer { $lowest_answer } of 10

flag-payment_late = { $late_invoices ->
    [1] { $late_days ->
        [one] Invoice overdue for { $late_days } day
       *[other] Invoice overdue for { $late_days } days
    }
   *[other] { $late_days ->
        [one] { $late_invoices } invoices overdue, the oldest for { $late_days } day
       *[other] { $late_invoices } invoices overdue, the oldest for { $late_days } days
    }
}
    .label = Late payment
    .remedy = Ask the account why the invoice is unpaid: a dispute, a lost letter, or a second thought
flag-payment_late--amount = { flag-payment_late } ({ AMOUNT($late_amount) } { $late_currency })
# Of an amount in no known currency
flag-payment_late--bare = { flag-payment_late } ({ AMOUNT($late_amount) })

flag-renewal_near = { days_to_renewal }
    .label = Renewal near
    .remedy = Open the renewal talk: confirm goals reached, who decides, and the terms

## Scores

# Of a measure that has no sentence of its own
plain = { $label }: { $value }
assumed = { $label }: no data, counts as { $score }
look-into = Find out what lies behind this: { LOWER($label) }
capped = Held at { $at_most }: { $because }
    .label = Cap
    .remedy = Mend what holds the score down: { $because }
pulse = CSM's judgement: { $band ->
    [green] green
    [yellow] yellow
   *[red] red
}
    .label = CSM's pulse
    .remedy = Write down what lies behind the CSM's judgement, and settle it with the account
pulse--until = { pulse } until { $until }
pulse--because = { pulse }, because { $reason }
    .remedy = Settle what lies behind the CSM's judgement: { $reason }
pulse--until-because = { pulse--until }, because { $reason }
all-well = Keep in touch; nothing needs mending now
rising = Keep in touch: all is well again, and the band follows in a few days

## What keeps the shipped scorecards' scores down: `because-` and the card's own words, joined by hyphens

because-an-escalation-has-been-open-for-more-than-a-week = an escalation has been open for more than a week
because-nobody-has-used-the-product-for-more-than-45-days = nobody has used the product for more than 45 days

## Too little data for a score

# `lacks` is a list of `no-data`; `absent` one of what stands there
not-enough = Not enough data (coverage { $coverage } %): { $lacks }
collect = Find out what this account lacks in data, and why: { $absent }
no-data = no { $what }
data-for = data for { LOWER($label) }
absent-customers = renewal date
absent-persons = named champion
absent-usage = usage
absent-tickets = tickets
absent-responses = survey answers
absent-activities = calls, meetings or e-mails from them
absent-deals = renewal deal
absent-contracts = contract
absent-invoices = invoices

## Where the score is going

# `moved` points against the week that many `weeks` before
trend-up = Rising: { ABS($moved) } points above the level of { $weeks ->
    [one] a week ago
   *[other] { $weeks } weeks ago
}
    .label = up
trend-down = Falling: { ABS($moved) } points below the level of { $weeks ->
    [one] a week ago
   *[other] { $weeks } weeks ago
}
    .label = down
trend-flat = Score steady
    .label = flat
drop-own = { WHOLE($drop_own) ->
    [0] As high as its own usual
    [one] { WHOLE($drop_own) } point below its own usual
   *[other] { WHOLE($drop_own) } points below its own usual
}
forecast = Score expected at the renewal: { WHOLE($expected) } (likely { WHOLE($low) } to { WHOLE($high) })
arr-at-risk = { AMOUNT($arr) } { $currency } a year at risk in the renewals of the next { $days } days

## Parent accounts

worst-of = Worst of { $counted } accounts: { $name } { $score }
mean-of = Mean of { $counted } accounts, the lowest { $name } { $score }
mean-by-arr-of = Mean by ARR of { $counted } accounts, the lowest { $name } { $score }
mean-by-arr-of--some = Mean by ARR of { $counted } accounts ({ $unweighed } more without ARR), the lowest { $name } { $score }
for-account = { $name }: { $action }
