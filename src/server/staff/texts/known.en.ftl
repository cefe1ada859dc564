
# What is known of somebody
known-not = not known
known-present = Present
known-absent = Absent
known-done = Done
known-not-done = Not done
known-points-of = Points for { $title }
known-points-alone = Say whether it was done: points alone say half.
known-role = Role
known-role-hint = As speaker. A rule may ask for it, and a certificate may say it.
known-columns = Other columns
known-more = One more column
known-more-hint = As city. What you call it here is what a template asks for.
known-more-value = What stands in it
known-more-unnamed = Say what the column is called.
known-more-empty = Say what stands in the column, or leave its name out too.
known-noted = Noted one by one
known-absent-asked = What you entered says that they were absent or failed. They would get a certificate as others do.
known-absent-take = It is meant so
exception-note-hint = Seen by staff who see this person, also after the exception is taken away; never by the public.

# What was filled in under an older session
again-file = Choose { $name } again
older-title = Send what you filled in once more
older-text = You logged in again since this form was opened, so nothing was sent. You are { $name } now. Look at what you filled in, and send it.

# Rows of a list that are not taken in as it stands
import-bad-now =
    { $count ->
        [one] One row is not taken in as it stands
       *[other] { $count } rows are not taken in as it stands
    }

# What came of a list of exceptions
outcome-code = Code
outcome-more =
    { $count ->
        [one] One more row is not shown here. The rows that were left as they were go first; the list to download has them all.
       *[other] { $count } more rows are not shown here. The rows that were left as they were go first; the list to download has them all.
    }
outcome-whole = All rows (CSV)

# Why something is done
why-hint = Kept in the audit log, which nothing is erased from: no names.
why-needed = Say why: it is kept with what you do here.
