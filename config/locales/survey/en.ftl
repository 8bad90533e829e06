### Everything that the pages of our own surveys say, in English. The format is Project Fluent (https://projectfluent.org).
###
### A translation is another file like this one, named by the language (fa.ftl, de.ftl), with the same messages. What is
### missing there is said in English. `$company` is survey_pages.company; `--company` is said where that is set.

# ltr, or rtl (right to left)
direction = ltr
# The ten digits from 0 to 9
digits = 0123456789
# What the language calls itself, for who looks for it on a page in another one
name = English

nps = How likely are you to recommend us to a friend or colleague?
    .company = How likely are you to recommend { $company } to a friend or colleague?
    .lowest = Not at all likely
    .highest = Extremely likely
csat = How satisfied are you with us?
    .company = How satisfied are you with { $company }?
    .lowest = Very dissatisfied
    .highest = Very satisfied
ces = How much do you agree that we make it easy to get things done?
    .company = How much do you agree that { $company } makes it easy to get things done?
    .lowest = Strongly disagree
    .highest = Strongly agree

scale = From { $lowest } to { $highest }
chosen = You chose { $score }. It counts once you press “{ send }”; until then you can choose another number.
comment = What is the main reason for your answer?
    .optional = optional
send = Send answer
missing = Please choose a number before you send your answer.
languages = Language

thanks = Thank you
    .text = Your answer has arrived.
    .again = If you change your mind, open the link again and answer anew.
over = This survey is over
    .text = The link is no longer valid, and there is nothing that you need to do.
unknown = There is nothing here
    .text = Please check that the link is complete, as it stands in the e-mail.
busy = Too many answers
    .text = Please wait a few minutes and try again.
failed = Your answer could not be kept
    .text = Please try again in a few minutes.
