
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
zip-names = In a ZIP each file is named by the number of its certificate, as CERT-WORKSHOP-2026-00001.pdf. manifest.csv in it says which file is whose; what could not be put in stands there and in LEFT-OUT.txt.
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

# Messages that reached nobody, and what the states of messages mean
mail-whom = To whom
deliveries-text = Name, address or number
deliveries-event = Code of the event
mail-meanings = What the states mean
mail-queued-means = It stands in the outbox and leaves when its turn comes.
mail-sending-means = It is being handed to the mail server at this moment.
mail-sent-means = The mail server took it. Whether it arrived is not known; it may still come back.
mail-deferred-means = A mail server said “not now”. It is tried again by itself.
mail-delivered-means = The receiving server reported that it arrived.
mail-bounced-means = It came back, or was refused: nobody got it.
mail-ambiguous-means = The connection broke at the last moment: it may have left, or not. It is never sent again by itself, so that nobody gets it twice; look whether it arrived, or send it again.
mail-failed-means = It did not leave: there was nobody to send it to any more, it was stopped, or no server took it for days.
mail-opened-means = Its picture was loaded. Mail programs may do that by themselves, so this is no proof.
mail-downloaded-means = The certificate was fetched by the link in the message, or in the portal by who proved the mailbox.
mail-seen = Mark as seen to
mail-seen-text = It needs nobody any more, and is counted no more. Nothing is sent.
mail-seen-at = Seen to
said-mail-seen = The message is marked as seen to.
mail-vain-title = Bounced or failed
mail-vain-lead = A message goes from the first page when a later one about the same certificate was accepted, or when somebody marks it.
mail-vain-none = No message came back or failed.
run-came-back = came back or failed later
run-put-out = put into the outbox
run-not-sent = not sent: no address, or sent before
step-send-off = not asked for
step-send-unknown = not known just now
step-newer-version =
    { $count ->
        [one] 1 newer version not sent
       *[other] { $count } newer versions not sent
    }
send-newer-wait =
    { $count ->
        [one] One person was sent an earlier version of their certificate, and nothing of the one that took its place.
       *[other] { $count } people were sent an earlier version of their certificate, and nothing of the one that took its place.
    }
send-newer-version = Those who have a newer version than was sent
send-stands-in = This is the built-in text about new versions. It stands in for the event’s own, which does not say whether it is about one.
step-without-address =
    { $count ->
        [one] 1 has no address
       *[other] { $count } have no address
    }
step-came-back =
    { $count ->
        [one] 1 came back
       *[other] { $count } came back
    }
sent-before = It was sent on { $time }, and is not sent twice by this. “Send again” on this page sends it once more.
mail-on-its-way = A message about it is on its way.
correction-waits = A correction waits: { $name }
correction-next = Send it
correction-next-text = Nobody was told by mail yet that there is a new version.
correction-address = The public page is visible, and its address changes with the new version. The old address leads to the new one; who asked is told, where the event tells of corrections.
correct-title = Correct the name
person-certificate-old = Certificate { $number } still says “{ $name }”.
person-certificate-correct = Correct the certificate
mail-todo = To do

# An event's own text, and its placeholders
send-placeholders = Placeholders have two braces on each side, as { $example }. They are listed below.
send-placeholders-are = Placeholders that the subject and the text may have:
send-built-in = Start from the built-in text
send-once = Another text, this once
send-once-hint = It goes to everybody as it stands, whatever their language. It may have the placeholders that are listed below.
send-once-look = See it before it goes
send-once-lead = This text goes out this once. What the event says stays as it is.
send-once-do = Send this text
send-preview-one = The message, as this person gets it
send-preview-whom = For somebody else: e-mail or id
send-preview-do = Show it
placeholder-name = the name on the certificate
placeholder-event = the event's title
placeholder-organiser = who organises it
placeholder-issuer = the issuer
placeholder-number = the certificate's number
placeholder-issued-on = the day of issue
placeholder-valid-until = the last day on which it is valid; not there if it does not end
placeholder-verify = where a certificate can be checked
placeholder-link = the message's own link to the certificate; not there while this service's address is not known
placeholder-link-days = for how many days that link is good
placeholder-attached = whether the PDF is attached: for conditions alone
placeholder-replaces = whether it takes the place of a version that they were sent: for conditions alone. A text without it goes to nobody whose certificate does: they get the built-in one about new versions
