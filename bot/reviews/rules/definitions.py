"""What the figures of a report mean, by the names of its columns; docs/proof.md says more."""

DEFINITIONS = {
    "by": "what customers are grouped by: size, owner, tag, country, or age as a customer",
    "group": "the group; sizes are fifths by annual value in one currency, else by headcount",
    "customers": "those that somebody had to look after on a day of the period, as they were on their last such day",
    "half_waited": "days: half of them had no longer wait for a contact that ended in the period or was still on",
    "nine_in_ten_waited": "days: nine in ten had no longer wait",
    "percent_in_cadence": "of the days on which they had to be looked after, those within the cadence of that day",
    "never_talked_to": "customers that nobody had talked to up to the end of the period",
    "promises_due": "promises whose day came in the period, without withdrawn ones",
    "promises_kept": "of those, the ones kept on their day",
    "answers_due": "problems whose answer was due in the period",
    "answers_in_time": "of those, the ones answered by then",
    "problems_fixed": "problems fixed in the period",
    "problems_avoidable": "of those, the ones that could have been avoided",
    "times_asked": "how often customers had to ask until these were fixed, in all",
    "mentions_due": "mentions of customers that somebody said they would answer in the period",
    "mentions_in_time": "of those, the ones answered by then",
}
GAP = (
    "the average longest wait of the smallest fifth divided by that of the largest; low and high hold it in 95 of 100 "
    "samples; chance is how many of 100 shuffles of the sizes give such a gap or a wider one"
)
