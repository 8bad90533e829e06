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

seat_use = { $seats ->
    [one] { $active_persons } of { $seats } seat active in 28 days
   *[other] { $active_persons } of { $seats } seats active in 28 days
}
    .label = Seats used
    .remedy = Agree with the account who should use the free seats and offer them a short introduction
seat_use--was = { seat_use } (was { $active_persons_before })
# More persons than seats
seat_use--over = { $seats ->
    [one] { $active_persons } active, { $seats } seat bought
   *[other] { $active_persons } active, { $seats } seats bought
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
# Of a risk, which a cap keeps up
capped--least = Not under { $at_most }: { $because }
# Parts of an index that come from no action
index-base = The index's range begins at { $low }
    .label = Start of the range
index-clamp = The index ends at the range of { $low } to { $high }
    .label = Outside the range
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
because-a-new-champion-has-to-be-found-first = a new champion has to be found first
because-an-escalation-has-been-open-for-more-than-three-days = an escalation has been open for more than three days
because-an-escalation-has-to-be-settled-first = an escalation has to be settled first
because-an-invoice-has-been-unpaid-for-more-than-14-days = an invoice has been unpaid for more than 14 days
because-an-invoice-has-been-unpaid-for-more-than-30-days = an invoice has been unpaid for more than 30 days
because-an-invoice-has-been-unpaid-for-more-than-60-days = an invoice has been unpaid for more than 60 days
because-an-invoice-has-been-unpaid-for-more-than-two-weeks = an invoice has been unpaid for more than two weeks
because-nobody-has-used-the-product-for-more-than-30-days = nobody has used the product for more than 30 days
because-nobody-has-used-the-product-for-more-than-three-weeks = nobody has used the product for more than three weeks
because-nobody-has-used-the-product-for-more-than-two-weeks = nobody has used the product for more than two weeks
because-somebody-there-would-not-recommend-us = somebody there would not recommend us
because-the-champion-has-left-and-nobody-has-taken-the-place = the champion has left and nobody has taken the place
because-the-champion-has-left-before-the-renewal = the champion has left before the renewal
because-the-renewal-is-lost = the renewal is lost

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

## Support

tickets_90d = { $tickets_90d ->
    [0] No ticket in 90 days
    [one] { $tickets_90d } ticket in 90 days
   *[other] { $tickets_90d } tickets in 90 days
}
    .label = Tickets in 90 days
    .remedy = Look for what these tickets have in common, and mend that
tickets_per_active_person = { $tickets_90d ->
    [one] { $tickets_90d } ticket in 90 days, with { $active_persons } active in 28 days
   *[other] { $tickets_90d } tickets in 90 days, with { $active_persons } active in 28 days
}
    .label = Tickets per active person
    .remedy = Look for what these tickets have in common: a training may save most of them
tickets_reopened_90d = { $tickets_reopened_90d ->
    [0] No ticket of 90 days had to be opened again
    [one] { $tickets_reopened_90d } ticket of 90 days had to be opened again
   *[other] { $tickets_reopened_90d } tickets of 90 days had to be opened again
}
    .label = Tickets opened again
    .remedy = Go through the tickets that were opened again, and agree with support on a lasting solution
first_reply_days = { $first_reply_days ->
    [0] First reply from support on the same day
    [one] { $first_reply_days } day to the first reply from support
   *[other] { $first_reply_days } days to the first reply from support
}
    .label = Time to first reply
    .remedy = Ask support why this account waits so long for a first reply
tickets_pileup = { $tickets_open ->
    [0] No open ticket
    [one] { $tickets_open } open ticket, { $tickets_pileup } times the usual number
   *[other] { $tickets_open } open tickets, { $tickets_pileup } times the usual number
}
    .label = Pile of tickets
    .remedy = Agree with support on an order for the open tickets, and tell the account when each will be solved
# No more open than is usual
tickets_pileup--usual = { $tickets_open ->
    [0] No open ticket
    [one] { $tickets_open } open ticket, no more than usual
   *[other] { $tickets_open } open tickets, no more than usual
}

## Survey answers

nps_champion = Champions answer { $nps_champion } of 10 on average
    .label = NPS answers of champions
    .remedy = Call the champion, ask what is amiss, and agree on one thing to mend
nps_executive = Executives answer { $nps_executive } of 10 on average
    .label = NPS answers of executives
    .remedy = Ask for a talk with the executive, and find out what they expected
nps_user = Users answer { $nps_user } of 10 on average
    .label = NPS answers of users
    .remedy = Call some of the users who gave low marks, and ask what would help them most
promoters = { $promoters ->
    [0] Nobody would recommend us
    [one] { $promoters } person would recommend us
   *[other] { $promoters } persons would recommend us
}
    .label = Promoters
    .remedy = Ask those who hesitate what is missing for them to recommend the product
detractors = { $detractors ->
    [0] No detractor
    [one] { $detractors } detractor
   *[other] { $detractors } detractors
}
    .label = Detractors
    .remedy = Call each detractor, ask what went wrong, and write down what you promise
csat_answers = { $csat_answers ->
    [0] Nobody answered about satisfaction within a year
    [one] { $csat_answers } person answered about satisfaction within a year
   *[other] { $csat_answers } persons answered about satisfaction within a year
}
    .label = Number of satisfaction answers
    .remedy = Ask more persons at the account how satisfied they are
csat_change = Satisfaction unchanged in 90 days
    .label = Change of satisfaction
    .remedy = Ask those who became less satisfied what has changed, and agree on one thing to mend
csat_change--up = Satisfaction up { ABS($csat_change) } % in 90 days
csat_change--down = Satisfaction down { ABS($csat_change) } % in 90 days
ces_latest = Effort answers average { $ces_latest }
    .label = Effort
    .remedy = Ask what was hard, and make that one thing easier
ces_answers = { $ces_answers ->
    [0] Nobody answered about effort within a year
    [one] { $ces_answers } person answered about effort within a year
   *[other] { $ces_answers } persons answered about effort within a year
}
    .label = Number of effort answers
    .remedy = Ask more persons at the account how easy the product is to use
response_rate = { PERCENT($response_rate) } % of the known persons answered a survey within a year
    .label = Response rate
    .remedy = Ask in person for an answer to the next survey, and tell what became of the last one

## Relationship

days_since_meeting = { $days_since_meeting ->
    [0] Last meeting today
    [one] Last meeting { $days_since_meeting } day ago
   *[other] Last meeting { $days_since_meeting } days ago
}
    .label = Last meeting
    .remedy = Offer a review meeting
meeting_booked_in = { $meeting_booked_in ->
    [0] A meeting is booked for today
    [one] Next meeting in { $meeting_booked_in } day
   *[other] Next meeting in { $meeting_booked_in } days
}
    .label = Next meeting
    .remedy = Offer an earlier meeting
review_overdue_days = Review due today
    .label = Review
    .remedy = Offer a date for the review meeting
review_overdue_days--overdue = { ABS($review_overdue_days) ->
    [one] Review overdue for { ABS($review_overdue_days) } day
   *[other] Review overdue for { ABS($review_overdue_days) } days
}
review_overdue_days--ahead = { ABS($review_overdue_days) ->
    [one] Next review due in { ABS($review_overdue_days) } day
   *[other] Next review due in { ABS($review_overdue_days) } days
}
executive = { $executive ->
    [left] Executive has left
   *[present] Executive still there
}
    .label = Executive
    .remedy = Find out who decides now, and ask for an introduction

days_since_executive_touch = { $days_since_executive_touch ->
    [0] Spoke to an executive today
    [one] Last spoke to an executive { $days_since_executive_touch } day ago
   *[other] Last spoke to an executive { $days_since_executive_touch } days ago
}
    .label = Last touch with an executive
    .remedy = Ask for a talk with an executive: what they expect, and what they have got so far
days_since_champion_touch = { $days_since_champion_touch ->
    [0] Spoke to a champion today
    [one] Last spoke to a champion { $days_since_champion_touch } day ago
   *[other] Last spoke to a champion { $days_since_champion_touch } days ago
}
    .label = Last touch with a champion
    .remedy = Call the champion and ask how things are going
contacts_known = { $contacts_known ->
    [0] No contact left
    [one] Only { $contacts_known } contact known
   *[other] { $contacts_known } contacts known
}
    .label = Contacts known
    .remedy = Ask who else works with the product, and add them as contacts

## Deals, contract and payments

expansion_deal = { $expansion_deal ->
    [open] Expansion deal open
    [won] Last expansion won
   *[lost] Expansion deal lost
}
    .label = Expansion deal
    .remedy = Find out why the expansion was lost, and what would have to change

customer_days = { $customer_days ->
    [0] Customer since today
    [one] Customer for { $customer_days } day
   *[other] Customer for { $customer_days } days
}
    .label = Time as a customer
    .remedy = Agree on what the account wants to reach first
contract_days = { $contract_days ->
    [one] Contract of { $contract_days } day
   *[other] Contract of { $contract_days } days
}
    .label = Length of contract
    .remedy = Offer a longer term when the account has got what it came for
contract_kind = { $contract_kind ->
    [monthly] Monthly contract
    [quarterly] Quarterly contract
    [yearly] Yearly contract
   *[multi_year] Contract of several years
}
    .label = Term of contract
    .remedy = Offer a longer term when the account has got what it came for

auto_renew = { $auto_renew ->
    [no] Contract does not renew itself
   *[yes] Contract renews itself
}
    .label = Automatic renewal
    .remedy = Open the renewal talk early: this contract ends unless somebody renews it

arr = ARR of { AMOUNT($arr) } { $currency }
    .label = ARR
    .remedy = Ask what else the product could do for the account
# Nobody says in which currency
arr--plain = ARR of { AMOUNT($arr) }
arr_change = ARR as a year ago
    .label = Change of ARR
    .remedy = Ask what has become less, and whether it can be won back
arr_change--up = ARR up { $change } % within a year
arr_change--down = ARR down { $change } % within a year
arr_change--none = No ARR any more
late_payments_365d = { $late_payments_365d ->
    [0] No invoice paid late within a year
    [one] { $late_payments_365d } invoice paid late within a year
   *[other] { $late_payments_365d } invoices paid late within a year
}
    .label = Late payments
    .remedy = Ask what keeps the invoices from being paid in time
pays_late_days = Pays on the due day
    .label = Days to payment
    .remedy = Ask what keeps the invoices from being paid in time
pays_late_days--late = { ABS($pays_late_days) ->
    [one] Pays { ABS($pays_late_days) } day late, typically
   *[other] Pays { ABS($pays_late_days) } days late, typically
}
pays_late_days--early = { ABS($pays_late_days) ->
    [one] Pays { ABS($pays_late_days) } day before it is due, typically
   *[other] Pays { ABS($pays_late_days) } days before it is due, typically
}

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

flag-csat_falling = Satisfaction down { $csat_fall } % in 90 days, to an average of { $csat_latest }
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

## Usage, adoption, onboarding and plans

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
usage_trend_robust = A typical week's use is at { NUMBER($usage_trend_robust, style: "percent", maximumFractionDigits: 0) } of what was usual before
    .label = Use against its own past
    .remedy = Ask what has changed: a typical week has less use than the account's own weeks before
usage_trend_robust--none = No use in a typical week of the last four
usage_trend_robust--usual = Use in a typical week as before
usage_days_since_newest = { $usage_days_since_newest ->
    [0] Usage data of today
    [one] Usage data { $usage_days_since_newest } day old
   *[other] Usage data { $usage_days_since_newest } days old
}
    .label = Age of the usage data
    .remedy = Ask whoever runs the usage export why nothing new has come in
key_feature_use = { $key_feature_use ->
    [0] No key feature used in 28 days
   *[other] { NUMBER($key_feature_use, style: "percent", maximumFractionDigits: 0) } of the key features used in 28 days
}
    .label = Key features used
    .remedy = Show the account the key feature that they have not used yet
key_feature_drop = { WHOLE($key_feature_drop) ->
    [0] No key feature used less than before
   *[other] A key feature is used { NUMBER($key_feature_drop, maximumFractionDigits: 0) } % less than before
}
    .label = Drop of a key feature
    .remedy = Ask what has replaced the key feature that is used less, and whether something is broken
key_feature_drop--named = { $key_feature_dropped } is used { NUMBER($key_feature_drop, maximumFractionDigits: 0) } % less than before
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

## Data quality: what is wrong, in which table and column ($where), how often ($count)

quality-future_date = { $count ->
    [one] { $where }: { $count } row is dated in the future and does not count
   *[other] { $where }: { $count } rows are dated in the future and do not count
}
quality-no_date = { $count ->
    [one] { $where }: { $count } row has no date and does not count
   *[other] { $where }: { $count } rows have no date and do not count
}
quality-negative = { $count ->
    [one] { $where }: { $count } negative number, which does not count
   *[other] { $where }: { $count } negative numbers, which do not count
}
quality-not_finite = { $count ->
    [one] { $where }: { $count } number without end
   *[other] { $where }: { $count } numbers without end
}
quality-no_seats = No seat bought: the share of seats used is unknown
quality-ends_before_it_begins = { $count ->
    [one] { $where }: { $count } row ends before it begins
   *[other] { $where }: { $count } rows end before they begin
}
quality-paid_long_before_due = { $count ->
    [one] { $where }: { $count } invoice was paid more than a year before it was due
   *[other] { $where }: { $count } invoices were paid more than a year before they were due
}
quality-off_scale = { $count ->
    [one] { $where }: { $count } answer is off its survey's scale and does not count
   *[other] { $where }: { $count } answers are off their survey's scale and do not count
}
quality-no_score = { $count ->
    [one] { $where }: { $count } answer without a score
   *[other] { $where }: { $count } answers without a score
}
quality-unknown_word = { $count ->
    [one] { $where }: { $count } word that no table translates
   *[other] { $where }: { $count } words that no table translates
}
quality-duplicate = { $count ->
    [one] { $where }: { $count } row is there once more and counts once
   *[other] { $where }: { $count } rows are there once more and count once
}
quality-mixed_currencies = Amounts in several currencies: they are not added up
quality-no_data = Nothing is known of this customer but its account
quality-no_such_customer = { $count ->
    [one] { $where }: { $count } row is about nobody in the book
   *[other] { $where }: { $count } rows are about nobody in the book
}
quality-stalled = The usage source has stalled: use is unknown, not none

## Rhythm of use

use_days_365d = { $use_days_365d ->
    [0] No use in a year
    [one] Used on { $use_days_365d } day in a year
   *[other] Used on { $use_days_365d } days in a year
}
    .label = Days of use in a year
    .remedy = Give them a reason to come back: show what they have not used yet

usual_gap = Usually back after { WHOLE($usual_gap) ->
    [one] { WHOLE($usual_gap) } day
   *[other] { WHOLE($usual_gap) } days
}
    .label = Usual gap between days of use
    .remedy = Find an occasion that brings them back more often

silence_ratio = { $days_since_login ->
    [0] Last use today
    [one] Last use { $days_since_login } day ago
   *[other] Last use { $days_since_login } days ago
}, usually back after { WHOLE($usual_gap) ->
    [one] { WHOLE($usual_gap) } day
   *[other] { WHOLE($usual_gap) } days
}
    .label = Silence against their own rhythm
    .remedy = Call: they are away for longer than is usual for them

## Notifications: what is told to Slack and Teams about a customer

notify-title = { $name }: { $what }
notify-band = { $band ->
    [green] green
    [yellow] yellow
    [red] red
   *[unknown] unknown
}
notify-band_changed = Health went from { $before } to { $after }
notify-score_changed = Health score { $before } → { $after }
notify-score_changed--begun = Health score is known now: { $after }
notify-score_changed--ended = Health score is unknown now (was { $before })
notify-flag_raised = { $flag }: { $reason } (since { $since })
notify-flag_raised--bare = { $flag }
notify-flag_cleared = No longer: { $flag }
notify-stage_changed = Stage { $before } → { $after }
notify-stage_changed--begun = Stage is { $after } now
notify-stage_changed--ended = Stage { $before } is over
notify-response_received = Answer to { $survey }: { $score }
notify-response_received--bare = Answer to { $survey }
notify-response_received--group = { $said } ({ $group ->
    [promoter] promoter
    [passive] passive
   *[detractor] detractor
})
notify-next = Next: { $action }
notify-digest = { $count ->
    [one] News of { $count } customer, { $day }
   *[other] News of { $count } customers, { $day }
}
notify-more = and { $count } more
notify-more_customers = { $count ->
    [one] and { $count } more customer
   *[other] and { $count } more customers
}

## When the health band changes: a note on the account's page

band-green = green
band-yellow = yellow
band-red = red
band-unknown = unknown
band-change = Health { $before } → { $after }: { $was } → { $now }
# Where one of the scores is unknown
band-change--unscored = Health { $before } → { $after }
