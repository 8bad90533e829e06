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
csat_change--up = Satisfaction up { ABS($csat_change) } in 90 days
csat_change--down = Satisfaction down { ABS($csat_change) } in 90 days
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
