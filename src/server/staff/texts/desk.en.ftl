
# Rows that are ticked
choose-row = Tick { $name }
choose-title = Do something with several
choose-legend = With which rows
choose-these = Only the ticked ones
choose-but = All that match the filter, but for the ticked ones
choose-hint = Up to { $count } rows can be ticked, also over several pages. For more, use the filter. You see the exact number before anything is done.
choose-elsewhere =
    { $count ->
        [one] One row of another page is ticked too.
       *[other] { $count } rows of other pages are ticked too.
    }
choose-clear = Untick all
choose-none = No row is ticked. Tick some, or choose all that match.
choose-too-many = { $count } rows are ticked, and at most { $most } can be. Use the filter, or choose all that match but for some.
choose-back = Back to the list
choose-changed = The list has changed since it was shown to you. Look at it again before you confirm.

# With several certificates
batch-unknown = Choose what is to be done
batch-zip = As PDF (ZIP)
batch-narrow = That would be all certificates there are. Use the filter first.
batch-send = Send by mail
batch-send-do =
    { $count ->
        [one] Send one message
       *[other] Send { $count } messages
    }
batch-regenerate = Make anew
batch-regenerate-do =
    { $count ->
        [one] Make one certificate anew
       *[other] Make { $count } certificates anew
    }
batch-revoke = Revoke
batch-revoke-do =
    { $count ->
        [one] Revoke one certificate
       *[other] Revoke { $count } certificates
    }
batch-restore = Take revocations back
batch-restore-do =
    { $count ->
        [one] Take one revocation back
       *[other] Take { $count } revocations back
    }
batch-nothing = Nothing would happen to any of them.

# With several participants
batch-issue = Issue certificates
batch-issue-do =
    { $count ->
        [one] Issue one certificate
       *[other] Issue { $count } certificates
    }
batch-except = Make exceptions
batch-except-do =
    { $count ->
        [one] Make one exception
       *[other] Make { $count } exceptions
    }
batch-exclude = Exclude
batch-exclude-do =
    { $count ->
        [one] Exclude one person
       *[other] Exclude { $count } people
    }
batch-kept =
    { $count ->
        [one] One person stays as they are: on the list already, or excluded.
       *[other] { $count } people stay as they are: on the list already, or excluded.
    }
said-listed-many = Done.
people-columns = Columns
people-columns-which = What is shown
people-columns-show = Show these
people-search-on = Search on

# More on a person's card
person-sessions = Sessions
person-attended = attended { $present } of { $all }
measure-by-hand = Attendance entered by hand
measure-sessions = Sessions attended
measure-activities = Activities done
person-earlier = Certificates before it
person-history = What was done
person-history-none = Nothing is noted about this person yet.
person-act = What
person-about = About
person-run = a run
person-more-others =
    { $count ->
        [one] And one more event.
       *[other] And { $count } more events.
    }
person-merge = Join with somebody of this event
person-merge-text = Two entries of one person become one. You see both before anything is done.
person-merge-other = Id or e-mail of the other entry
person-merge-look = Look at both

# Mail by day, and many messages
mail-waiting = wait
mail-in-vain = bounced or failed
mail-unsure = may or may not have left
mail-plot = Messages by day, as of { $time }
mail-plot-sent = put into the outbox
mail-plot-vain = of these bounced or failed
said-sending-pieces = They are sent again one after the other. Look at this list again in a while.
mail-resend-do =
    { $count ->
        [one] Send one message again
       *[other] Send { $count } messages again
    }
mail-resend-kept =
    { $count ->
        [one] One message stays as it is: on its way, replaced by another, or without an address.
       *[other] { $count } messages stay as they are: on their way, replaced by another, or without an address.
    }
batch-by-event = By event
batch-count = How many
runs-together = Runs begun together
runs-going =
    { $count ->
        [one] One of them is still under way.
       *[other] { $count } of them are still under way.
    }
runs-refused = No run could be begun in these events. Look at them one by one.
said-runs-started = The runs have begun, one in each event.
batch-without =
    { $count ->
        [one] One of them would get no certificate:
       *[other] { $count } of them would get no certificate:
    }
batch-except-offer = Exceptions for those who do not meet the rule
batch-except-text = They get a certificate all the same. Who made the exception, when and why, is kept with it.
